"""Merging: shown before it is done, complete in every room, decided once, and nothing lost."""

from __future__ import annotations

import re
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from innovalley.accounts.permissions import Refused
from innovalley.challenges.models import Demand
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from innovalley.registry.locking import hold_registry
from innovalley.registry.merging import actions, likeness
from innovalley.registry.merging.actions import (
    REASONS,
    CannotMergeError,
    Outcome,
    merge_rows,
    preview_merge,
    propose_merges,
    refuse_merge,
)
from innovalley.registry.models import (
    Field,
    Holding,
    Industry,
    Membership,
    MergeProposal,
    Organisation,
    Person,
    Team,
    TeamMember,
)
from innovalley.registry.signals import supply_changed
from tests.registry import factories as make
from tests.registry.threads import at_once, beside

pytestmark = pytest.mark.django_db

State = MergeProposal.State


def merge(keep: Any, other: Any, actor: Any = None) -> Outcome:
    kind = "person" if isinstance(keep, Person) else "organisation"
    return merge_rows(actor=actor or make.user(), kind=kind, keep_id=keep.pk, other_id=other.pk)


def counts(outcome: Outcome) -> dict[str, tuple[int, int, int]]:
    return {f"{r.model}.{r.column}": (r.moved, r.dropped, r.cleared) for r in outcome.relations}


# Proposals -----------------------------------------------------------------------------------------


def test_duplicates_are_proposed_with_score_and_reasons_and_nothing_is_merged() -> None:
    a = make.organisation("太重煤机有限公司", code="")
    b = make.organisation("太重煤机有限责任公司")
    make.organisation("别的公司")
    assert propose_merges(kind="organisation") == 1
    proposal = MergeProposal.objects.get()
    assert (proposal.kind, proposal.first_id, proposal.second_id) == ("organisation", a.pk, b.pk)
    assert (proposal.score, proposal.reasons, proposal.state) == (95, ["same_name_but_form"], State.OPEN)
    assert not Organisation.objects.exclude(merged_into=None).exists()


def test_persons_are_proposed_too() -> None:
    university = make.organisation()
    a, b = make.person("李明", organisation=university), make.person("李明", organisation=university)
    propose_merges(kind="person")
    assert list(MergeProposal.objects.values_list("kind", "first_id", "second_id")) == [
        ("person", a.pk, b.pk)
    ]


def test_proposing_again_changes_nothing_and_follows_what_was_mended() -> None:
    make.organisation("太重煤机", code="")
    b = make.organisation("太重煤机", code="")
    propose_merges(kind="organisation")
    first = MergeProposal.objects.get()
    propose_merges(kind="organisation")
    assert MergeProposal.objects.get().pk == first.pk
    assert Entry.objects.filter(act="merge.propose").count() == 1
    Organisation.objects.filter(pk=b.pk).update(name_zh="太重煤机有限公司")
    propose_merges(kind="organisation")
    assert MergeProposal.objects.get().score < first.score
    Organisation.objects.filter(pk=b.pk).update(name_zh="完全不同的名字")
    assert propose_merges(kind="organisation") == 0
    assert not MergeProposal.objects.exists()


def test_what_was_refused_is_not_proposed_again() -> None:
    office = make.user()
    make.organisation("太重煤机")
    make.organisation("太重煤机")
    propose_merges(kind="organisation")
    proposal = refuse_merge(actor=office, proposal_id=MergeProposal.objects.get().pk)
    assert (proposal.state, proposal.decided_by) == (State.REFUSED, office)
    assert propose_merges(kind="organisation") == 0
    assert MergeProposal.objects.get().state == State.REFUSED


def test_every_reason_has_a_sentence() -> None:
    source = Path(likeness.__file__).read_text(encoding="utf-8")
    assert set(
        re.findall(r'"(\w+_(?:name|differ|child|email|phone|organisation|form|place))"', source)
    ) == set(REASONS)


# What is moved -------------------------------------------------------------------------------------


