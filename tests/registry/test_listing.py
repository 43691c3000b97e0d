"""What stands in an address may be nonsense: the list answers, and never with an error of the server."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.registry import factories as make

pytestmark = pytest.mark.django_db

FILTERS = [
    *(
        (f"/{page}/", name)
        for page in ("teams", "achievements", "organisations")
        for name in ("q", "kind", "region")
    ),
    ("/persons/", "q"),
    ("/persons/", "field"),
    ("/imports/", "kind"),
    ("/imports/", "state"),
    ("/merges/", "kind"),
    ("/merges/", "state"),
    *(
        ("/demands/", name)
        for name in ("q", "field", "industry", "region", "kind", "rights", "state", "due_from")
    ),
]


@pytest.mark.parametrize(("page", "name"), FILTERS)
@pytest.mark.parametrize("value", ["\0", "a\0b", "a..b", ".", "²", "x" * 3000, "a." * 1200 + "a", "9" * 5000])
def test_a_filter_takes_nonsense_for_nothing_found(client: Client, page: str, name: str, value: str) -> None:
    client.force_login(make.user())
    assert client.get(page, {name: value}).status_code == 200


@pytest.mark.parametrize(
    "page", ["/teams/", "/achievements/", "/organisations/", "/persons/", "/demands/", "/vetting/"]
)
@pytest.mark.parametrize("number", ["-1", "0", "x", "1e999", "9" * 5000, "\0"])
def test_a_page_that_there_is_not_is_another_one(client: Client, page: str, number: str) -> None:
    client.force_login(make.user())
    assert client.get(page, {"page": number, "sort": "__class__", "organisation": number}).status_code == 200
