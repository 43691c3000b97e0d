"""What all tests share: the database of each process (see tests.database) and quick, offline settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests import database

# Templates name static files by their manifest, which only collectstatic writes.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_configure(config: pytest.Config) -> None:
    """Static files come from where they lie; the folder of collected ones is looked for all the same."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    """A migrated database of this process's own, made anew after each test that commits.

    Django would instead empty every table, what migrations put there included, and the append-only tables
    refuse that.
    """
    from django.db import connections
    from django.test import TransactionTestCase

    name = database.own_name()
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        template = database.template()
        database.clone(template, name)

    def make_anew(case: TransactionTestCase) -> None:
        connections["default"].close()
        database.clone(template, name)

    with database.pointed_at(name), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", make_anew)
        yield
    database.drop(name)