def test_all_that_points_to_an_organisation_points_to_the_kept_one() -> None:
    keep, other, third = (make.organisation(name) for name in ("晋能", "晋能公司", "第三方"))
    person = make.person(organisation=other)
    team = make.team(organisation=other)
    achievement = make.achievement(team=team)
    child = make.organisation("子公司", parent=other)
    earlier = make.organisation("早先合并", merged_into=other)
    Holding.objects.create(holder=other, held=third, percent=20)
    Holding.objects.create(holder=third, held=other, percent=30)
    user = make.user("company")
    Membership.objects.create(user=user, organisation=other)
    demand = Demand.objects.create(organisation=other, title="需求")
    outcome = merge(keep, other)
    for row in (person, team, achievement, demand):
        row.refresh_from_db()
        assert row.organisation == keep
    child.refresh_from_db()
    earlier.refresh_from_db()
    other.refresh_from_db()
    assert (child.parent, earlier.merged_into, other.merged_into) == (keep, keep, keep)
    assert keep.holdings.get().held == third
    assert keep.held_by.get().holder == third
    assert user.memberships.get().organisation == keep
    assert counts(outcome)["registry.team.organisation"] == (1, 0, 0)


def test_no_foreign_key_of_any_room_is_left_behind() -> None:
    """Whatever rooms there are: nothing in the database points to the merged row but its own mark."""
    keep, other = make.organisation("晋能"), make.organisation("晋能公司")
    team = make.team(organisation=other)
    make.achievement(team=team)
    make.person(organisation=other)
    Demand.objects.create(organisation=other, title="需求")
    merge(keep, other)
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.remote_field and field.remote_field.model is Organisation:
                assert not model._base_manager.filter(**{field.name: other.pk}).exists(), field


def test_all_that_points_to_a_person_points_to_the_kept_one() -> None:
    keep, other = make.person("李明"), make.person("李明", email="li@a.org")
    led = make.team(leader=other, members=(other,))
    both = make.team(members=(keep, other))
    merge(keep, other)
    led.refresh_from_db()
    assert (led.leader, list(led.members.all())) == (keep, [keep])
    assert list(both.members.all()) == [keep]


def test_what_both_have_is_kept_once() -> None:
    make.taxonomies()
    keep, other, third = (make.organisation(name) for name in ("晋能", "晋能公司", "第三方"))
    keep.industries.add(*Industry.objects.filter(code="C"))
    other.industries.add(*Industry.objects.filter(code__in=("C", "C.26")))
    Holding.objects.create(holder=keep, held=third, percent=20)
    Holding.objects.create(holder=other, held=third, percent=25)
    user = make.user("company")
    for each in (keep, other):
        Membership.objects.create(user=user, organisation=each)
    outcome = counts(merge(keep, other))
    assert sorted(i.code for i in keep.industries.all()) == ["C", "C.26"]
    assert keep.holdings.get().percent == Decimal(20)
    assert user.memberships.count() == 1
    assert outcome["registry.organisation_industries.organisation"] == (1, 1, 0)
    assert outcome["registry.holding.holder"] == (0, 1, 0)


def test_what_would_point_to_itself_is_dropped_or_cleared() -> None:
    keep, other = make.organisation("晋能"), make.organisation("晋能公司")
    Organisation.objects.filter(pk=keep.pk).update(parent=other)
    Holding.objects.create(holder=other, held=keep, percent=60)
    Holding.objects.create(holder=keep, held=other, percent=5)
    outcome = counts(merge(keep, other))
    keep.refresh_from_db()
    assert keep.parent is None
    assert not Holding.objects.exists()
    assert outcome["registry.organisation.parent"] == (0, 0, 1)


def test_a_parent_of_the_other_that_is_the_kept_one_is_not_filled_in() -> None:
    keep = make.organisation("晋能")
    other = make.organisation("晋能公司", parent=keep)
    assert "parent" not in merge(keep, other).filled
    keep.refresh_from_db()
    assert keep.parent is None


