"""Duplicates through the pages: found by a job, seen side by side, merged or kept apart."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovalley.registry.models import MergeProposal, Organisation, Person
from tests.registry import factories as make
from tests.registry.work import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(make.user(name="处室用户"))
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def proposal(kind: str = "organisation", **values: Any) -> MergeProposal:
    rows = (
        [make.organisation(), make.organisation(code="")]
        if kind == "organisation"
        else [make.person(), make.person()]
    )
    first, second = sorted(row.pk for row in rows)
    values = {"score": 90, "reasons": ["same_name_but_form"], **values}
    return MergeProposal.objects.create(kind=kind, first_id=first, second_id=second, **values)


def merged(row: MergeProposal) -> int | None:
    """The id of the row that the other one was merged into."""
    gone = Organisation.objects.filter(pk__in=(row.first_id, row.second_id)).exclude(merged_into=None).first()
    return gone.merged_into_id if gone else None


@pytest.mark.django_db(transaction=True)
def test_duplicates_are_searched_compared_and_merged(office: Client) -> None:
    one = make.organisation("晋北煤化工有限公司", founded=1998)
    two = make.organisation("晋北煤化工股份有限公司", code="", founded=2001, website="https://example.org")
    team = make.team("煤转化团队", organisation=two)
    office.post(reverse("merges_search"), {"kind": "organisation"})
    office.post(reverse("merges_search"), {"kind": "organisation"})  # asked for twice, searched once
    html = page(office, reverse("merges"))
    assert "正在查找重复" in html
    assert "没有待处理的重复" in html
    asked = {"HX-Request": "true", "HX-Target": "search"}
    assert "HX-Refresh" not in office.get(reverse("merges"), headers=asked).headers
    work()
    assert office.get(reverse("merges"), headers=asked).headers["HX-Refresh"] == "true"
    html = page(office, reverse("merges"))
    row = MergeProposal.objects.get()
    assert one.name_zh in html
    assert two.name_zh in html

    address = reverse("merge", args=[row.pk])
    html = page(office, address)
    assert f"把“{two.name_zh}”并入“{one.name_zh}”，将会" in html
    assert "1 条转到保留者名下" in html
    assert "网址" in html  # what the kept one takes over
    assert "不一致" in html  # 1998 or 2001
    assert f"把“{one.name_zh}”并入“{two.name_zh}”，将会" in page(office, f"{address}?keep={two.pk}")
    assert merged(row) is None  # looking changes nothing

    response = office.post(address, {"keep": one.pk}, follow=True)
    assert f"“{two.name_zh}”已并入“{one.name_zh}”" in response.content.decode()
    team.refresh_from_db()
    assert team.organisation == one
    assert merged(row) == one.pk
    assert "两者已合并" in page(office, address)
    office.post(address, {"keep": one.pk})  # sent twice
    assert merged(row) == one.pk


def test_two_that_are_different_stay_and_are_not_shown_again(office: Client) -> None:
    row = proposal()
    response = office.post(reverse("merge_refuse", args=[row.pk]), follow=True)
    assert "两者不是同一个，今后不再提示" in response.content.decode()
    assert reverse("merge", args=[row.pk]) not in page(office, reverse("merges"))
    assert reverse("merge", args=[row.pk]) in page(office, f"{reverse('merges')}?state=refused")
    assert merged(row) is None


def test_of_two_officers_the_second_hears_what_the_first_decided(office: Client) -> None:
    row = proposal()
    office.post(reverse("merge", args=[row.pk]), {"keep": row.first_id})
    response = office.post(reverse("merge_refuse", args=[row.pk]), follow=True)
    assert "两者在此期间已被合并" in response.content.decode()


def test_two_persons_with_accounts_cannot_be_merged_and_the_page_says_why(office: Client) -> None:
    row = proposal("person")
    for pk in (row.first_id, row.second_id):
        Person.objects.filter(pk=pk).update(user=make.user("team"))
    address = reverse("merge", args=[row.pk])
    html = page(office, address)
    assert "目前不能合并" in html
    assert ">合并<" not in html
    assert "未能合并" in office.post(address, {"keep": row.first_id}, follow=True).content.decode()
    assert Person.objects.filter(merged_into=None).count() == 2


def test_what_is_gone_meanwhile_does_not_break_a_proposal(office: Client) -> None:
    row = proposal()
    Organisation.objects.filter(pk=row.second_id).delete()
    page(office, reverse("merges"))
    assert "其中一个已不在库中" in page(office, reverse("merge", args=[row.pk]))


@pytest.mark.parametrize("kind", ["organisation", "person"])
def test_the_list_takes_as_many_queries_for_one_as_for_forty(
    office: Client, kind: str, django_assert_max_num_queries: Any
) -> None:
    proposal(kind)
    with django_assert_max_num_queries(11) as few:
        page(office, reverse("merges"))
    for _ in range(40):
        proposal(kind)
    with django_assert_max_num_queries(len(few)):
        page(office, reverse("merges"))


def test_the_list_is_filtered_by_kind(office: Client) -> None:
    one, other = proposal("organisation"), proposal("person")
    html = page(office, f"{reverse('merges')}?kind=person")
    assert reverse("merge", args=[other.pk]) in html
    assert f'"{reverse("merge", args=[one.pk])}"' not in html
