"""What templates write: dates of the province, links that keep the page's state, pictures, safe components."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation
from django_cotton.compiler_regex import CottonCompiler

from innovalley.engine.matching import Part


def render(source: str, request: HttpRequest | None = None, **context: Any) -> str:
    compiled = CottonCompiler().process(source)
    return str(engines["django"].from_string(compiled).render(context, request)).strip()


def page(query: str) -> HttpRequest:
    return RequestFactory().get(f"/demands/?{query}")


# Dates -----------------------------------------------------------------------------------------------


def test_times_are_those_of_the_province() -> None:
    at = dt.datetime(2024, 3, 4, 16, 30, tzinfo=dt.UTC)
    expected = '<time datetime="2024-03-05T00:30+08:00">2024-03-05 00:30</time>'
    assert render("{{ at|moment }}", at=at) == expected
    assert render("{{ at|day }}", at=at) == '<time datetime="2024-03-05">2024-03-05</time>'


def test_dates_and_missing_ones() -> None:
    assert "2024-03-05" in render("{{ at|day }}", at=dt.date(2024, 3, 5))
    assert "–" in render("{{ at|day }}{{ at|moment }}", at=None)


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "closed"), (0, "ends today"), (1, "1 day left"), (12, "12 days left")]
)
def test_days_left_count_by_the_provinces_calendar(days: int, said: str) -> None:
    with translation.override("en"):
        assert render("{{ at|days_left }}", at=timezone.localdate() + dt.timedelta(days=days)) == said


# Links -----------------------------------------------------------------------------------------------


def test_sorting_keeps_the_filters_and_starts_at_page_one() -> None:
    assert render('{% sort_url "budget" %}', page("q=a%26b&page=3")) == "?q=a%26b&amp;sort=budget"


def test_sorting_again_turns_the_order_around() -> None:
    assert render('{% sort_url "budget" %}', page("sort=budget")) == "?sort=-budget"
    assert render('{% sort_url "budget" %}', page("sort=-budget")) == "?sort=budget"


def test_the_head_says_how_a_list_is_sorted() -> None:
    head = '<c-sort key="budget" label="Budget" />'
    assert 'aria-sort="ascending"' in render(head, page("sort=budget"))
    assert 'aria-sort="descending"' in render(head, page("sort=-budget"))
    assert 'aria-sort="none"' in render(head, page("sort=deadline"))


def test_an_export_has_all_pages_of_what_is_shown() -> None:
    assert render('{% export_url "csv" %}', page("q=x&field=a&page=2")) == "?q=x&amp;field=a&amp;export=csv"


def test_turning_a_page_keeps_everything_else() -> None:
    assert render("{% page_url 4 %}", page("q=x&page=2&sort=-a")) == "?q=x&amp;page=4&amp;sort=-a"


def test_a_missing_address_is_empty() -> None:
    assert render('[{% address "no_such_page" 5 as url %}{{ url }}]') == "[]"


# Pictures --------------------------------------------------------------------------------------------


def test_the_parts_of_a_score_lie_side_by_side_from_end_to_end() -> None:
    parts = [Part("words", 0.9, 0.5), Part("specs", 0.5, 0.3), Part("field", 1.0, 0.2)]
    picture = render('<c-score-bar :parts="parts" />', parts=parts)
    assert 'class="part-words" x="0.00%" y="0" width="50.00%"' in picture
    assert 'class="part-specs" x="50.00%" y="0" width="30.00%"' in picture
    assert 'class="part-field" x="80.00%" y="0" width="20.00%"' in picture


def test_the_picture_of_a_score_is_told_in_words() -> None:
    with translation.override("en"):
        picture = render('<c-score-bar :parts="parts" />', parts=[{"name": "words", "share": 1.0}])
    assert 'role="img" aria-label="What the score is made of: shared words 100 %"' in picture


def test_no_parts_make_no_picture() -> None:
    assert "<rect" not in render('<c-score-bar :parts="parts" />', parts=[])


def test_a_width_of_nothing_is_nothing() -> None:
    assert render("{{ 3|percent_of:8 }} {{ 0|percent_of:8 }} {{ 0|percent_of:0 }}") == "37.50% 0% 0%"


@pytest.mark.parametrize(
    ("outcome", "said"), [("met", "met"), ("missed", "missed"), ("unstated", "not stated")]
)
def test_a_spec_says_in_words_how_it_stands(outcome: str, said: str) -> None:
    with translation.override("en"):
        assert f">{said}</span>" in render('<c-spec-chip :outcome="o">≥ 5</c-spec-chip>', o=outcome)


# Safety ----------------------------------------------------------------------------------------------

ATTACK = "\"><script>alert('x')</script>{{ secret }}{% now 'Y' %}"


@pytest.mark.parametrize(
    "source",
    [
        '<c-card title="{{ x }}" note="{{ x }}">{{ x }}</c-card>',
        '<c-card :title="x">{{ x }}</c-card>',
        '<c-badge title="{{ x }}">{{ x }}</c-badge>',
        '<c-page-header :title="x" :subtitle="x"><c-slot name="actions">{{ x }}</c-slot></c-page-header>',
        '<c-filter-bar :q="x" />',
        '<c-filter label="{{ x }}" name="a" :value="x" :choices="choices" />',
        '<c-fact :label="x">{{ x }}</c-fact>',
        '<c-button :href="x">{{ x }}</c-button>',
        '<c-copy :text="x" />',
        '<c-empty :title="x">{{ x }}</c-empty>',
        "{{ x|highlight:x }}{{ x|snippet:x }}",
    ],
)
def test_what_people_write_stays_text(source: str) -> None:
    html = render(source, page(""), x=ATTACK, choices=[(ATTACK, ATTACK)], secret="leaked")
    assert "<script" not in html
    assert "leaked" not in html
    assert "{{ secret }}" in html.replace("<mark>", "").replace("</mark>", "")


def test_a_component_does_not_see_the_pages_variables() -> None:
    assert "of the page" not in render("<c-card>x</c-card>", title="of the page", note="of the page")
