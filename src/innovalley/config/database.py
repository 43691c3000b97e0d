"""Django's database settings out of DATABASE_URL, or of the embedded PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from innovalley.config.home import SetupError

_NAMED = {"dbname", "user", "password", "host", "port"}


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
