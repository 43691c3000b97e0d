"""The sample province, loaded once for a file of tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import database


@pytest.fixture(scope="module")
def province(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database with the sample province in it."""
    name = database.own_name("_province")
    with django_db_blocker.unblock():
        database.clone(database.template(sample=True), name)
        with database.pointed_at(name):
            yield
        database.drop(name)
