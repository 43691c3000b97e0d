"""The bytes that stand for an entry: what its leaf hash is made of. Plain Python: checked without a database.

One entry has one form: JSON with sorted keys, no spaces, UTF-8, times in UTC with six decimals, no floats.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from innovalley.engine.merkle import leaf_hash

FIELDS = ("act", "actor", "at", "data", "id", "subject_id", "subject_type")


class NotCanonicalError(ValueError):
    """It has floats or other values that have more than one way to be written, or lacks fields of an entry."""


def canonical_json(value: Any) -> bytes:
    """`value` in the one form that it has.

    Raises:
        NotCanonicalError
    """
    _check(value)
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, UnicodeEncodeError) as error:
        raise NotCanonicalError(str(error)) from error


def entry_leaf(entry: Mapping[str, Any]) -> bytes:
    """The leaf hash (32 bytes) of an entry given as a mapping of FIELDS.

    Raises:
        NotCanonicalError
    """
    if set(entry) != set(FIELDS):
        raise NotCanonicalError(f"an entry has exactly {', '.join(FIELDS)}")
    return leaf_hash(canonical_json(dict(entry)))


def utc(at: dt.datetime) -> str:
    """An aware time as it stands in an entry: 2026-11-24T08:30:00.000000Z"""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _check(value: Any) -> None:
    if value is None or isinstance(value, bool | int | str):
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonicalError("keys are text")
            _check(item)
    else:
        raise NotCanonicalError(f"{type(value).__name__} has no one form")
