"""The navigation offers what there is and what its reader may use."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from innovalley.accounts.models import Role
from innovalley.web.navigation import DESK, PUBLIC, Entry, address, links
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

urlpatterns = [
    path("", include("innovalley.config.urls")),
    path("calls/", lambda request: HttpResponse(), name="test_calls"),
]


def names(user: object) -> set[str]:
    return {link.url.strip("/") for link in links(DESK, user, "/")}


def test_a_visitor_has_no_desk() -> None:
    assert names(AnonymousUser()) == set()


def test_a_company_is_not_offered_the_offices_desk_nor_the_office_the_companies() -> None:
    company, office = names(registry.user(Role.COMPANY)), names(registry.user(Role.OFFICE))
    assert company.isdisjoint({"vetting", "imports", "merges", "persons"})
    assert "my/demands" not in office


@pytest.mark.parametrize(
    ("role", "desk"),
    [
        (Role.TEAM, {"my/bids"}),
        (Role.EXPERT, {"reviews"}),
        (Role.PARK, set()),
        (Role.LEADER, {"my/keys"}),  # may be asked to be a custodian
    ],
)
def test_each_role_is_offered_its_own_desk_and_no_other(role: str, desk: set[str]) -> None:
    assert names(registry.user(role)) == desk


def test_a_closed_account_is_offered_nothing() -> None:
    user = registry.user(Role.OFFICE)
    user.is_active = False
    assert names(user) == set()


def test_a_page_shows_up_when_its_address_exists(settings: object) -> None:
    entry = Entry("test_calls", "Calls", "megaphone")
    assert links([entry], AnonymousUser(), "/") == []
    assert address("test_calls") == ""
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    (link,) = links([entry], AnonymousUser(), "/calls/2024/")
    assert (link.url, link.is_current) == ("/calls/", True)


def test_an_unknown_permission_hides_the_page(settings: object) -> None:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    entry = Entry("test_calls", "Calls", "megaphone", permission="nobody.registered_this")
    assert links([entry], registry.user(Role.OFFICE), "/") == []


def test_every_offered_page_opens_for_its_reader(client: Client) -> None:
    for role in Role.values:
        user = registry.user(role)
        client.force_login(user)
        for link in [*links(PUBLIC, user, "/"), *links(DESK, user, "/")]:
            assert client.get(link.url).status_code == 200, (role, link.url)
