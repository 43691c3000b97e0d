"""Substring search that an index carries, in Chinese and English alike."""

from __future__ import annotations

import unicodedata
from typing import Any, TypeVar

from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=Model)

# The text each search index is built over: the very expression of the index, or it would not be used.
SEARCHED = {
    "registry.organisation": "{t}.name_zh || ' ' || {t}.name_en || ' ' || {t}.code",
    "registry.person": "{t}.name_zh || ' ' || {t}.name_en",
    "registry.team": "{t}.name_zh || ' ' || {t}.name_en || ' ' || {t}.summary_zh || ' ' || {t}.summary_en",
    "registry.achievement": "{t}.title || ' ' || {t}.text || ' ' || {t}.title_en || ' ' || {t}.text_en",
    "challenges.demand": "{t}.title || ' ' || {t}.summary || ' ' || {t}.text || ' ' || {t}.title_en"
    " || ' ' || {t}.text_en",
}


def terms(query: str) -> list[str]:
    """The words of a query as they are compared: NFKC, lower case, at most 8 of at most 60 characters."""
    plain = unicodedata.normalize("NFKC", query).replace("\0", " ").lower()
    return [word[:60] for word in plain.split()][:8]


def search(rows: QuerySet[M], query: str) -> QuerySet[M]:
    """Those of `rows` whose searched text (SEARCHED) contains every word of `query`, in any case and width."""
    text = SEARCHED[rows.model._meta.label_lower].format(t=f'"{rows.model._meta.db_table}"')
    for term in terms(query):
        grams = sorted(set(term) | {term[i : i + 2] for i in range(len(term) - 1)})
        rows = rows.filter(_condition(f"innovalley_grams({text}) @> %s::text[]", [grams]))
        if len(term) > 2:  # shorter ones are grams themselves, so the index alone answers
            # As it is written first, which is quick; only a text that has it in another width or case is folded.
            found = f"(strpos({text}, %s) > 0 OR strpos(innovalley_plain({text}), %s) > 0)"
            rows = rows.filter(_condition(found, [term, term]))
    return rows


def _condition(sql: str, params: list[Any]) -> RawSQL:
    # The SQL is made of the constants above; what a reader typed goes in as a parameter.
    return RawSQL(sql, params, output_field=BooleanField())  # noqa: S611
