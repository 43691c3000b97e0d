"""Points are exact, an abstention or “not applicable” is no zero, and the results say what they rest on."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from innovalley.reviews.marks import mean_of, total_of
from innovalley.reviews.models import Criterion
from innovalley.reviews.statistics import Given, results

marks = st.lists(
    st.tuples(
        st.decimals("0.001", "100", places=3),  # weight
        st.decimals("0.01", "1000", places=2),  # maximum
        st.integers(0, 100),  # percent of it
        st.booleans(),  # judged
    ),
    min_size=1,
    max_size=8,
)


def rows(drawn: list[tuple[Decimal, Decimal, int, bool]]) -> list[tuple[Criterion, Decimal | None]]:
    return [
        (Criterion(weight=weight, maximum=maximum), maximum * percent / 100 if judged else None)
        for weight, maximum, percent, judged in drawn
    ]


@given(marks)
def test_points_are_the_exact_weighted_mean_of_what_was_judged(
    drawn: list[tuple[Decimal, Decimal, int, bool]],
) -> None:
    judged = [
        (Fraction(weight), Fraction(percent, 100))
        for weight, _maximum, percent, is_judged in drawn
        if is_judged
    ]
    total = total_of(rows(drawn))
    if not judged:
        assert total is None
        return
    exact = 100 * sum(w * p for w, p in judged) / sum(w for w, _p in judged)
    assert total is not None
    assert abs(Fraction(total) - exact) <= Fraction(1, 20000)  # half of the last place
    assert 0 <= total <= 100


@given(marks)
def test_what_does_not_apply_changes_nothing(drawn: list[tuple[Decimal, Decimal, int, bool]]) -> None:
    only = [each for each in drawn if each[3]]
    assert total_of(rows(drawn)) == total_of(rows(only))


@given(marks, st.integers(2, 9))
def test_the_order_and_a_common_factor_of_the_weights_do_not_matter(
    drawn: list[tuple[Decimal, Decimal, int, bool]], factor: int
) -> None:
    scaled = [
        (weight * factor, maximum, percent, judged) for weight, maximum, percent, judged in reversed(drawn)
    ]
    assert total_of(rows(scaled)) == total_of(rows(drawn))


def test_thirds_are_rounded_half_even_at_the_fourth_place() -> None:
    thirds = [(Criterion(weight=Decimal(1), maximum=Decimal(3)), Decimal(value)) for value in (1, 1, 1)]
    assert total_of(thirds) == Decimal("33.3333")
    assert mean_of([Decimal("70.0000"), Decimal("70.0001")]) == Decimal("70.0000")
    assert mean_of([Decimal("70.0001"), Decimal("70.0002")]) == Decimal("70.0002")
    assert mean_of([]) is None


def test_equal_means_are_ties_and_an_item_without_marks_stands_at_the_end() -> None:
    given_ = [
        Given(1, 1, Decimal(80)), Given(1, 2, Decimal(70)), Given(2, 1, Decimal(75)), Given(2, 2, Decimal(75)),
        Given(3, 1, Decimal(60)), Given(3, 2, None), Given(4, 1, None),
    ]  # fmt: skip
    found = results([4, 3, 2, 1], given_)
    by_item = {line.item: line for line in found.items}
    assert (by_item[1].rank, by_item[2].rank, by_item[3].rank, by_item[4].rank) == (1, 1, 3, None)
    assert by_item[1].is_tied and by_item[2].is_tied and not by_item[3].is_tied  # noqa: PT018
    assert by_item[3].mean == Decimal(60)
    assert (by_item[3].reviews, by_item[3].abstentions) == (1, 1)
    assert found.items[-1].item == 4


def test_a_harsh_expert_is_seen_and_swaps_are_named() -> None:
    given_ = []
    for item, worth in ((1, 80), (2, 78), (3, 60)):
        for expert, lean in ((1, 0), (2, 3), (3, -20)):
            if (item, expert) == (2, 3):
                continue  # the harsh one did not see the second item
            given_.append(Given(item, expert, Decimal(worth + lean)))
    found = results([1, 2, 3], given_)
    assert found.experts[-1].expert == 3
    assert found.experts[-1].leaning < -10
    assert (1, 2) in found.swaps


def test_nothing_given_is_no_result() -> None:
    found = results([1, 2], [])
    assert [line.mean for line in found.items] == [None, None]
    assert not found.experts
    assert found.largest_leaning == 0.0
