"""Money and lists under officers who act at the same moment, on connections of their own."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from innovalley.accounts.models import Role
from innovalley.challenges import actions
from innovalley.challenges.decision_lists import Proposal, Support, digest_of, standing, tidy
from innovalley.challenges.models import Bid, Recommendation
from tests.challenges.decision_factories import MAX_FEN, MONEY_FEN, Case, reviewed, winners
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """What each gave or raised, all started together on their own connections."""
    barrier, outcomes = threading.Barrier(len(works)), [object()] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            barrier.wait()
            outcomes[place] = work()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _insert(case: Case, bid: Bid, fen: int) -> Callable[[], object]:
    """Past every act, straight into the table."""

    def work() -> object:
        with transaction.atomic():
            return Recommendation.objects.create(bid=bid, fund_fen=fen, by=case.office, at=timezone.now())

    return work


def _within_limits(case: Case) -> None:
    rows = Recommendation.objects.filter(bid__challenge__call=case.call)
    assert (rows.aggregate(sum=Sum("fund_fen"))["sum"] or 0) <= MONEY_FEN
    for number in (1, 2):
        challenge = case.challenge(number)
        own = rows.filter(bid__challenge=challenge)
        assert own.count() <= challenge.max_winners
        assert all(challenge.max_fund_fen is None or row.fund_fen <= challenge.max_fund_fen for row in own)


def test_whatever_is_written_at_once_stays_within_money_and_winners() -> None:
    case = reviewed(2, 3)
    generator = random.Random(20270101)
    refused = 0
    for _ in range(12):
        Recommendation.objects.all().delete()
        bids = generator.sample(case.firsts + case.seconds, 3)
        amounts = [generator.choice([1, 90_000_000, 200_000_000, MAX_FEN, MAX_FEN + 1]) for _ in bids]
        outcomes = at_once([_insert(case, bid, fen) for bid, fen in zip(bids, amounts, strict=True)])
        assert all(isinstance(each, Recommendation | IntegrityError) for each in outcomes)
        refused += sum(isinstance(each, IntegrityError) for each in outcomes)
        _within_limits(case)
    assert refused


def test_money_for_one_is_given_to_one_of_two() -> None:
    case = reviewed(1, 2)
    works = [_insert(case, bid, MONEY_FEN) for bid in case.seconds]
    outcomes = at_once(works)
    assert sorted(type(each).__name__ for each in outcomes) == ["IntegrityError", "Recommendation"]
    _within_limits(case)


def test_of_two_officers_with_different_lists_one_is_told_that_it_changed() -> None:
    case = reviewed()
    call = case.call
    lists = [
        winners(case, first=1),
        Proposal((Support(case.firsts[1].pk, MAX_FEN), Support(case.seconds[1].pk, 100_000_000))),
    ]
    officers = [registry.user(Role.OFFICE) for _ in lists]
    digests = [digest_of(call, each) for each in lists]

    def apply(place: int) -> object:
        return actions.apply_list(
            actor=officers[place], call_id=call.pk, proposal=lists[place], digest=digests[place]
        )

    outcomes = at_once([lambda: apply(0), lambda: apply(1)])
    told = [isinstance(each, actions.SeenOtherError) for each in outcomes]
    assert sorted(told) == [False, True]
    assert standing(case.call) == tidy(lists[told.index(False)])


def test_money_cannot_be_taken_away_from_under_a_list_nor_a_noticed_list_be_changed() -> None:
    case = reviewed()
    _insert(case, case.firsts[0], 80_000_000)()
    call = case.call
    call.money_available_fen = 79_999_999
    with pytest.raises(IntegrityError), transaction.atomic():
        call.save()
    call = case.call
    call.state = "noticed"
    call.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Recommendation.objects.update(fund_fen=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recommendation.objects.all().delete()
    assert Recommendation.objects.get().fund_fen == 80_000_000
