"""Cells: what people write is understood exactly, and what cannot be is answered with how to write it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from innovalley.registry.importing import columns as c
from innovalley.registry.importing.columns import CellError
from innovalley.registry.models import Organisation
from tests.registry import factories as make


def refusal(parse: Callable[[str], Any], cell: str) -> str:
    with translation.override("en"), pytest.raises(CellError) as refused:
        parse(cell)
    return str(refused.value)


# Money ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("", None),
        ("0", 0),
        ("1200000", 120_000_000),
        ("1,200,000.50", 120_000_050),
        ("1，200，000", 120_000_000),
        ("0.1", 10),
        ("120万", 120_000_000),
        ("1.2345 万元", 1_234_500),
        ("¥3.5 亿元", 35_000_000_000),
        ("５０万", 50_000_000),
        ("3百万", 300_000_000),
        ("人民币 2千万元", 2_000_000_000),
        ("1万亿", 10**14),
    ],
)
def test_money_is_whole_fen(cell: str, fen: int | None) -> None:
    assert c.yuan(cell) == fen


@pytest.mark.parametrize(
    "cell", ["-5", "面议", "1,2", "12,34,567", "1.2.3", "NaN", "Infinity", "1e5", "1_000", "5美元", "万",
             "1.001", "0.0000001万", "99999999999999"]
)  # fmt: skip
def test_what_is_no_amount_is_refused(cell: str) -> None:
    assert f"“{cell}”" in refusal(c.yuan, cell)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("", None),
        ("120", 120_000_000),
        ("1.5", 1_500_000),
        ("１２０万", 120_000_000),
        ("1亿", 10**10),
        ("5000元", 500_000),
    ],
)
def test_money_in_a_column_of_wan(cell: str, fen: int | None) -> None:
    assert c.wan(cell) == fen


@given(st.integers(0, 10**15))
def test_an_amount_survives_export_and_import_to_the_fen(fen: int) -> None:
    assert c.yuan(str(c.yuan_of(fen))) == fen


@given(st.decimals(0, 10**9, places=2))
def test_an_amount_in_wan_is_ten_thousand_times_the_yuan_exactly(number: Decimal) -> None:
    assert c.yuan(f"{number}万") == int(number * 10**6)


@given(st.text(alphabet="0123456789.,， 万亿百千元¥-e", max_size=12))
def test_what_looks_like_money_is_an_amount_in_bounds_or_refused(cell: str) -> None:
    try:
        fen = c.yuan(cell)
    except CellError:
        return
    assert fen is None or 0 <= fen <= 10**15


# Dates and whole numbers ---------------------------------------------------------------------------


@given(st.dates(dt.date(1000, 1, 1)))
def test_every_way_to_write_a_date_means_the_same_day(day: dt.date) -> None:
    for form in (
        "{0.year}-{0.month:02}-{0.day:02}",
        "{0.year}/{0.month}/{0.day}",
        "{0.year}.{0.month}.{0.day}",
        "{0.year}年{0.month}月{0.day}日",
        "{0.year} 年 {0.month} 月 {0.day} 日",
        "{0.year:04}{0.month:02}{0.day:02}",
        "{0.year}-{0.month}-{0.day} 00:00:00",
    ):
        assert c.date(form.format(day)) == day


@pytest.mark.parametrize(
    "cell", ["2027-02-30", "2027年3月", "尽快", "46000", "31/3/2027", "2027-13-01", "2027-3-1x"]
)
def test_what_is_no_date_is_refused(cell: str) -> None:
    assert refusal(c.date, cell) == f"“{cell}” is no date; write it like 2027-03-31"


def test_an_empty_date_is_none() -> None:
    assert c.date("") is None


@given(st.integers(-(10**8), 10**8))
def test_whole_numbers_are_read_within_their_bounds(number: int) -> None:
    assert c.whole(-(10**8), 10**8)(str(number)) == number
    assert c.whole(-(10**8), 10**8)(f"{number}.0") == number


@pytest.mark.parametrize("cell", ["0", "10", "7.5", "七", "1e0", "99999999999999999999"])
def test_a_level_outside_1_to_9_is_refused(cell: str) -> None:
    assert "whole number from 1 to 9" in refusal(c.whole(1, 9), cell)


def test_fullwidth_digits_are_digits() -> None:
    assert c.whole(1, 9)("７") == 7


# Codes ---------------------------------------------------------------------------------------------


@given(st.integers(0, 9_999_999), st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_in_a_credit_code_is_always_noticed(number: int, place: int, other: str) -> None:
    good = make.code(number)
    assert c.credit_code(f" {good.lower()} ") == good
    assume(good[place] != other)
    assert "no valid unified social credit code" in refusal(
        c.credit_code, good[:place] + other + good[place + 1 :]
    )


def test_a_credit_code_of_the_wrong_length_says_its_length() -> None:
    assert "has 17 characters" in refusal(c.credit_code, make.code(1)[:-1])


def test_a_credit_code_that_became_a_number_says_what_to_do() -> None:
    assert "format the column as text" in refusal(c.credit_code, "9.11401e+17")


@pytest.mark.parametrize(
    "cell", ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "0000000218250097"]
)
def test_an_orcid_is_kept_in_one_form(cell: str) -> None:
    assert c.orcid(cell) == "0000-0002-1825-0097"


@pytest.mark.parametrize("cell", ["0000-0002-1825-0098", "李明", "0000-0002-1825"])
def test_a_wrong_orcid_is_refused(cell: str) -> None:
    assert "is no ORCID" in refusal(c.orcid, cell)


# The rest ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["35", "35.00", "35%", "３５％", "35.000"])
def test_a_share(cell: str) -> None:
    assert c.percent(cell) == Decimal("35.00")


@pytest.mark.parametrize("cell", ["", "0", "100.01", "-5", "三成", "0.001", "1/3"])
def test_what_is_no_share_is_refused(cell: str) -> None:
    assert "share above 0" in refusal(c.percent, cell)


def test_a_choice_is_given_by_value_or_name_in_either_language() -> None:
    parse = c.Choice(Organisation.Kind.choices)
    assert {parse("company"), parse("企业"), parse(" Company ")} == {"company"}
    assert parse("") == ""
    assert "“工厂” is none of: Company, University" in refusal(parse, "工厂")


def test_an_address_of_the_web_is_no_script() -> None:
    assert c.website("www.example.org/a") == "https://www.example.org/a"
    assert "no web address" in refusal(c.website, "javascript://alert(1)")


def test_addresses_and_texts_are_checked_for_their_length() -> None:
    assert "no e-mail address" in refusal(c.email, "li.ming")
    assert refusal(c.text(5), "123456") == "has 6 characters; at most 5 fit"
    assert c.line(9)("晋 钢\n集团") == "晋 钢 集团"


def test_names_that_differ_in_width_case_blanks_and_brackets_are_one() -> None:
    assert c.fold(" 晋能控股（山西） ＡＢ*：") == c.fold("晋能控股(山西)ab")
