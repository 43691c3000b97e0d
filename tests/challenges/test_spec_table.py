"""The spec table follows the text as it is typed, and never loses what a person typed into it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import QueryDict

from innovalley.challenges import spec_table
from innovalley.challenges.spec_table import COLUMNS, Line, Table
from innovalley.engine.specs import Change, Comparison

TEXT = "抗压强度不低于60MPa，吸水率不超过0.5%。"


def posted(table: Table, **changes: str) -> QueryDict:
    """What a browser would send back for this table; `changes` such as value_0="70" are typed into it."""
    post = QueryDict(mutable=True)
    for number, line in enumerate(table.lines):
        for name in COLUMNS:
            post.appendlist(f"spec_{name}", changes.get(f"{name}_{number}", getattr(line, name)))
        post.appendlist("spec_key", line.key)
        post.appendlist("spec_was", line.fingerprint if line.found else "")
    for key in table.dropped:
        post.appendlist("spec_dropped", key)
    return post


def written(table: Table) -> list[tuple[str, str, str, str]]:
    return [(line.quantity, line.comparison, line.value, line.unit) for line in table.lines]


@pytest.fixture
def found() -> Table:
    return spec_table.refreshed(Table([]), TEXT)


def test_statements_appear_with_the_place_they_came_from(found: Table) -> None:
    assert written(found) == [("抗压强度", ">=", "60", "MPa"), ("吸水率", "<=", "0.5", "%")]
    first = found.lines[0]
    assert first.found
    assert TEXT[first.start : first.end] == first.statement
    assert first.after.startswith("，吸水率")


def test_untouched_lines_follow_the_text(found: Table) -> None:
    again = spec_table.refreshed(spec_table.of_post(posted(found)), TEXT.replace("60", "80"))
    assert written(again)[0] == ("抗压强度", ">=", "80", "MPa")
    assert len(again.lines) == 2


def test_what_was_changed_by_hand_stays_when_the_text_goes_on(found: Table) -> None:
    table = spec_table.of_post(posted(found, value_0="75"))
    assert [line.found for line in table.lines] == [False, True]
    again = spec_table.refreshed(table, "前提：密度不低于2.5g/cm3。" + TEXT)
    assert ("抗压强度", ">=", "75", "MPa") in written(again)
    assert ("抗压强度", ">=", "60", "MPa") not in written(again)
    assert len(again.lines) == 3
    line = next(line for line in again.lines if line.quantity == "抗压强度")
    assert line.statement == TEXT[: len(line.statement)]  # it still shows where it came from


def test_what_was_changed_by_hand_stays_when_its_statement_is_deleted(found: Table) -> None:
    table = spec_table.of_post(posted(found, value_0="75"))
    again = spec_table.refreshed(table, "吸水率不超过0.5%。")
    assert written(again) == [("吸水率", "<=", "0.5", "%"), ("抗压强度", ">=", "75", "MPa")]
    assert again.lines[1].statement == ""


def test_a_removed_line_does_not_come_back_until_its_statement_changes(found: Table) -> None:
    table = spec_table.without(found, 0)
    again = spec_table.refreshed(spec_table.of_post(posted(table)), TEXT + "工期6个月。")
    assert "抗压强度" not in [line.quantity for line in again.lines]
    changed = spec_table.refreshed(spec_table.of_post(posted(again)), TEXT.replace("60", "80"))
    assert ("抗压强度", ">=", "80", "MPa") in written(changed)


def test_a_typed_line_is_kept_and_exact(found: Table) -> None:
    table = spec_table.with_blank(found)
    table = spec_table.of_post(
        posted(table, quantity_2="产量", comparison_2=">=", value_2="1.2万", unit_2="吨/年")
    )
    table = spec_table.refreshed(table, TEXT)
    spec, was_found = table.specs()[-1]
    assert (spec.quantity, spec.low, spec.unit, was_found) == ("产量", Decimal(12000), "t/a", False)


@pytest.mark.parametrize(
    ("comparison", "value", "low", "high"),
    [
        (">=", "60", "60", None),
        (">", "６０", "60", None),
        ("<=", "0.5", None, "0.5"),
        ("<", "-40", None, "-40"),
        ("=", "1,200", "1200", "1200"),
        ("range", "20~30", "20", "30"),
        ("range", "-20 至 60", "-20", "60"),
        ("range", "20-30", "20", "30"),
        ("±", "5±0.1", "5", "0.1"),
        ("±", "± 0.1", None, "0.1"),
        (">=", "1.2万", "12000", None),
        (">=", "10^6", "1000000", None),
    ],
)
def test_values_are_read_exactly(comparison: str, value: str, low: str | None, high: str | None) -> None:
    [(spec, _)] = Table([Line(quantity="温度", comparison=comparison, value=value, unit="mm")]).specs()
    assert spec.comparison is Comparison(comparison)
    assert spec.low == (None if low is None else Decimal(low))
    assert spec.high == (None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("comparison", "value"),
    [
        (">=", ""),
        (">=", "很高"),
        (">=", "60 左右"),
        ("range", "60"),
        ("range", "30~20"),
        ("±", "5"),
        ("±", "5 ± -1"),
        (">=", "9" * 19),
        (">=", "0.0000000000001"),
    ],
)
def test_a_value_that_cannot_be_kept_is_reported_at_its_line(comparison: str, value: str) -> None:
    table = Table([Line(quantity="强度", comparison=comparison, value=value, unit="MPa")])
    assert table.specs() == []
    assert table.has_errors
    assert "value" in table.lines[0].errors


def test_a_unit_nobody_knows_is_kept_as_typed() -> None:
    [(spec, _)] = Table([Line(quantity="口感", value="8", unit="分（盲评）")]).specs()
    assert spec.unit == "分（盲评）"


def test_blank_lines_are_no_specs() -> None:
    table = Table([Line()])
    assert table.specs() == []
    assert not table.has_errors


def test_nonsense_from_outside_is_harmless() -> None:
    post = QueryDict(mutable=True)
    post.setlist("spec_quantity", ["a\0b", "x" * 500] * 100)
    post.setlist("spec_change", ["nonsense"])
    post.setlist("spec_comparison", ["nonsense"])
    post.setlist("spec_was", ["||||"])
    table = spec_table.of_post(post)
    assert len(table.lines) == spec_table.MAX_LINES
    assert table.lines[0].quantity == "a b"
    assert len(table.lines[1].quantity) == 60
    assert table.lines[0].change == Change.LEVEL
    assert not any(line.found for line in table.lines)


def test_two_equal_statements_are_two_lines() -> None:
    table = spec_table.refreshed(Table([]), "强度不低于60MPa；返工后强度不低于60MPa。")
    assert len(table.lines) == 2
    assert len({line.key for line in table.lines}) == 2
