"""Writes a spec as people do."""

from __future__ import annotations

from innovalley.engine.specs.model import Spec


def format_spec(spec: Spec, language: str = "zh") -> str:
    """`spec` in one line, "抗压强度 ≥ 60 MPa"; `language` is "zh" or "en" (words such as 提高 / increase by)."""
    number = spec.low if spec.low is not None else spec.high
    return f"{spec.quantity} {spec.comparison.value} {number} {spec.unit}".strip()
