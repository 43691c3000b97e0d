"""Search finds every row that contains the words, in Chinese and English, whatever their case and width."""

from __future__ import annotations

import unicodedata

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from innovalley.registry.models import Achievement, Organisation
from innovalley.registry.search import SEARCHED, search, terms
from tests.registry import factories as make

pytestmark = pytest.mark.django_db


def found(query: str) -> list[str]:
    return sorted(row.name_zh for row in search(Organisation.objects.all(), query))


@pytest.mark.parametrize(
    "query", ["煤", "煤化", "煤化工", "太原 煤化工", "TYHG", "tyhg", "ｔｙ", "有限公司", "化工　太原"]
)
def test_a_word_of_any_length_is_found_anywhere(query: str) -> None:
    make.organisation("太原煤化工有限公司", name_en="TYHG Coal")
    make.organisation("大同轻重机械")
    assert found(query) == ["太原煤化工有限公司"]


@pytest.mark.parametrize("query", ["煤工", "化煤", "太原 大同", "%", "_", "'", "煤'--", "\\", "\0", "🙂"])
def test_what_is_not_contained_is_not_found_and_nothing_breaks(query: str) -> None:
    make.organisation("太原煤化工有限公司")
    assert found(query) == ([] if query.strip("\0") else ["太原煤化工有限公司"])


def test_an_empty_query_finds_all_and_a_long_one_is_cut() -> None:
    make.organisation("甲")
    assert found("  ") == ["甲"]
    assert len(terms("词 " * 100)) == 8
    assert terms("长" * 500) == ["长" * 60]


def test_the_code_is_searched_too() -> None:
    one = make.organisation("甲")
    make.organisation("乙")
    assert found(one.code[8:]) == ["甲"]


letters = st.text(alphabet="煤化工太原aABbＡ１1 ①-（(", min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(letters, min_size=1, max_size=4), letters)
def test_search_finds_what_contains_the_words_and_nothing_else(names: list[str], query: str) -> None:
    Organisation.objects.all().delete()
    for name in names:
        make.organisation(name, code="")
    plain = {name: unicodedata.normalize("NFKC", name).lower() for name in names}
    expected = sorted(name for name in names if all(word in plain[name] for word in terms(query)))
    assert found(query) == expected


@pytest.mark.parametrize("model", [Organisation, Achievement])
def test_the_index_answers_the_search(model: type[Organisation] | type[Achievement]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = search(model._default_manager.all(), "煤化工").explain()
    assert f"{model._meta.model_name}_search" in plan


def test_every_searched_text_is_that_of_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_indexes WHERE indexdef LIKE '%innovalley_grams%'")
        tables = {name for (name,) in cursor.fetchall()}
    assert tables == {label.replace(".", "_") for label in SEARCHED}
