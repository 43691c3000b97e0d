"""What the database refuses whoever asks, by raw SQL."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from innovalley.reviews.models import ConflictRecord, Mark, Plan, RoundState
from tests.reviews import factories

pytestmark = pytest.mark.django_db


def run(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(sql: str, *values: object) -> None:
    with pytest.raises(IntegrityError):
        run(sql, *values)


def accepted(sql: str, *values: object) -> None:
    run(sql, *values)


def test_the_weights_of_a_rubric_sum_to_100() -> None:
    rubric = factories.rubric(["60", "40"])
    criterion = rubric.criteria.first()
    assert criterion is not None
    refused("UPDATE reviews_criterion SET weight = 61 WHERE id = %s", criterion.pk)
    refused("DELETE FROM reviews_criterion WHERE id = %s", criterion.pk)
    refused("UPDATE reviews_criterion SET weight = 0 WHERE id = %s", criterion.pk)
    accepted("UPDATE reviews_criterion SET weight = 60.000 WHERE id = %s", criterion.pk)
    accepted("UPDATE reviews_criterion SET weight = CASE position WHEN 1 THEN 59.999 ELSE 40.001 END")


def test_a_mark_lies_on_the_scale_of_a_criterion_of_its_own_rubric() -> None:
    seat = factories.seat(factories.item(factories.round(state=RoundState.REVIEWING)))
    own, other = seat.item.round.rubric.criteria.all()[0], factories.rubric().criteria.all()[0]
    insert = (
        "INSERT INTO reviews_mark (review_id, criterion_id, value, is_not_applicable, reason)"
        " VALUES (%s, %s, %s, %s, '')"
    )
    for value in ("10.5", "-0.5", "7.3"):
        refused(insert, seat.review.pk, own.pk, value, False)
    refused(insert, seat.review.pk, other.pk, "7", False)
    refused(insert, seat.review.pk, own.pk, "7", True)
    accepted(insert, seat.review.pk, own.pk, None, True)
    refused(insert, seat.review.pk, own.pk, "7", False)
    refused("UPDATE reviews_mark SET value = 11, is_not_applicable = false")


def test_what_was_submitted_stays() -> None:
    seat = factories.seat(factories.item(factories.round(state=RoundState.REVIEWING)))
    review = factories.reviewed(seat, "8", "8")
    mark = Mark.objects.filter(review=review)[0]
    refused("UPDATE reviews_review SET total = 99 WHERE id = %s", review.pk)
    refused("UPDATE reviews_review SET comment_office = 'x' WHERE id = %s", review.pk)
    refused(
        "UPDATE reviews_review SET state = 'draft', total = NULL, submitted_at = NULL WHERE id = %s",
        review.pk,
    )
    refused("DELETE FROM reviews_review WHERE id = %s", review.pk)
    refused("UPDATE reviews_mark SET value = 9 WHERE id = %s", mark.pk)
    refused("DELETE FROM reviews_mark WHERE id = %s", mark.pk)
    accepted(
        "UPDATE reviews_review SET state = 'draft', total = NULL, submitted_at = NULL,"
        " times_reopened = times_reopened + 1 WHERE id = %s",
        review.pk,
    )


def test_a_review_is_submitted_whole() -> None:
    seat = factories.seat(factories.item(factories.round(state=RoundState.REVIEWING)))
    for columns in (
        "state = 'submitted'",
        "state = 'submitted', submitted_at = now(), confidence = 4",
        "state = 'submitted', submitted_at = now(), total = 80",
        "state = 'submitted', submitted_at = now(), is_abstention = true",
        "state = 'submitted', submitted_at = now(), is_abstention = true, abstention_reason = 'x', total = 0",
        "total = 80",
        "confidence = 6",
        "state = 'lost'",
    ):
        refused(f"UPDATE reviews_review SET {columns} WHERE id = %s", seat.review.pk)


def test_an_expert_has_one_seat_over_an_item_and_declines_with_a_reason() -> None:
    seat = factories.seat(factories.item(factories.round(state=RoundState.REVIEWING)))
    refused(
        "INSERT INTO reviews_seat (item_id, expert_id, state, locked, fit, reason)"
        " SELECT item_id, expert_id, 'planned', false, 0, '' FROM reviews_seat"
    )
    refused("UPDATE reviews_seat SET state = 'declined' WHERE id = %s", seat.pk)
    refused("UPDATE reviews_seat SET state = 'replaced', locked = true WHERE id = %s", seat.pk)
    refused("UPDATE reviews_seat SET fit = 1.5 WHERE id = %s", seat.pk)


def test_a_conflict_is_set_aside_by_two_different_officers() -> None:
    item = factories.item(factories.round())
    record = ConflictRecord.objects.create(
        item=item, expert=factories.expert(), ground=ConflictRecord.Grounds.DECLARED, source="kinship"
    )
    one, two = factories.officer().pk, factories.officer().pk
    override = (
        "UPDATE reviews_conflictrecord SET asked_by_id = %s, overridden_by_id = %s, overridden_at = now(), reason = %s"
        " WHERE id = %s"
    )
    refused(override, one, one, "已核实", record.pk)
    refused(override, None, two, "已核实", record.pk)
    refused(override, one, two, "", record.pk)
    accepted(override, one, two, "已核实", record.pk)
    refused("UPDATE reviews_conflictrecord SET user_id = %s WHERE id = %s", one, record.pk)


def test_a_round_has_a_seed_before_it_is_assigned_and_keeps_it() -> None:
    round = factories.round()
    refused("UPDATE reviews_round SET state = 'assigning' WHERE id = %s", round.pk)
    accepted(
        "UPDATE reviews_round SET state = 'assigning', seed = 1, seed_published_at = now() WHERE id = %s",
        round.pk,
    )
    refused("UPDATE reviews_round SET seed = 2 WHERE id = %s", round.pk)
    refused("UPDATE reviews_round SET min_load = 9, max_load = 8 WHERE id = %s", round.pk)
    refused("UPDATE reviews_round SET opens_at = closes_at WHERE id = %s", round.pk)


def test_an_item_is_of_the_rounds_kind_and_in_it_once() -> None:
    item = factories.item(factories.round())
    refused("UPDATE reviews_item SET subject_type = 'registry.team' WHERE id = %s", item.pk)
    refused(
        "INSERT INTO reviews_item (round_id, subject_type, subject_id, number)"
        " SELECT round_id, subject_type, subject_id, 99 FROM reviews_item"
    )
    refused(
        "INSERT INTO reviews_item (round_id, subject_type, subject_id, number)"
        " SELECT round_id, subject_type, subject_id + 1, number FROM reviews_item"
    )


def test_a_declared_tie_is_with_somebody_else() -> None:
    expert = factories.expert()
    insert = (
        "INSERT INTO reviews_declaration (person_id, other_person_id, other_organisation_id, kind, note, declared_at)"
        " VALUES (%s, %s, %s, 'kinship', '', now())"
    )
    refused(insert, expert.pk, None, None)
    refused(insert, expert.pk, expert.pk, None)
    refused(insert, expert.pk, factories.expert().pk, expert.organisation_id)
    accepted(insert, expert.pk, None, expert.organisation_id)


def test_states_that_do_not_exist_are_refused() -> None:
    seat = factories.seat(factories.item(factories.round(state=RoundState.REVIEWING)))
    Plan.objects.create(round=seat.item.round, created_by=factories.officer())
    for table in ("round", "seat", "plan"):
        refused(f"UPDATE reviews_{table} SET state = 'lost'")
