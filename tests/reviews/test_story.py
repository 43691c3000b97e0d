"""A round from its draft to its end, by actions alone."""

from __future__ import annotations

import pytest

from innovalley.ledger.models import Entry
from innovalley.reviews import actions, jobs
from innovalley.reviews.models import ConflictRecord, Plan, RoundState, Seat, SeatState
from tests.registry import factories as registry
from tests.reviews import factories

pytestmark = pytest.mark.django_db


def test_a_round_from_draft_to_close() -> None:
    office = factories.officer()
    round = factories.round()
    proposals = [factories.proposal() for _ in range(3)]
    experts = [factories.expert() for _ in range(4)]
    insider = factories.expert(organisation=proposals[0])
    actions.add_items(actor=office, round_id=round.pk, subject_ids=[each.pk for each in proposals])
    actions.start_assigning(actor=office, round_id=round.pk)
    jobs.prepare_round(round.pk)
    assert ConflictRecord.objects.get().expert == insider

    plan = actions.propose_assignment(actor=office, round_id=round.pk)
    assert plan.state == Plan.State.READY
    assert not Seat.objects.exists()
    actions.apply_assignment(actor=office, round_id=round.pk, digest=plan.digest)
    assert Seat.objects.filter(state=SeatState.PLANNED).count() == 6
    barred = Seat.objects.filter(expert=insider, item__subject_id=proposals[0].pk)
    assert not barred.exists()
    assert {seat.expert for seat in Seat.objects.all()} <= {*experts, insider}

    actions.open_round(actor=office, round_id=round.pk)
    round.refresh_from_db()
    assert round.state == RoundState.REVIEWING
    for seat in Seat.objects.all():
        actions.accept_seat(actor=factories.user_of(seat), seat_id=seat.pk)
        seat.refresh_from_db()
        review = factories.reviewed(seat, "8", "6.5")
        assert str(review.total) == "74.0000"
    actions.close_round(actor=office, round_id=round.pk)
    acts = list(Entry.objects.filter(act__startswith="round.").order_by("pk").values_list("act", flat=True))
    assert acts == [
        "round.add_items", "round.assign", "round.find_conflicts", "round.propose_assignment",
        "round.apply_assignment", "round.open", "round.close",
    ]  # fmt: skip


def test_organisations_of_other_kinds_of_objects_are_not_known_to_this_room() -> None:
    with pytest.raises(KeyError):
        actions.create_round(
            actor=registry.user(),
            subject_type="registry.team",
            settings={"title_zh": "评审", "rubric": factories.rubric()},
        )
