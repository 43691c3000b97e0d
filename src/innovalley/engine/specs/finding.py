"""Finds technical requirements and promises in text."""

from __future__ import annotations

import re
from decimal import Decimal

from innovalley.engine.specs.model import Comparison, Spec

_STATEMENT = re.compile(
    r"(?P<quantity>[\u4e00-\u9fffA-Za-z]{2,12})\s*(?P<sign>≥|≤)\s*(?P<number>[0-9.]+)\s*(?P<unit>MPa|mm|℃|%)"
)


def find(text: str) -> list[Spec]:
    """The specs that `text` states, in its order, with their character offsets."""
    found = []
    for match in _STATEMENT.finditer(text):
        number = Decimal(match["number"])
        at_least = match["sign"] == "≥"
        found.append(
            Spec(
                match["quantity"],
                Comparison.AT_LEAST if at_least else Comparison.AT_MOST,
                number if at_least else None,
                None if at_least else number,
                match["unit"].replace("℃", "degC"),
                start=match.start(),
                end=match.end(),
            )
        )
    return found


def parse(statement: str) -> Spec | None:
    """The spec that one typed statement means; None when it states none."""
    found = find(statement)
    return found[0] if found else None
