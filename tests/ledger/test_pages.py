"""The page of the ledger: heads for everyone, and proofs for who has a receipt."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovalley.ledger.models import Seal
from innovalley.ledger.sealing import seal_entries
from innovalley.ledger.verifying import check_receipt
from tests.ledger.factories import entries

pytestmark = pytest.mark.django_db
PAGE = reverse("ledger_verify")


def test_everyone_sees_the_heads(client: Client) -> None:
    assert "尚未" in client.get(PAGE).content.decode()
    entries(3)
    seal = seal_entries()
    assert seal is not None
    assert seal.root in client.get(PAGE).content.decode()


def test_the_list_of_heads_takes_the_same_queries_at_any_length(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    entries(1, receipt="ZB-1")
    for _n in range(30):
        entries(1)
        seal_entries()
    with django_assert_max_num_queries(10):
        page = client.get(PAGE, {"receipt": "ZB-1", "page": "2"})
    assert page.context["checks"] is True
    assert page.context["page"].number == 2


def test_a_receipt_number_shows_the_proof_and_gives_it_as_a_file(client: Client) -> None:
    entries(1, receipt="ZB-7K2M")
    assert "等待封存" in client.get(PAGE, {"receipt": "ZB-7K2M"}).content.decode()
    assert client.get(reverse("ledger_receipt", args=["ZB-7K2M"])).status_code == 404
    entries(4)
    seal_entries()
    page = client.get(PAGE, {"receipt": " ZB-7K2M "})
    assert page.context["checks"] is True
    file = client.get(reverse("ledger_receipt", args=["ZB-7K2M"]))
    assert file.headers["Content-Disposition"].startswith("attachment")
    receipt = json.loads(file.content)
    assert receipt["entry"]["data"]["receipt"] == "ZB-7K2M"
    assert check_receipt(receipt, head=Seal.objects.get().root) == ""
    for part in receipt["proof"]:
        assert part in page.content.decode()


@pytest.mark.parametrize("number", ["", "ZB-8", "%", "ZB-7K2_", "'", "x" * 5000, "\0", "{}"])
def test_an_unknown_number_finds_nothing(client: Client, number: str) -> None:
    entries(1, receipt="ZB-7K2M")
    seal_entries()
    assert client.get(PAGE, {"receipt": number}).context["entry"] is None


def test_the_growth_proof_is_a_file(client: Client) -> None:
    address = reverse("ledger_growth")
    assert client.get(address, {"from": "1"}).status_code == 404
    for size in (3, 4):
        entries(size)
        seal_entries()
    growth = json.loads(client.get(address, {"from": "1"}).content)
    assert (growth["from"]["size"], growth["to"]["size"]) == (3, 7)
    for wrong in ({"from": "2", "to": "1"}, {"from": "9"}, {}, {"from": "x"}, {"from": "1", "to": "9" * 30}):
        assert client.get(address, wrong).status_code == 404
