"""Conflicts of interest: found in the registry and in declarations, set aside by two officers only."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from innovalley.accounts.permissions import Refused
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry.models import Holding, Organisation
from innovalley.reviews import actions, queries
from innovalley.reviews.models import ConflictRecord, Declaration, Item, RoundState
from tests.registry import factories as registry
from tests.reviews import factories

pytestmark = pytest.mark.django_db

G = ConflictRecord.Grounds


def one_item(**values: Any) -> tuple[Item, Organisation]:
    round = factories.round(state=RoundState.ASSIGNING, **values)
    subject = factories.proposal("申报单位")
    return factories.item(round, subject), subject


def found(item: Item) -> set[tuple[str, str]]:
    actions.find_conflicts(actor=None, round_id=item.round_id)
    rows = ConflictRecord.objects.filter(item=item, gone_at=None)
    return {(row.expert.name_zh, row.ground) for row in rows if row.expert}


def test_every_ground_is_found_and_strangers_are_free() -> None:
    item, subject = one_item()
    head = registry.organisation("母公司")
    sister = registry.organisation("兄弟公司", parent=head)
    Organisation.objects.filter(pk=subject.pk).update(parent=head)
    holder = registry.organisation("参股公司")
    Holding.objects.create(holder=holder, held=subject, percent=Decimal("30"))
    tiny = registry.organisation("小股东")
    Holding.objects.create(holder=tiny, held=subject, percent=Decimal("1"))
    leader = registry.person("组长甲", organisation=subject, title="组长")
    item.parties.create(person=leader)

    factories.expert("同单位", organisation=subject)
    factories.expert("母公司人", organisation=head)
    factories.expert("兄弟公司人", organisation=sister)
    factories.expert("参股方人", organisation=holder)
    factories.expert("小股东人", organisation=tiny)
    former = factories.expert("前员工")
    former.affiliations.create(organisation=subject, until=timezone.localdate() - dt.timedelta(days=400))
    old = factories.expert("老员工")
    old.affiliations.create(organisation=subject, until=timezone.localdate() - dt.timedelta(days=4 * 366))
    mate = factories.expert("队友")
    registry.team(members=(mate, leader))
    kin = factories.expert("亲属")
    kin.declarations.create(other_person=leader, kind=Declaration.Kind.KINSHIP)
    factories.expert("生人")

    assert found(item) == {
        ("同单位", G.SAME_ORGANISATION),
        ("母公司人", G.RELATED_ORGANISATION),
        ("兄弟公司人", G.RELATED_ORGANISATION),
        ("参股方人", G.RELATED_ORGANISATION),
        ("前员工", G.FORMER_ORGANISATION),
        ("队友", G.JOINT_WORK),
        ("亲属", G.DECLARED),
    }


def test_the_years_for_which_former_ties_count_are_a_setting() -> None:
    item, subject = one_item(windows={"organisation": 5, "joint_work": 5, "declared": 5})
    old = factories.expert("老员工")
    old.affiliations.create(organisation=subject, until=timezone.localdate() - dt.timedelta(days=4 * 366))
    assert found(item) == {("老员工", G.FORMER_ORGANISATION)}


def test_looking_again_adds_nothing_twice_and_marks_what_is_gone() -> None:
    item, subject = one_item()
    insider = factories.expert("同单位", organisation=subject)
    assert len(found(item)) == len(found(item)) == 1
    insider.organisation = registry.organisation()
    insider.save()
    assert found(item) == set()
    record = ConflictRecord.objects.get()
    assert record.gone_at is not None
    insider.organisation = subject
    insider.save()
    assert len(found(item)) == 1
    assert ConflictRecord.objects.count() == 1


def test_where_it_is_recorded_is_said_in_the_readers_language() -> None:
    item, subject = one_item()
    holder = registry.organisation("参股公司", name_en="Holder")
    Holding.objects.create(holder=holder, held=subject, percent=Decimal("30"))
    factories.expert("参股方人", organisation=holder)
    found(item)
    office = factories.officer()
    for language, sentence in (
        ("zh-hans", "参股公司持有申报单位 30.00% 股权"),
        ("en", "Holder holds 30.00 % of 申报单位"),
    ):
        with translation.override(language):
            (row,) = queries.with_sentences(queries.conflicts(office, item.round))
            assert row.sentence == sentence  # type: ignore[attr-defined]


def conflicted() -> ConflictRecord:
    item, subject = one_item()
    factories.expert("同单位", organisation=subject)
    found(item)
    return ConflictRecord.objects.get()


def test_a_conflict_is_set_aside_by_a_second_officer_with_a_reason_only() -> None:
    record, first, second = conflicted(), factories.officer(), factories.officer()
    with pytest.raises(ValueError, match="reason"):
        actions.ask_override(actor=first, conflict_id=record.pk, reason="  ")
    with pytest.raises(WrongStateError):
        actions.grant_override(actor=second, conflict_id=record.pk)
    actions.ask_override(actor=first, conflict_id=record.pk, reason="只出检测报告")
    with pytest.raises(actions.SamePersonError):
        actions.grant_override(actor=first, conflict_id=record.pk)
    assert ConflictRecord.objects.get().holds
    actions.grant_override(actor=second, conflict_id=record.pk)
    assert not ConflictRecord.objects.get().holds
    actions.find_conflicts(actor=None, round_id=record.item.round_id)
    assert not ConflictRecord.objects.get().holds
    actions.refuse_override(actor=first, conflict_id=record.pk)
    assert ConflictRecord.objects.get().holds


def test_the_pages_of_two_officers_set_a_conflict_aside(client: Client) -> None:
    record = conflicted()
    address = f"/rounds/{record.item.round_id}/conflicts/"
    client.force_login(factories.officer())
    client.post(f"/rounds/conflicts/{record.pk}/ask/", {"reason": "只出检测报告"})
    client.post(f"/rounds/conflicts/{record.pk}/grant/")
    assert "须由第二人复核" in client.get(address).content.decode()
    client.force_login(factories.officer())
    assert client.post(f"/rounds/conflicts/{record.pk}/grant/").status_code == 302
    assert "只出检测报告" in client.get(f"{address}?state=overridden").content.decode()
    client.force_login(registry.user("expert"))
    assert client.post(f"/rounds/conflicts/{record.pk}/refuse/").status_code == 403


def test_only_oneself_and_the_office_declare_ties() -> None:
    expert, other = factories.expert(), factories.expert()
    with pytest.raises(Refused):
        actions.declare_tie(actor=other.user, person_id=expert.pk, kind="kinship", other_person_id=other.pk)
    with pytest.raises(ValueError, match="tie"):
        actions.declare_tie(actor=expert.user, person_id=expert.pk, kind="kinship")
    made = actions.declare_tie(
        actor=expert.user, person_id=expert.pk, kind="kinship", other_person_id=other.pk
    )
    with pytest.raises(Refused):
        actions.withdraw_declaration(actor=other.user, declaration_id=made.pk)
    actions.declare_tie(
        actor=factories.officer(), person_id=expert.pk, kind="other", other_person_id=other.pk
    )


def test_an_expert_declares_ties_and_former_organisations_on_the_page(client: Client) -> None:
    expert = factories.expert("白专家")
    friend = registry.person("学生乙")
    registry.organisation("旧单位")
    client.force_login(expert.user)  # type: ignore[arg-type]
    answer = client.post("/reviews/ties/", {"act": "tie", "kind": "adviser", "person": "没有这个人"})
    assert answer.status_code == 422
    assert "没有这个名称的登记" in answer.content.decode()
    assert "没有这个人" in answer.content.decode()
    client.post("/reviews/ties/", {"act": "tie", "kind": "adviser", "person": "学生乙"})
    client.post("/reviews/ties/", {"act": "employer", "employer": "旧单位", "left_on": "2024-06-30"})
    tie, employer = expert.declarations.get(), expert.affiliations.get()
    assert tie.other_person == friend
    text = client.get("/reviews/ties/").content.decode()
    assert "学生乙" in text
    assert "旧单位" in text
    client.post(f"/reviews/ties/tie/{tie.pk}/remove/")
    client.post(f"/reviews/ties/employer/{employer.pk}/remove/")
    assert "学生乙" not in client.get("/reviews/ties/").content.decode()
    assert Declaration.objects.get().withdrawn_at is not None
