"""Nobody judges own, former, parent's or partner's work, and each conflict says why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from innovalley.engine.panels.conflicts import (
    Affiliation,
    Conflict,
    Declaration,
    Facts,
    Finder,
    Ground,
    Holding,
    JointWork,
    Party,
    Windows,
)

TODAY = date(2026, 11, 24)
BID = Party(frozenset({"leader", "member"}), frozenset({"bidder", "partner", "poster"}))


def grounds(facts: Facts, party: Party = BID, **windows: object) -> list[Ground]:
    finder = Finder(facts, TODAY, Windows(**windows))  # type: ignore[arg-type]
    return [conflict.ground for conflict in finder.find("expert", party)]


def at(organisation: str, until: date | None = None) -> Affiliation:
    return Affiliation("expert", organisation, until)


def test_a_stranger_is_free() -> None:
    assert grounds(Facts([at("elsewhere")], [Holding("holding", "other")])) == []


def test_nobody_judges_own_work() -> None:
    assert grounds(Facts(), Party(frozenset({"expert"}))) == [Ground.SELF]


@pytest.mark.parametrize("organisation", ["bidder", "partner", "poster"])
def test_bidder_partner_and_the_demands_company_count_alike(organisation: str) -> None:
    assert grounds(Facts([at(organisation)])) == [Ground.SAME_ORGANISATION]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (date(2023, 11, 24), [Ground.FORMER_ORGANISATION]),  # three years to the day
        (date(2023, 11, 23), []),
        (date(2026, 11, 23), [Ground.FORMER_ORGANISATION]),
        (date(2026, 11, 24), [Ground.SAME_ORGANISATION]),  # the last day there
    ],
)
def test_a_former_organisation_counts_for_three_years_to_the_day(until: date, expected: list[Ground]) -> None:
    assert grounds(Facts([at("bidder", until)])) == expected


def test_the_window_is_a_setting() -> None:
    assert grounds(Facts([at("bidder", date(2022, 1, 1))]), organisation=5) == [Ground.FORMER_ORGANISATION]


def test_the_29th_of_february_ends_on_the_28th() -> None:
    finder = Finder(Facts([at("bidder", date(2024, 2, 29))]), date(2027, 2, 28))
    assert [c.ground for c in finder.find("expert", BID)] == [Ground.FORMER_ORGANISATION]


@pytest.mark.parametrize(
    "holdings",
    [
        [Holding("mine", "bidder")],  # subsidiary
        [Holding("bidder", "mine")],  # parent
        [Holding("top", "mine"), Holding("top", "bidder")],  # sister
        [Holding("bidder", "middle"), Holding("middle", "mine", Decimal(30))],  # grandparent
        [Holding("mine", "bidder", Decimal(5))],  # a holding of just five percent
    ],
)
def test_parents_subsidiaries_sisters_and_holdings_count(holdings: list[Holding]) -> None:
    assert grounds(Facts([at("mine")], holdings)) == [Ground.RELATED_ORGANISATION]


def test_a_small_holding_does_not_tie() -> None:
    assert grounds(Facts([at("mine")], [Holding("mine", "bidder", Decimal("4.99"))])) == []


def test_holdings_in_a_circle_end() -> None:
    circle = [Holding("a", "b"), Holding("b", "c"), Holding("c", "a"), Holding("mine", "x")]
    assert grounds(Facts([at("mine")], circle), Party(organisations=frozenset({"a"}))) == []


@pytest.mark.parametrize(("year", "counts"), [(None, True), (2026, True), (2023, True), (2022, False)])
def test_joint_work_counts_for_three_years(year: int | None, counts: bool) -> None:
    work = JointWork(frozenset({"expert", "member"}), "achievement A1", year)
    expected = [Conflict(Ground.JOINT_WORK, "member", "achievement A1")] if counts else []
    assert Finder(Facts(joint_works=[work]), TODAY).find("expert", BID) == expected


def test_a_declared_tie_holds_both_ways_and_to_organisations() -> None:
    for declaration in (
        Declaration("expert", "leader", "kinship"),
        Declaration("leader", "expert", "teacher"),
        Declaration("expert", "partner", "adviser"),
    ):
        assert grounds(Facts(declarations=[declaration])) == [Ground.DECLARED]
    assert grounds(Facts([at("mine")], declarations=[Declaration("member", "mine", "kinship")])) == [
        Ground.DECLARED
    ]
    assert grounds(Facts(declarations=[Declaration("expert", "leader", "dispute", date(2020, 1, 1))])) == []


def test_every_reason_is_given_the_gravest_first() -> None:
    facts = Facts(
        [at("bidder"), at("partner", date(2025, 1, 1))],
        joint_works=[JointWork(frozenset({"expert", "leader"}), "project P1", 2025)],
        declarations=[Declaration("expert", "leader", "kinship")],
    )
    assert grounds(facts) == [
        Ground.SAME_ORGANISATION,
        Ground.FORMER_ORGANISATION,
        Ground.JOINT_WORK,
        Ground.DECLARED,
    ]
