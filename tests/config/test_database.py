"""A PostgreSQL of one's own is looked at before anything is written into it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from innovalley.config import database
from innovalley.config.home import SetupError
from tests import database as databases


@pytest.fixture
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """DATABASE_URL of a new database, made as `request.param` says (default: as on every server here)."""
    how = getattr(request, "param", "TEMPLATE template1")
    server, name = databases.server(), databases.own_name("_checked")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(f"CREATE DATABASE {{}} {how}").format(sql.Identifier(name)))
    monkeypatch.setenv("DATABASE_URL", databases.url_of(name))
    yield databases.url_of(name)
    databases.drop(name)


def test_a_database_that_has_everything_passes(url: str) -> None:
    database.check()


@pytest.mark.parametrize("url", ["TEMPLATE template0"], indirect=True)
def test_extensions_that_only_a_superuser_makes_are_asked_for_and_others_are_not(url: str) -> None:
    with psycopg.connect(url) as connection:
        is_superuser = connection.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    if is_superuser == (True,):  # of a server of one's own; this one makes them all by itself
        database.check()
        return
    with pytest.raises(SetupError) as refused:
        database.check()
    assert "CREATE EXTENSION vector;" in str(refused.value)
    assert "ltree" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'UTF8'"], indirect=True
)
def test_a_locale_in_which_chinese_cannot_be_searched_is_refused(url: str) -> None:
    with pytest.raises(SetupError, match=r"LOCALE 'C\.UTF-8'"):
        database.check()


def test_an_extension_the_server_does_not_have(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "EXTENSIONS", ("vector", "no_such_thing"))
    with pytest.raises(SetupError, match="does not have the extension no_such_thing"):
        database.check()


def test_a_server_that_is_too_old(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OLDEST_VERSION", 99)
    with pytest.raises(SetupError, match="99 or newer is needed"):
        database.check()


def test_the_password_is_never_an_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:se%20cret@db.example/iv?sslmode=require")
    conninfo, environment = database.for_programs()
    assert "cret" not in conninfo
    assert "sslmode=require" in conninfo
    assert environment == {"PGPASSWORD": "se cret"}
