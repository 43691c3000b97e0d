"""Technology readiness levels (技术成熟度) in words, and laid out as a picture of nine steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEVELS: Final[Mapping[int, str | Promise]] = {
    1: _("basic principle observed"),
    2: _("concept formulated"),
    3: _("key function proven in the laboratory"),
    4: _("laboratory prototype validated"),
    5: _("components validated in a relevant environment"),
    6: _("prototype demonstrated in a relevant environment"),
    7: _("prototype demonstrated in real operation"),
    8: _("finished, tested and qualified"),
    9: _("in regular use or series production"),
}
PHASES: Final[tuple[tuple[int, int, str | Promise], ...]] = (
    (1, 3, _("research")),
    (4, 6, _("pilot")),
    (7, 9, _("application")),
)

_STEP, _GAP, _LOWEST, _RISE, _FLOOR = 30, 4, 10, 7, 78


@dataclass(frozen=True, slots=True)
class Phase:
    """Three levels under one word, in the same picture."""

    words: str | Promise
    x: int
    end: int

    @property
    def middle(self) -> int:
        """Where its word stands."""
        return (self.x + self.end) // 2


@dataclass(frozen=True, slots=True)
class Step:
    """One level in the picture; lengths in the units of its viewBox (0 0 302 118)."""

    level: int
    words: str | Promise
    reached: bool
    is_current: bool
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        """Where its number stands."""
        return self.x + _STEP // 2


def steps(trl: int) -> list[Step]:
    """The nine steps, of which those up to `trl` are reached."""
    made = []
    for level, words in LEVELS.items():
        height = _LOWEST + _RISE * level
        x = (level - 1) * (_STEP + _GAP)
        made.append(Step(level, words, level <= trl, level == trl, x, _FLOOR - height, height))
    return made


def phases() -> list[Phase]:
    """What is written under the steps."""
    width = _STEP + _GAP
    return [Phase(words, (first - 1) * width, last * width - _GAP) for first, last, words in PHASES]


@dataclass(frozen=True, slots=True)
class Column:
    """How many achievements stand at one level, as a bar; lengths in the units of viewBox 0 0 302 92."""

    level: int
    words: str | Promise
    count: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        """Where its number stands."""
        return self.x + _STEP // 2


def columns(counts: Mapping[int, int]) -> list[Column]:
    """A bar for each level; `counts` has the number of achievements by level, levels without any may lack."""
    highest = max(counts.values(), default=0) or 1
    made = []
    for level, words in LEVELS.items():
        count = counts.get(level, 0)
        height = max(2, 52 * count // highest)
        made.append(Column(level, words, count, (level - 1) * (_STEP + _GAP), 70 - height, height))
    return made
