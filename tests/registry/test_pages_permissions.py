"""Who may open what: one table of every address of the registry and every role."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from innovalley.accounts.models import Role
from innovalley.registry import urls
from innovalley.registry.models import ImportRun, MergeProposal
from tests.registry import factories as make

pytestmark = pytest.mark.django_db

PUBLIC = "public"
EVERYONE = {PUBLIC, *Role.values}
OFFICE = {str(Role.OFFICE)}

# address: (method, who may). Whoever is not named is refused with a reason, or asked to sign in.
TABLE: dict[str, tuple[str, set[str]]] = {
    "teams": ("get", EVERYONE),
    "team": ("get", EVERYONE),
    "achievements": ("get", EVERYONE),
    "achievement": ("get", EVERYONE),
    "organisations": ("get", EVERYONE),
    "organisation": ("get", EVERYONE),
    "persons": ("get", OFFICE),
    "person": ("get", OFFICE),
    "imports": ("get", OFFICE),
    "import_new": ("get", OFFICE),
    "import_run": ("get", OFFICE),
    "import_confirm": ("post", OFFICE),
    "import_cancel": ("post", OFFICE),
    "import_report": ("get", OFFICE),
    "import_template": ("get", OFFICE),
    "merges": ("get", OFFICE),
    "merges_search": ("post", OFFICE),
    "merge": ("get", OFFICE),
    "merge_refuse": ("post", OFFICE),
}


@pytest.fixture
def addresses() -> dict[str, str]:
    """Each address with something behind it."""
    person = make.person(email="secret@example.org")
    team = make.team(members=(person,))
    first, second = sorted((make.organisation().pk, make.organisation().pk))
    run = ImportRun.objects.create(
        kind="organisation", file_name="表.csv", sha256="0" * 64, content=b"", state="checked", report=REPORT
    )
    proposal = MergeProposal.objects.create(kind="organisation", first_id=first, second_id=second, score=90)
    things: dict[str, Any] = {
        "team": team.pk,
        "achievement": make.achievement(team=team).pk,
        "organisation": first,
        "person": person.pk,
        "import_run": run.pk,
        "import_confirm": run.pk,
        "import_cancel": run.pk,
        "import_report": run.pk,
        "import_template": "person",
        "merge": proposal.pk,
        "merge_refuse": proposal.pk,
    }
    return {name: reverse(name, args=[things[name]] if name in things else []) for name in TABLE}


REPORT = {
    "rows": 1, "ready": 0, "skipped": 0, "bad_rows": 1, "problem_count": 1, "ignored": [], "encoding": "utf-8",
    "ok": False, "problems": [{"row": 2, "column": "名称", "cell": "", "message": "不能为空"}],
}  # fmt: skip


def test_the_table_names_every_address_of_the_registry() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(TABLE)
    assert set(TABLE) <= set(get_resolver().reverse_dict)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_only_those_of_the_table_get_in(
    client: Client, addresses: dict[str, str], name: str, role: str
) -> None:
    method, allowed = TABLE[name]
    if role != PUBLIC:
        client.force_login(make.user(role))
    data = {"kind": "person"} if name == "merges_search" else {}
    response = getattr(client, method)(addresses[name], data)
    if role in allowed:
        assert response.status_code in (200, 302)
        assert "/accounts/login" not in response.headers.get("Location", "")
    else:
        assert response.status_code == 403
        assert "主管处室" in response.content.decode()  # it says who may


@pytest.mark.parametrize("name", ["import_confirm", "import_cancel", "merges_search", "merge_refuse"])
def test_acts_are_not_done_by_following_a_link(client: Client, addresses: dict[str, str], name: str) -> None:
    client.force_login(make.user(Role.OFFICE))
    assert client.get(addresses[name]).status_code == 405


@pytest.mark.parametrize("name", ["merge", "import_new"])
@pytest.mark.parametrize("role", sorted(EVERYONE - OFFICE))
def test_the_others_cannot_post_either(
    client: Client, addresses: dict[str, str], name: str, role: str
) -> None:
    if role != PUBLIC:
        client.force_login(make.user(role))
    assert client.post(addresses[name]).status_code == 403


def test_an_inactive_officer_is_the_public(client: Client, addresses: dict[str, str]) -> None:
    officer = make.user(Role.OFFICE)
    client.force_login(officer)
    officer.is_active = False
    officer.save()
    assert client.get(addresses["persons"]).status_code == 403


@pytest.mark.parametrize("name", sorted(name for name, (_m, who) in TABLE.items() if who == EVERYONE))
@pytest.mark.parametrize("export", ["", "?export=csv"])
def test_addresses_of_persons_are_on_no_public_page(
    client: Client, addresses: dict[str, str], name: str, export: str
) -> None:
    response = client.get(addresses[name] + export)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert "secret@example.org" not in content.decode()


def test_what_is_not_there_is_not_found(client: Client) -> None:
    client.force_login(make.user(Role.OFFICE))
    for name in ("team", "achievement", "organisation", "person", "import_run", "import_report", "merge"):
        assert client.get(reverse(name, args=[987654])).status_code == 404
    for name in ("import_confirm", "import_cancel", "merge_refuse"):
        assert client.post(reverse(name, args=[987654])).status_code == 404
    assert client.get(reverse("import_template", args=["nonsense"])).status_code == 404
    assert client.post(reverse("merges_search"), {"kind": "nonsense"}).status_code == 404
