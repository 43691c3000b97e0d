"""The pages of reviews as their readers get them."""

from __future__ import annotations

import pytest
from django.test import Client

from innovalley.reviews.models import Item, Round, RoundState, Seat
from tests.registry import factories as registry
from tests.reviews import factories

pytestmark = pytest.mark.django_db


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def panel(items: int = 2, experts: int = 2, **values: object) -> tuple[Round, list[Item], list[Seat]]:
    """A round under review whose panels have all accepted."""
    round = factories.round(**{"state": RoundState.REVIEWING, "panel_size": experts, **values})
    people = [factories.expert(f"评审专家{n}") for n in range(experts)]
    made = [factories.item(round, factories.proposal(f"申报单位{n}有限公司")) for n in range(items)]
    seats = [factories.seat(item, person) for item in made for person in people]
    factories.fits(round)
    return round, made, seats


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", RoundState.values)
def test_every_page_of_the_office_opens_in_every_state(client: Client, language: str, state: str) -> None:
    client.cookies["django_language"] = language
    round, items, seats = panel()
    for seat in seats:
        factories.reviewed(seat, "8", "6")
    Round.objects.filter(pk=round.pk).update(state=state)
    client.force_login(factories.officer())
    for address in (
        "/rounds/", "/rounds/?state=draft", "/rounds/new/", f"/rounds/{round.pk}/", f"/rounds/{round.pk}/edit/",
        f"/rounds/{round.pk}/items/", f"/rounds/{round.pk}/assignment/", f"/rounds/{round.pk}/conflicts/",
        f"/rounds/{round.pk}/results/", f"/rounds/items/{items[0].pk}/", "/experts/", "/experts/?q=评审",
        f"/experts/{seats[0].expert_id}/", "/rubrics/", "/rubrics/new/", f"/rubrics/{round.rubric_id}/",
    ):  # fmt: skip
        page(client, address)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_expert_opens(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    _round, items, seats = panel()
    invited = factories.seat(factories.item(items[0].round), seats[0].expert, state="invited")
    client.force_login(factories.user_of(seats[0]))
    for address in (
        "/reviews/", "/reviews/ties/", f"/reviews/{seats[0].pk}/", f"/reviews/{seats[0].pk}/abstain/",
        f"/reviews/{invited.pk}/answer/",
    ):  # fmt: skip
        page(client, address)
    factories.reviewed(seats[0], "8", "6")
    assert "70.00" not in page(client, "/reviews/ties/")
    assert "72.00" in page(client, f"/reviews/{seats[0].pk}/")


def test_the_desk_of_a_stranger_is_empty_and_the_pages_of_others_are_refused(client: Client) -> None:
    round, items, seats = panel()
    client.force_login(registry.user("company"))
    page(client, "/reviews/")
    for address in (
        f"/reviews/{seats[0].pk}/", f"/reviews/{seats[0].pk}/answer/", "/rounds/", f"/rounds/{round.pk}/",
        f"/rounds/{round.pk}/results/", f"/rounds/items/{items[0].pk}/", "/experts/", "/rubrics/",
    ):  # fmt: skip
        page(client, address, 403)
