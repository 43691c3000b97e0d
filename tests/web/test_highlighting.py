"""The words of a search are marked where they stand, and what stands there cannot break out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from innovalley.registry.search import terms
from innovalley.web.highlighting import mark_terms, snippet_of


def test_marks_in_any_case_and_width() -> None:
    assert mark_terms("ＰＥＭ 电解槽", terms("pem")) == "<mark>ＰＥＭ</mark> 电解槽"
    assert mark_terms("Graphene", terms("GRAPH")) == "<mark>Graph</mark>ene"


def test_words_that_touch_become_one_mark() -> None:
    assert mark_terms("煤沥青", terms("煤沥 沥青")) == "<mark>煤沥青</mark>"


def test_html_is_text() -> None:
    assert mark_terms("<b>煤</b>", terms("煤")) == "&lt;b&gt;<mark>煤</mark>&lt;/b&gt;"
    assert mark_terms("a<script>", terms("<script>")) == "a<mark>&lt;script&gt;</mark>"


@given(st.text(max_size=60), st.text(max_size=12))
def test_without_the_marks_the_text_is_what_it_was(text: str, query: str) -> None:
    marked = str(mark_terms(text, terms(query)))
    assert marked.replace("<mark>", "").replace("</mark>", "") == str(mark_terms(text, []))


def test_a_snippet_shows_the_place_of_the_word() -> None:
    text = "前" * 300 + "目标词" + "后" * 300
    piece = snippet_of(text, terms("目标词"))
    assert "目标词" in piece
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert len(piece) <= 122
    assert snippet_of("短文", terms("目标")) == "短文"
    assert snippet_of("长" * 200, terms("目标")).startswith("长长")


def test_a_snippet_cuts_no_english_word() -> None:
    text = "membranes separate hydrogen from nitrogen " * 10
    piece = snippet_of(text, terms("hydrogen"), length=50).strip("…")
    assert set(piece.split()) <= set(text.split())
    assert len(snippet_of("a" * 500, [], length=50)) <= 52
