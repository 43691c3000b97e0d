"""What tests of reviews share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from innovalley.reviews import subjects
from tests.reviews import factories


@pytest.fixture(autouse=True)
def _organisations_are_reviewable() -> Iterator[None]:
    """A kind of objects that only tests review."""
    factories.register()
    yield
    subjects.forget_subject(factories.TYPE)
