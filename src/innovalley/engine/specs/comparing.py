"""Compares a promise with a requirement across units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from innovalley.engine.specs.model import Spec


class Outcome(StrEnum):
    """What a promise means for a requirement."""

    MET = "met"
    MISSED = "missed"
    NOT_COMPARABLE = "not_comparable"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one requirement.

    required  the requirement
    promised  the promise that answers it; None for NOT_STATED
    outcome   see `Outcome`
    gap       MISSED: by how much, positive, in the requirement's unit; None otherwise or when a bound is open
    """

    required: Spec
    promised: Spec | None
    outcome: Outcome
    gap: Decimal | None = None


def compare(required: Spec, promised: Spec) -> Check:
    """Whether `promised` keeps `required`, whatever units the two are in."""
    return Check(required, promised, Outcome.NOT_COMPARABLE)


def check(required: Sequence[Spec], promised: Sequence[Spec]) -> list[Check]:
    """A verdict for each requirement, in order, against the promise that best answers it."""
    return [Check(spec, None, Outcome.NOT_STATED) for spec in required]
