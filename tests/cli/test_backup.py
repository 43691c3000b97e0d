"""`innovalley db dump` and `restore`: what was there is there again, and nothing is lost by mistake."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import database
from tests.cli.running import innovalley


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where these commands keep what they write; the database is DATABASE_URL's."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A site's database with one entry in its ledger."""
    django_blocker = request.getfixturevalue("django_db_blocker")
    name = database.own_name("_backup")
    with django_blocker.unblock():
        database.clone(database.template(), name)
    with psycopg.connect(database.url_of(name)) as connection:
        connection.execute(
            "INSERT INTO ledger_entry (at, act, subject_type, data) VALUES (now(), '演示', 'tests.thing', '{}')"
        )
    yield database.url_of(name)
    database.drop(name)


@pytest.fixture
def empty(url: str) -> Iterator[str]:
    """Another database, with the extensions that every database of the server has, and nothing else."""
    name = database.own_name("_empty")
    database.clone("template1", name)
    yield database.url_of(name)
    database.drop(name)


def db(*arguments: str | Path, url: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run `innovalley db …` on a server of one's own."""
    return innovalley(
        "db", *map(str, arguments), home=home, DATABASE_URL=url, INNOVALLEY_SECRET_KEY="for tests only"
    )


def acts(url: str) -> list[str]:
    """What the ledger holds."""
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT act FROM ledger_entry")]


def test_what_was_dumped_can_be_restored(url: str, empty: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "site.dump"
    assert db("dump", file, url=url, home=home).returncode == 0
    restored = db("restore", file, url=empty, home=home)
    assert restored.returncode == 0, restored.stderr
    assert acts(empty) == ["演示"]


def test_the_restored_ledger_still_refuses_changes(url: str, empty: str, home: Path, tmp_path: Path) -> None:
    db("dump", tmp_path / "site.dump", url=url, home=home)
    db("restore", tmp_path / "site.dump", url=empty, home=home)
    with psycopg.connect(empty) as connection, pytest.raises(psycopg.DatabaseError, match="append-only"):
        connection.execute("DELETE FROM ledger_entry")


def test_a_backup_is_for_its_owner_s_eyes(url: str, home: Path, tmp_path: Path) -> None:
    db("dump", tmp_path / "site.dump", url=url, home=home)
    assert stat.S_IMODE((tmp_path / "site.dump").stat().st_mode) == 0o600


def test_a_backup_overwrites_no_file(url: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "site.dump").write_text("precious")
    refused = db("dump", tmp_path / "site.dump", url=url, home=home)
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    assert (tmp_path / "site.dump").read_text() == "precious"


def test_a_backup_that_fails_leaves_no_file(home: Path, tmp_path: Path) -> None:
    failed = db("dump", tmp_path / "site.dump", url="postgresql://u:secret@127.0.0.1:1/x", home=home)
    assert failed.returncode == 1
    assert "secret" not in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (tmp_path / "site.dump").exists()


def test_a_database_in_use_is_not_overwritten(url: str, home: Path, tmp_path: Path) -> None:
    db("dump", tmp_path / "site.dump", url=url, home=home)
    refused = db("restore", tmp_path / "site.dump", url=url, home=home)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert acts(url) == ["演示"]


def test_a_server_of_one_s_own_is_never_emptied(url: str, home: Path, tmp_path: Path) -> None:
    db("dump", tmp_path / "site.dump", url=url, home=home)
    refused = db("restore", tmp_path / "site.dump", "--replace", "--yes", url=url, home=home)
    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr
    assert acts(url) == ["演示"]


@pytest.mark.parametrize("content", [b"", b"no backup at all"])
def test_a_file_that_is_no_backup_is_refused(empty: str, home: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "site.dump").write_bytes(content)
    refused = db("restore", tmp_path / "site.dump", url=empty, home=home)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: pg_restore failed")


def test_a_file_that_is_not_there(empty: str, home: Path, tmp_path: Path) -> None:
    assert "is no file" in db("restore", tmp_path / "site.dump", url=empty, home=home).stderr
