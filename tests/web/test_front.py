"""The pages everyone can open."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/search/", "/search/?q=煤", "/about/", "/robots.txt"])
def test_opens_without_an_account(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200
