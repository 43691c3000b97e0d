"""The PostgreSQL that comes with the product starts on any machine, survives what happens, and says why not."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from innovalley.config import postgres
from innovalley.config.postgres import Cluster, PostgresError

START = (
    "import sys; from pathlib import Path; from innovalley.config.postgres import Cluster; "
    "print(Cluster(Path(sys.argv[1]), durable=False).ensure())"
)


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are closed to the server's user."""
    path = Path(tempfile.mkdtemp(prefix="innovalley-pg-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def place() -> Iterator[Path]:
    """Where a test may make a cluster."""
    with open_folder() as path:
        yield path


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    """A cluster that serves, for tests that only look."""
    with open_folder() as path:
        cluster = Cluster(path / "数据 库's", durable=False)
        cluster.ensure()
        yield cluster
        cluster.stop()


@pytest.fixture
def cluster(place: Path) -> Iterator[Cluster]:
    """A cluster that is not made yet."""
    cluster = Cluster(place / "pg", durable=False)
    yield cluster
    cluster.stop()


def one(url: str, query: str) -> object:
    """The first value that a query gives."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return row[0]


def server(cluster: Cluster) -> psutil.Process:
    """The running server's process."""
    pid = cluster.status().pid
    assert pid is not None
    return psutil.Process(pid)


def servers_in(folder: Path) -> list[int]:
    """The servers that work in a folder (not the processes they start)."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == folder / "data" and "-D" in process.cmdline():
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


# -------------------------------------------------------------------------------------- a first start


def test_a_new_cluster_has_database_role_and_extensions(running: Cluster) -> None:
    url = running.ensure()
    assert one(url, "SELECT current_database() || ' ' || current_user") == "innovalley innovalley"
    assert one(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    known = one(url, "SELECT array_agg(extname::text) FROM pg_extension")
    assert isinstance(known, list)
    assert set(postgres.EXTENSIONS) <= set(known)


def test_chinese_can_be_searched_and_sorted_by_trigrams(running: Cluster) -> None:
    url = running.ensure()
    assert one(url, "SELECT similarity('高强度铝合金', '铝合金') > 0") is True
    assert one(url, "SELECT lower('ÄÖ 铝')") == "äö 铝"


def test_a_query_that_is_shared_among_several_processes_is_answered(running: Cluster) -> None:
    with psycopg.connect(running.url) as connection:
        connection.execute("SET debug_parallel_query = on")
        assert connection.execute("SELECT count(*) FROM generate_series(1, 5)").fetchone() == (5,)


def test_a_new_database_of_the_role_has_the_extensions_too(running: Cluster) -> None:
    with psycopg.connect(running.ensure(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE another")
    assert one(running.address("another"), "SELECT '[1,2]'::vector <-> '[1,2]'::vector") == 0


def test_starting_what_runs_gives_the_same_server(running: Cluster) -> None:
    first = running.ensure()
    pid = server(running).pid
    assert running.ensure() == first
    assert server(running).pid == pid


def test_many_processes_at_once_start_one_server(cluster: Cluster) -> None:
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(cluster.folder)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    said = {starter.communicate()[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0] * 6
    assert said == {cluster.url}
    assert servers_in(cluster.folder) == [server(cluster).pid]


def test_the_server_never_runs_as_root(running: Cluster) -> None:
    running.ensure()
    assert server(running).uids().effective != 0
    assert (running.folder / "data").stat().st_uid == server(running).uids().effective


def test_the_server_is_reached_from_this_machine_alone(running: Cluster) -> None:
    running.ensure()
    addresses = {c.laddr.ip for c in server(running).net_connections() if c.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}


def test_a_path_with_blanks_quotes_and_chinese(running: Cluster) -> None:
    assert "数据 库's" in str(running.folder)
    assert one(running.url, "SELECT 1") == 1


def test_ctrl_c_at_the_one_who_started_it_leaves_the_server(cluster: Cluster) -> None:
    program = f"{START}; sys.stdout.flush(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(cluster.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as starter:
        assert starter.stdout
        url = starter.stdout.readline().strip()
        os.killpg(starter.pid, signal.SIGINT)
    assert one(url, "SELECT 1") == 1


def test_the_caller_s_settings_for_another_server_do_not_matter(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGDATA": "/nowhere", "PGUSER": "someone", "LC_ALL": "C"}.items():
        monkeypatch.setenv(name, value)
    assert one(cluster.ensure(), "SELECT current_user::text") == "innovalley"


# ------------------------------------------------------------------------------------ what goes wrong


def test_a_killed_server_starts_again_with_its_data_on_its_port(place: Path) -> None:
    cluster = Cluster(place / "pg")
    url = cluster.ensure()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    killed = server(cluster)
    killed.kill()
    killed.wait()
    assert cluster.status().pid is None
    assert cluster.ensure() == url
    assert one(url, "SELECT answer FROM kept") == 42
    assert server(cluster).pid != killed.pid
    cluster.stop()


def test_a_stale_process_id_that_belongs_to_a_stranger_now(cluster: Cluster) -> None:
    url = cluster.ensure()
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert cluster.status().pid is None
    assert cluster.ensure() == url
    assert one(url, "SELECT 1") == 1


def test_a_kept_port_that_another_program_took_is_given_up(cluster: Cluster) -> None:
    before = cluster.ensure()
    port = int(before.rpartition(":")[2].partition("/")[0])
    cluster.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        after = cluster.ensure()
    assert after != before
    assert one(after, "SELECT 1") == 1


def test_an_asked_port_that_is_in_use_is_refused_by_its_number(place: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PostgresError, match=rf"Port {port} .* INNOVALLEY_POSTGRES_PORT"):
            Cluster(place / "pg", port=port).ensure()


def test_an_asked_port_is_served_on(place: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster = Cluster(place / "pg", port=port, durable=False)
    assert cluster.ensure() == f"postgresql://innovalley@127.0.0.1:{port}/innovalley"
    cluster.stop()


def test_a_folder_of_another_major_version_is_refused_and_left_alone(cluster: Cluster) -> None:
    cluster.ensure()
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("16\n")
    before = sorted(path.name for path in cluster.data.iterdir())
    with pytest.raises(PostgresError, match=r"made by PostgreSQL 16; this version brings \d+ .*pg_dump"):
        cluster.ensure()
    assert sorted(path.name for path in cluster.data.iterdir()) == before


def test_too_little_room_on_the_disk_is_said_before_anything_is_made(place: Path) -> None:
    whole_disk = shutil.disk_usage(place).total
    cluster = Cluster(place / "pg", free_bytes=2 * whole_disk)
    with pytest.raises(PostgresError, match=r"Only \d+ MB are free .* INNOVALLEY_HOME"):
        cluster.ensure()
    assert not cluster.data.exists()


def test_a_folder_that_cannot_be_written(place: Path) -> None:
    (place / "file").touch()
    with pytest.raises(PostgresError, match=r"cannot be written .* INNOVALLEY_HOME"):
        Cluster(place / "file" / "pg").ensure()


def test_a_broken_configuration_is_told_in_the_server_s_own_words(cluster: Cluster) -> None:
    cluster.ensure()
    cluster.stop()
    with (cluster.data / "postgresql.auto.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(PostgresError, match="no_such_setting"):
        cluster.ensure()


def test_a_start_that_was_cut_off_while_making_the_files(cluster: Cluster) -> None:
    (cluster.folder / "data.new" / "base").mkdir(parents=True)
    assert one(cluster.ensure(), "SELECT 1") == 1


def test_a_start_that_was_cut_off_before_the_database_was_made(cluster: Cluster) -> None:
    cluster.ensure()
    with psycopg.connect(cluster.address("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE innovalley")
    (cluster.folder / "created").unlink()
    assert one(cluster.ensure(), "SELECT 1") == 1


# ------------------------------------------------------------------------------------- stop and status


def test_stopping_twice_is_no_error(cluster: Cluster) -> None:
    cluster.ensure()
    assert cluster.stop() is True
    assert cluster.stop() is False
    assert servers_in(cluster.folder) == []


def test_stopping_what_was_never_made_makes_nothing(cluster: Cluster) -> None:
    assert cluster.stop() is False
    assert not cluster.folder.exists()


def test_stopping_does_not_wait_for_those_who_are_connected(cluster: Cluster) -> None:
    with contextlib.closing(psycopg.connect(cluster.ensure())) as connection:
        connection.execute("SELECT 1")
        assert cluster.stop() is True


def test_stopping_what_is_being_killed_is_no_error(cluster: Cluster) -> None:
    cluster.ensure()
    server(cluster).kill()
    cluster.stop()
    assert cluster.status().pid is None


def test_status_tells_folder_process_and_address(cluster: Cluster) -> None:
    url = cluster.ensure()
    assert cluster.status() == postgres.Status(cluster.folder, server(cluster).pid, url)
    cluster.stop()
    assert cluster.status() == postgres.Status(cluster.folder, None, None)


# ---------------------------------------------------------------------- places the server cannot go to


def test_a_home_that_only_its_owner_may_enter(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("INNOVALLEY_HOME", str(closed / "home"))
    monkeypatch.delenv("INNOVALLEY_POSTGRES_PORT", raising=False)
    cluster = postgres.default_cluster()
    try:
        assert one(cluster.ensure(), "SELECT 1") == 1
        assert postgres.default_cluster().folder == cluster.folder, "found again by the next process"
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder)


def test_programs_that_only_their_owner_may_enter(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site_packages = place / "closed"
    site_packages.mkdir(mode=0o700)
    installed = postgres.package_folder()
    for folder in installed.parent.glob(f"{installed.name}*"):
        shutil.copytree(folder, site_packages / folder.name, symlinks=True)
    monkeypatch.syspath_prepend(str(site_packages))
    assert postgres.package_folder().parent == site_packages
    cluster = Cluster(place / "pg", durable=False)
    copy = cluster.program("postgres").parents[3]
    try:
        assert one(cluster.ensure(), "SELECT 1") == 1
    finally:
        cluster.stop()
        if copy != site_packages:
            shutil.rmtree(copy)
