"""What a panel needs, as kept in a round, and as the engine wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from innovalley.engine import panels
from innovalley.reviews.models import ExpertKind

ATTRIBUTES = ("kind", "outside", "field")


@dataclass(frozen=True, slots=True)
class Need:
    """At least `count` experts or `percent` of the panel (rounded up): of a kind, from outside, of the item's field."""

    attribute: str
    value: str = ""
    count: int = 0
    percent: int = 0

    def seats(self, panel_size: int) -> int:
        """How many seats that is."""
        return max(self.count, ceil(panel_size * self.percent / 100))


def parse_needs(kept: Any) -> list[Need]:
    """The needs of a round.

    Raises:
        ValueError: something that is no need.
    """
    if not isinstance(kept, list):
        raise ValueError("needs are a list")
    found = []
    for each in kept:
        if not isinstance(each, dict) or set(each) - {"attribute", "value", "count", "percent"}:
            raise ValueError(f"{each!r} is no need")
        need = Need(
            each.get("attribute", ""), each.get("value", ""), each.get("count", 0), each.get("percent", 0)
        )
        right_value = need.value in ExpertKind.values if need.attribute == "kind" else need.value == ""
        numbers = (need.count, need.percent)
        if (
            need.attribute not in ATTRIBUTES
            or not right_value
            or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers)
            or need.percent > 100
            or not any(numbers)
        ):
            raise ValueError(f"{each!r} is no need")
        found.append(need)
    return found


def engine_needs(
    needs: Iterable[Need], panel_size: int, fields: Mapping[str, str]
) -> tuple[panels.Need, ...]:
    """As the engine wants them; `fields` gives the field path of each item."""
    found: list[panels.Need] = []
    yes = frozenset({"1"})
    for need in needs:
        count = need.seats(panel_size)
        if need.attribute != "field":
            attribute = f"kind:{need.value}" if need.attribute == "kind" else "outside"
            found.append(panels.Need(attribute, yes, count))
            continue
        for path in sorted({path for path in fields.values() if path}):
            items = frozenset(item for item, own in fields.items() if own == path)
            found.append(panels.Need(f"field:{path}", yes, count, items))
    return tuple(found)


def is_related(one: str, other: str) -> bool:
    """Whether one field lies under the other, or is it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
