"""`innovalley db` in a terminal: one home, its server, and clear words."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import innovalley


@pytest.fixture
def home() -> Iterator[Path]:
    """A new INNOVALLEY_HOME that the server's user may enter."""
    path = Path(tempfile.mkdtemp(prefix="innovalley-db-"))
    path.chmod(0o755)
    yield path
    innovalley("db", "stop", home=path)
    shutil.rmtree(path)


def test_start_status_shell_stop(home: Path) -> None:
    started = innovalley("db", "start", home=home)
    assert started.returncode == 0
    url = started.stdout.strip()
    assert url.startswith("postgresql://innovalley@127.0.0.1:")
    assert innovalley("db", "start", home=home).stdout.strip() == url

    status = innovalley("db", "status", home=home)
    assert status.returncode == 0
    assert url in status.stdout
    assert str(home / "postgres") in status.stdout

    answer = innovalley("db", "shell", "-At", "-c", "SELECT 6 * 7", home=home)
    assert (answer.returncode, answer.stdout) == (0, "42\n")

    assert innovalley("db", "stop", home=home).stdout == "PostgreSQL stopped.\n"
    assert innovalley("db", "stop", home=home).stdout == "PostgreSQL was not running.\n"
    assert innovalley("db", "status", home=home).returncode == 3


def test_status_makes_nothing(home: Path) -> None:
    assert innovalley("db", "status", home=home).returncode == 3
    assert list(home.iterdir()) == []


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One clear line, exit code 1, no traceback."""
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr


def test_another_server_is_not_ours_to_stop(home: Path) -> None:
    refused = innovalley("db", "stop", home=home, DATABASE_URL="postgresql://someone@db.example/x")
    assert_refused(refused, "DATABASE_URL")


def test_a_home_that_cannot_be_made(home: Path) -> None:
    (home / "file").touch()
    assert_refused(innovalley("db", "start", home=home / "file" / "home"), "INNOVALLEY_HOME")


def test_a_port_that_is_none(home: Path) -> None:
    refused = innovalley("db", "start", home=home, INNOVALLEY_POSTGRES_PORT="54x2")
    assert_refused(refused, "INNOVALLEY_POSTGRES_PORT", "54x2")


def test_a_database_of_another_major_version(home: Path) -> None:
    innovalley("db", "start", home=home)
    innovalley("db", "stop", home=home)
    (home / "postgres" / "data" / "PG_VERSION").write_text("15\n")
    assert_refused(innovalley("db", "start", home=home), "PostgreSQL 15")


def test_an_address_that_cannot_be_read_is_refused_without_showing_its_password(home: Path) -> None:
    refused = innovalley(
        "manage", "check", home=home, DATABASE_URL="postgresql://u:se%cret@host/x", INNOVALLEY_SECRET_KEY="x"
    )
    assert_refused(refused, "DATABASE_URL")
    assert "cret" not in refused.stderr


def test_a_server_that_does_not_answer(home: Path) -> None:
    refused = innovalley(
        "manage",
        "migrate",
        home=home,
        DATABASE_URL="postgresql://u:secret@127.0.0.1:1/x",
        INNOVALLEY_SECRET_KEY="x",
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: The database does not answer")
    assert "Traceback" not in refused.stderr
    assert "secret" not in refused.stderr


def test_another_server_needs_a_secret_key_of_its_own(home: Path) -> None:
    refused = innovalley("manage", "check", home=home, DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    assert_refused(refused, "INNOVALLEY_SECRET_KEY")


def test_replacing_asks_first_and_then_restores(home: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "site.dump")
    innovalley("db", "shell", "-c", "CREATE TABLE kept AS SELECT 42 AS answer", home=home)
    assert innovalley("db", "dump", file, home=home).returncode == 0
    innovalley("db", "shell", "-c", "CREATE TABLE newer AS SELECT 1", home=home)

    unsure = innovalley("db", "restore", file, "--replace", home=home)  # nobody there to answer
    assert unsure.returncode == 1
    assert innovalley("db", "shell", "-At", "-c", "SELECT 1 FROM newer", home=home).returncode == 0

    done = innovalley("db", "restore", file, "--replace", "--yes", home=home)
    assert done.returncode == 0, done.stderr
    assert innovalley("db", "shell", "-At", "-c", "SELECT answer FROM kept", home=home).stdout == "42\n"
    assert innovalley("db", "shell", "-c", "SELECT 1 FROM newer", home=home).returncode != 0