def test_what_the_kept_one_lacks_is_taken_from_the_other_and_nothing_is_overwritten() -> None:
    keep = make.organisation("晋能", code="", summary_zh="自己的")
    other = make.organisation("晋能公司", summary_zh="别人的", website="https://a.org", founded=1998)
    code = other.code
    outcome = merge(keep, other)
    keep.refresh_from_db()
    other.refresh_from_db()
    assert (keep.code, keep.summary_zh, keep.website, keep.founded) == (code, "自己的", "https://a.org", 1998)
    assert (keep.name_zh, other.name_zh, other.code) == ("晋能", "晋能公司", "")
    assert outcome.filled == {"code": code, "website": "https://a.org", "founded": "1998"}


def test_the_code_of_the_other_stays_with_it_when_the_kept_one_has_its_own() -> None:
    keep, other = make.organisation("晋能"), make.organisation("晋能公司")
    codes = keep.code, other.code
    merge(keep, other)
    keep.refresh_from_db()
    other.refresh_from_db()
    assert (keep.code, other.code) == codes


def test_a_user_account_follows_its_person_and_two_accounts_stop_the_merge() -> None:
    user = make.user("team")
    keep, other = make.person("李明"), make.person("李明", user=user)
    merge(keep, other)
    user.refresh_from_db()
    assert user.person == keep
    third = make.person("李明", user=make.user("team"))
    with pytest.raises(CannotMergeError):
        merge(keep, third)
    third.refresh_from_db()
    assert third.merged_into is None


# Shown before, written down after ------------------------------------------------------------------


def test_the_preview_says_what_the_merge_then_does_and_changes_nothing() -> None:
    make.taxonomies()
    keep, other = make.organisation("晋能", code=""), make.organisation("晋能公司")
    for each in (keep, other):
        each.industries.add(Industry.objects.get(code="C"))
    make.team(organisation=other)
    make.person(organisation=other)
    before = snapshot()
    outcome = preview_merge(actor=make.user(), kind="organisation", keep_id=keep.pk, other_id=other.pk)
    assert snapshot() == before
    assert not Entry.objects.exists()
    done = merge(keep, other)
    assert (counts(outcome), outcome.filled) == (counts(done), done.filled)
    assert [relation.label for relation in outcome.relations] == ["行业", "人员（单位）", "团队（单位）"]


def snapshot() -> list[Any]:
    models = (Organisation, Person, Team, TeamMember, Organisation.industries.through)
    return [list(model._base_manager.order_by("pk").values()) for model in models]


def test_the_ledger_says_who_merged_what_and_what_moved() -> None:
    office = make.user()
    keep, other = make.organisation("晋能"), make.organisation("晋能公司")
    team = make.team(organisation=other)
    merge(keep, other, actor=office)
    entry = Entry.objects.get(act="organisation.merge")
    assert (entry.actor, entry.subject_id, entry.data["other"]) == (office, keep.pk, other.pk)
    assert entry.data["relations"] == [
        {
            "model": "registry.team",
            "column": "organisation",
            "moved": 1,
            "dropped": 0,
            "cleared": 0,
            "ids": [team.pk],
        }
    ]


def test_the_proposal_is_closed_and_others_with_the_merged_row_go() -> None:
    office = make.user()
    a, b, c = (make.organisation("太重煤机") for _ in range(3))
    propose_merges(kind="organisation")
    merge(a, b, actor=office)
    left = {(p.first_id, p.second_id): (p.state, p.decided_by) for p in MergeProposal.objects.all()}
    assert left == {(a.pk, b.pk): (State.MERGED, office), (a.pk, c.pk): (State.OPEN, None)}
    assert propose_merges(kind="organisation") == 1


def test_a_merge_tells_that_the_supply_changed_and_looks_for_persons_that_are_colleagues_now() -> None:
    heard: list[Any] = []

    def hear(sender: Any, **_other: Any) -> None:
        heard.append(sender)

    supply_changed.connect(hear)
    try:
        merge(make.organisation("晋能"), make.organisation("晋能公司"))
    finally:
        supply_changed.disconnect(hear)
    assert heard == [Organisation]
    assert ProcrastinateJob.objects.filter(args={"kind": "person"}).count() == 1


# Who, and who first --------------------------------------------------------------------------------


