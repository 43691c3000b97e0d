"""An entry has one form in bytes, whatever wrote it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovalley.ledger.canonical import NotCanonicalError, canonical_json, entry_leaf, utc

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)
ENTRY = {
    "id": 7, "at": "2026-11-24T08:30:00.000000Z", "actor": None, "act": "bid.submit",
    "subject_type": "challenges.envelope", "subject_id": 3, "data": {"receipt": "ZB-1"},
}  # fmt: skip


@given(VALUES)
def test_what_was_written_and_read_again_has_the_same_form(value: Any) -> None:
    assert canonical_json(json.loads(json.dumps(value))) == canonical_json(value)


def test_the_form_is_fixed() -> None:
    """Others must be able to compute it: changing it would break every proof that was given out."""
    expected = '{"a":[true,null,-1],"b":"文 “x”\\n"}'.encode()
    assert canonical_json({"b": "文 “x”\n", "a": [True, None, -1]}) == expected
    assert entry_leaf(ENTRY).hex() == "af496d1f0de5ea8e1f6023af98634cb27f89093efc3ed665afee40ba74bd3b97"


@pytest.mark.parametrize("value", [1.5, float("nan"), {"a": [0.0]}, {1: "a"}, b"x", object(), "\ud800"])
def test_what_has_more_than_one_form_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonicalError):
        canonical_json(value)


@pytest.mark.parametrize("change", [{"extra": 1}, {"data": 1.0}])
def test_no_more_and_nothing_else_than_an_entry(change: dict[str, Any]) -> None:
    with pytest.raises(NotCanonicalError):
        entry_leaf(ENTRY | change)
    with pytest.raises(NotCanonicalError):
        entry_leaf({name: value for name, value in ENTRY.items() if name != "at"})


@pytest.mark.parametrize("field", sorted(ENTRY))
def test_every_field_counts(field: str) -> None:
    assert entry_leaf(ENTRY | {field: "another"}) != entry_leaf(ENTRY)


def test_a_time_is_written_in_utc_with_six_decimals() -> None:
    at = dt.datetime(2026, 11, 24, 16, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert utc(at) == "2026-11-24T08:30:00.000000Z"
