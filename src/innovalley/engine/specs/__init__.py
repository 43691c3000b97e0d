"""Quantitative requirements and promises: find them in text, compare them across units, write them out.

find(text)                  the specs a text states, with their character offsets
parse(statement)            one statement that a person typed ("抗压强度 ≥ 60 MPa")
compare(required, promised) does the promise keep the requirement, and if not, by how much
check(required, promised)   a verdict for each requirement, against the promise that answers it
format_spec(spec)           a spec as people write it
"""

from innovalley.engine.specs.comparing import Check, Outcome, check, compare
from innovalley.engine.specs.finding import find, parse
from innovalley.engine.specs.model import Change, Comparison, Spec
from innovalley.engine.specs.writing import format_spec

__all__ = [
    "Change",
    "Check",
    "Comparison",
    "Outcome",
    "Spec",
    "check",
    "compare",
    "find",
    "format_spec",
    "parse",
]
