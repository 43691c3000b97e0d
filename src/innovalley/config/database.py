"""Django's database settings out of DATABASE_URL, or of the embedded PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from innovalley.config.home import SetupError

EXTENSIONS = ("vector", "ltree", "pg_trgm", "btree_gist")  # that the migrations create
OLDEST_VERSION = 15

_NAMED = {"dbname", "user", "password", "host", "port"}
_CONNECT_SECONDS = 10

# What is missing and whether we may create it; pgvector, for one, only a superuser may.
_MISSING_EXTENSIONS = """
    SELECT needed, available.name IS NOT NULL,
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        OR has_database_privilege(current_database(), 'CREATE') AND EXISTS (
            SELECT FROM pg_available_extension_versions v
            WHERE v.name = needed AND v.version = available.default_version AND v.trusted)
    FROM unnest(%s::text[]) AS needed
    LEFT JOIN pg_available_extensions available ON available.name = needed
    WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = needed)
"""


def settings() -> dict[str, Any]:
    """The `default` entry of DATABASES; starts the embedded server when it is to serve and does not run.

    Raises:
        SetupError: DATABASE_URL is none, or the embedded server cannot run.
    """
    parts = _parts()
    options: dict[str, Any] = {k: v for k, v in parts.items() if k not in _NAMED}
    if os.environ.get("INNOVALLEY_POOL"):  # the web server; tests, jobs and commands hold one connection
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "innovalley"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def check() -> None:
    """Whether the database that DATABASE_URL names can hold the site; nothing is changed in it.

    Raises:
        SetupError: it does not answer or lacks something; the text tells what to do.
    """
    conninfo, environment = for_programs()
    try:
        with psycopg.connect(
            conninfo, password=environment.get("PGPASSWORD"), connect_timeout=_CONNECT_SECONDS
        ) as connection:
            faults = _faults(connection)
    except psycopg.OperationalError as error:
        raise SetupError(f"The database of DATABASE_URL does not answer: {error}") from error
    if faults:
        raise SetupError("The database of DATABASE_URL cannot hold the site. " + " ".join(faults))


def _faults(connection: psycopg.Connection) -> list[str]:
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        return [f"It is PostgreSQL {version}; {OLDEST_VERSION} or newer is needed."]
    faults = []
    if connection.execute("SELECT lower('É') = 'é'").fetchone() != (True,):
        faults.append(
            "Its locale takes Chinese characters for no letters, so searching would not work: create it with "
            "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'."
        )
    for name, is_available, may_create in connection.execute(_MISSING_EXTENSIONS, [list(EXTENSIONS)]):
        if not is_available:
            faults.append(
                f"The server does not have the extension {name} (pgvector is a package of its own)."
            )
        elif not may_create:
            faults.append(f"A superuser has to run in it: CREATE EXTENSION {name};")
    return faults


def for_programs() -> tuple[str, dict[str, str]]:
    """For PostgreSQL's own programs: where the database is, and the variables they need besides.

    The password is among the variables, since every user of the machine can read a program's arguments.

    Raises:
        SetupError: as for `settings`.
    """
    parts = _parts()
    password = parts.pop("password", None)
    return make_conninfo(**parts), {"PGPASSWORD": str(password)} if password else {}


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs, such as psql or pg_dump.

    Raises:
        SetupError: they are not installed.
    """
    from innovalley.config import postgres

    return postgres.package_folder() / "pginstall" / "bin" / name


def _parts() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL") or _embedded_url()
    try:
        parts: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        # The address holds a password: not shown.
        raise SetupError(
            "DATABASE_URL cannot be read. It looks like postgresql://user:password@host:5432/database, "
            "special characters of the password written as %40 and the like."
        ) from error
    return parts


def _embedded_url() -> str:
    from innovalley.config import postgres

    return postgres.default_cluster().ensure()
