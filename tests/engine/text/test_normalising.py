"""What reads the same is spelled the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.engine.text import normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("石墨 烯 电池", "石墨烯电池"),
        ("５Ｇ　通信", "5g通信"),
        ("Lithium  Ion\n Battery", "lithium ion battery"),
        ("锂电池 battery 材料", "锂电池battery材料"),
        ("煤\0矿", "煤矿"),
        ("coal\0mine", "coal mine"),
        (" \t\n ", ""),
        ("J\u030c", "\u01f0"),
        ("", ""),
    ],
)
def test_width_case_and_spaces_do_not_matter(written: str, read: str) -> None:
    assert normalise(written) == read


@settings(deadline=None)
@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "\n" not in once
    assert "\0" not in once