def test_only_the_office_merges_previews_and_refuses() -> None:
    a, b = make.organisation("太重煤机"), make.organisation("太重煤机")
    propose_merges(kind="organisation")
    proposal = MergeProposal.objects.get()
    outsider = make.user("company")
    ids = {"kind": "organisation", "keep_id": a.pk, "other_id": b.pk}
    for act in (
        lambda: merge_rows(actor=outsider, **ids),
        lambda: preview_merge(actor=outsider, **ids),
        lambda: refuse_merge(actor=outsider, proposal_id=proposal.pk),
    ):
        with pytest.raises(Refused):
            act()
    assert not Organisation.objects.exclude(merged_into=None).exists()


def test_merging_again_changes_nothing_and_other_merges_of_the_merged_are_refused() -> None:
    a, b, c = (make.organisation("太重煤机") for _ in range(3))
    merge(a, b)
    assert merge(a, b).relations == []
    assert Entry.objects.filter(act="organisation.merge").count() == 1
    for keep, other in ((b, a), (b, c), (c, b)):
        with pytest.raises(CannotMergeError):
            merge(keep, other)
    with pytest.raises(CannotMergeError):
        merge(a, a)


def test_what_is_merged_cannot_be_refused() -> None:
    a, b = make.organisation("太重煤机"), make.organisation("太重煤机")
    propose_merges(kind="organisation")
    merge(a, b)
    with pytest.raises(WrongStateError):
        refuse_merge(actor=make.user(), proposal_id=MergeProposal.objects.get().pk)


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_merge_in_opposite_directions_at_once_merge_once() -> None:
    a, b = make.organisation("太重煤机"), make.organisation("太重煤机")
    make.team(organisation=a)
    make.team(organisation=b)
    one, two = make.user(), make.user()
    outcomes = at_once(lambda: merge(a, b, actor=one), lambda: merge(b, a, actor=two))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CannotMergeError", "Outcome"]
    kept = Organisation.objects.get(merged_into=None)
    assert kept.teams.count() == 2
    assert Entry.objects.filter(act="organisation.merge").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_merge_does_not_wait_for_a_long_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PATIENCE", 50)
    a, b = make.organisation("太重煤机"), make.organisation("太重煤机")
    held, tried = threading.Event(), threading.Event()

    @transaction.atomic
    def hold() -> None:
        hold_registry()
        held.set()
        assert tried.wait(30)

    with beside(hold):
        assert held.wait(30)
        with pytest.raises(CannotMergeError, match="正在写入"):
            merge(a, b)
        tried.set()
    assert merge(a, b).relations == []
    b.refresh_from_db()
    assert b.merged_into == a


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_refusal_at_once_leave_one_decision() -> None:
    a, b = make.organisation("太重煤机"), make.organisation("太重煤机")
    propose_merges(kind="organisation")
    proposal = MergeProposal.objects.get()
    one, two = make.user(), make.user()
    merged, refused = at_once(
        lambda: merge(a, b, actor=one), lambda: refuse_merge(actor=two, proposal_id=proposal.pk)
    )
    assert isinstance(merged, Outcome)  # an officer may merge what another took for different
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (State.MERGED, one)
    assert isinstance(refused, WrongStateError | MergeProposal)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_written_while_its_organisation_is_merged_is_not_lost() -> None:
    a, b = make.organisation("太重煤机"), make.organisation("太重煤机")
    at_once(lambda: merge(a, b), lambda: make.person("李明", organisation=b))
    person = Person.objects.get()
    assert person.organisation_id in (a.pk, b.pk)
    person.organisation.refresh_from_db()
    assert (person.organisation.merged_into or person.organisation) == a


def test_a_field_of_a_person_is_kept_once() -> None:
    make.taxonomies()
    keep, other = make.person("李明"), make.person("李明")
    energy = Field.objects.get(code="energy")
    keep.fields.add(energy)
    other.fields.add(energy, Field.objects.get(code="materials"))
    merge(keep, other)
    assert sorted(f.code for f in keep.fields.all()) == ["energy", "materials"]
