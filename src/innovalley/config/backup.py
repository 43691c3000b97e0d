"""Writes the site's database to one file, and reads it back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from innovalley.config import database, postgres
from innovalley.config.home import SetupError


class BackupError(SetupError):
    """The database cannot be written to, or read from, this file; the text tells why."""


def dump(target: Path) -> None:
    """Write the whole database, as it is at this moment, to a new file that only its owner may read.

    The site may go on meanwhile.

    Raises:
        BackupError: the file exists or cannot be written, or the database cannot be read.
    """
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise BackupError(f"{target} exists already; a backup overwrites nothing.") from None
    except OSError as error:
        raise BackupError(f"{target} cannot be written ({error.strerror}).") from error
    try:
        # Extensions are the server's: there before the data is read back.
        _run("pg_dump", "--format=custom", "--no-owner", "--no-acl", "--exclude-extension=*", "-f", target)
    except BackupError:
        target.unlink()
        raise


def restore(source: Path, *, replace: bool = False) -> None:
    """Read what `dump` wrote into the site's database, all or nothing; nothing else may be in it.

    Args:
        source: the file.
        replace: first delete the embedded database with what is in it.

    Raises:
        BackupError: the file is no backup, or the database is not empty and may not be replaced.
    """
    if not source.is_file():
        raise BackupError(f"{source} is no file.")
    _run("pg_restore", "--list", source, connect=False)
    if not is_empty():
        if not replace:
            raise BackupError(
                "The database is not empty. Restore into a new one, or replace this one (--replace)."
            )
        recreate()
    _run("pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", source)


def is_empty() -> bool:
    """Whether the site's database has no tables.

    Raises:
        BackupError: it does not answer.
    """
    conninfo, environment = database.for_programs()
    try:
        with psycopg.connect(conninfo, password=environment.get("PGPASSWORD")) as connection:
            found = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1")
            return found.fetchone() is None
    except psycopg.OperationalError as error:
        raise BackupError(f"The database does not answer: {error}") from error


def recreate() -> None:
    """Delete the embedded database with everything in it, and make an empty one.

    Raises:
        BackupError: DATABASE_URL is set.
    """
    if os.environ.get("DATABASE_URL"):
        raise BackupError("DATABASE_URL is set: only the embedded database is ever deleted.")
    cluster = postgres.default_cluster()
    cluster.ensure()
    name, role = sql.Identifier(postgres.DATABASE), sql.Identifier(postgres.ROLE)
    with psycopg.connect(cluster.address("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))


def _run(program: str, *arguments: str | Path, connect: bool = True) -> None:
    command = [str(database.program(program)), *map(str, arguments)]
    environment = dict(os.environ)
    if connect:
        conninfo, more = database.for_programs()
        command.append(f"--dbname={conninfo}")
        environment |= more
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-2000:]}")
