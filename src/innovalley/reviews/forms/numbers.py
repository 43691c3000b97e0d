"""Numbers as people type them."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation


def number_of(typed: str) -> Decimal | None:
    """A decimal as people type it, fullwidth digits too; None when it is none."""
    try:
        value = Decimal(unicodedata.normalize("NFKC", typed).strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def shown(value: Decimal | None) -> str:
    """A decimal without needless zeros: 8, 7.5."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
