"""Test databases: one server for a run, one database for each of its processes, cloned from a template.

Loaded as a pytest plugin (-p, see pyproject.toml), because pytest-django reads the settings before any
conftest. The server is DATABASE_URL's, or an embedded one tuned for speed in .data/test-postgres that starts
with the first test that needs it; several runs share it, and the last to end stops it.

A template is the outcome of all migrations (and, when asked, of loading the sample province). Its name holds
a digest of what it was made of, so it is made once for each state of the code; a clone takes milliseconds.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from innovalley.config import postgres, translations

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "innovalley"

_OWN_SERVER = not os.environ.get("DATABASE_URL") or "INNOVALLEY_TEST_EMBEDDED" in os.environ
_IS_CONTROLLER = "PYTEST_XDIST_WORKER" not in os.environ
_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:4]
_KEPT_TEMPLATES = 4
_LOCK = 7_420_100  # PostgreSQL's advisory lock for making templates


def _cluster() -> postgres.Cluster:
    return postgres.Cluster(postgres.reachable(ROOT / ".data" / "test-postgres"), durable=False)


if _IS_CONTROLLER:  # workers inherit all this
    translations.compile_all()  # before Django is set up, which reads the catalogues once
    os.environ["INNOVALLEY_TEST_RUN"] = f"{_HOST}_{os.getpid()}"
    os.environ["INNOVALLEY_HOME"] = tempfile.mkdtemp(prefix="innovalley-tests-")
    os.environ["INNOVALLEY_SECRET_KEY"] = "for tests only"
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if _OWN_SERVER:
        os.environ["INNOVALLEY_TEST_EMBEDDED"] = "1"
        os.environ["DATABASE_URL"] = _cluster().url  # where it will serve, unless the port is taken then


def pytest_configure(config: pytest.Config) -> None:
    """Say that this run uses the server."""
    if _IS_CONTROLLER and _OWN_SERVER:
        users = ROOT / ".data" / "test-postgres.users"
        users.parent.mkdir(exist_ok=True)
        handle = os.open(users, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
        config.stash[_users_key] = handle


_users_key = pytest.StashKey[int]()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server when no other run uses it."""
    if not _IS_CONTROLLER:
        return
    shutil.rmtree(os.environ["INNOVALLEY_HOME"], ignore_errors=True)
    if (handle := config.stash.get(_users_key, None)) is not None:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _cluster().stop()
        os.close(handle)


# ---------------------------------------------------------------------------------------- for fixtures


def server() -> str:
    """The URL of the running server (of the database to hold on to while making others)."""
    if _OWN_SERVER:
        os.environ["DATABASE_URL"] = _cluster().ensure()
    return make_conninfo(os.environ["DATABASE_URL"], dbname="postgres")


def own_name(suffix: str = "") -> str:
    """The name of this process's database."""
    return f"test_{os.environ['INNOVALLEY_TEST_RUN']}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}{suffix}"


def url_of(name: str) -> str:
    """The DATABASE_URL of a database of the server."""
    parts = conninfo_to_dict(os.environ["DATABASE_URL"])
    login = f"{parts.get('user', '')}{':' + str(parts['password']) if 'password' in parts else ''}"
    return f"postgresql://{login}@{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{name}"


def clone(template: str, name: str) -> None:
    """Make database `name` afresh as a copy of `template`, ending what is connected to it."""
    with _admin() as connection:
        _drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def drop(name: str) -> None:
    """Remove a database, ending what is connected to it."""
    with _admin() as connection:
        _drop(connection, name)


def _drop(connection: psycopg.Connection, name: str) -> None:
    # Not WITH (FORCE): that needs a right over autovacuum, which the plain DROP ends by itself.
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
        [name],
    )
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def template(*, sample: bool = False) -> str:
    """The name of the template with all migrations, and the sample province when asked; made when missing."""
    base = template() if sample else "template0"
    name = f"template_{_digest(sample=sample)}"
    with _admin() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database ORDER BY oid")}
        if name not in known:
            _forget_old(connection)
            _make_template(connection, name, base, sample=sample)
    return name


def _make_template(connection: psycopg.Connection, name: str, base: str, *, sample: bool) -> None:
    from django.core.management import call_command
    from django.db import connections

    unfinished = f"unfinished_{name}"
    clone(base if sample else "template1", unfinished)
    with pointed_at(unfinished):
        call_command("load_sample" if sample else "migrate", verbosity=0)
        connections["default"].close()
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
    )


@contextlib.contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Django's default connection on another database of the server."""
    from django.db import connections

    default = connections["default"]
    parts = conninfo_to_dict(os.environ["DATABASE_URL"])
    before = dict(default.settings_dict)
    default.close()
    default.settings_dict.update(NAME=name, HOST=parts.get("host", ""), PORT=parts.get("port", ""))
    try:
        yield
    finally:
        default.close()
        default.settings_dict.update(before)


@contextlib.contextmanager
def _admin() -> Iterator[psycopg.Connection]:
    with psycopg.connect(server(), autocommit=True) as connection:
        yield connection


def _forget_old(connection: psycopg.Connection) -> None:
    """Drop templates of long gone states of the code, and what killed runs left behind."""
    known = [row[0] for row in connection.execute("SELECT datname FROM pg_database ORDER BY oid")]
    templates = [name for name in known if name.startswith("template_")]
    dead = [
        name
        for name in known
        if name.startswith(f"test_{_HOST}_") and not psutil.pid_exists(int(name.split("_")[2]))
    ]
    for name in [*templates[:-_KEPT_TEMPLATES], *dead]:
        drop(name)


def _digest(*, sample: bool) -> str:
    """Of everything that the template's content depends on: migrations, ours and others', and sample texts."""
    from django.db.migrations.loader import MigrationLoader

    digest = hashlib.sha256()
    for key in sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations):
        digest.update(repr(key).encode())
    files = [*PACKAGE.rglob("migrations/*.py"), *PACKAGE.rglob("*.sql")]
    if sample:
        files += [
            path for path in (PACKAGE / "sample").rglob("*") if path.suffix != ".pyc" and path.is_file()
        ]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16] + ("_sample" if sample else "")
