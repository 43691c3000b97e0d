"""What stands in a bid: as it is typed (never lost, however wrong), and as it is sealed (checked and exact).

A draft keeps `Typed`; handing in turns it into the content of an envelope, JSON with

    format, call, challenge (numbers), organisation, team, partners (ids), plan {section: text},
    promises [{spec: position, …columns of a spec}], budget [{year, source, fen}],
    timetable [{until, what}], clean_years, files [{id, name, as, size, sha256, key}]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from innovalley.challenges.call_rules import Source
from innovalley.challenges.forms import WanField, prose
from innovalley.challenges.models import Call, Challenge, ChallengeSpec
from innovalley.engine.specs import Comparison, Spec
from innovalley.engine.specs.writing import format_number
from innovalley.registry.models import SpecRow

FORMAT = "innovalley.bid/1"
SECTIONS = ("goal", "route", "innovation", "ability", "risks", "benefit")
MAX_STEPS = 12
MAX_SECTION = 8000  # characters
_LONGEST = 20_000  # characters kept of anything that is typed


@dataclass(slots=True)
class Typed:
    """The fields of the form, as text.

    promises   by the id of the required spec: comparison, value, unit
    budget     by "year.source": an amount in 10,000 yuan
    timetable  steps with until ("2027-06") and what
    files      what was uploaded: id (of the sealed document), name, as, size, sha256, key (hexadecimal)
    """

    challenge: str = ""
    team: str = ""
    partners: list[str] = field(default_factory=list)
    plan: dict[str, str] = field(default_factory=dict)
    promises: dict[str, dict[str, str]] = field(default_factory=dict)
    budget: dict[str, str] = field(default_factory=dict)
    timetable: list[dict[str, str]] = field(default_factory=list)
    declared: bool = False
    files: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Typed:
        """A kept draft; names of a later version are left out."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})

    @classmethod
    def of_post(cls, post: QueryDict, files: Sequence[Mapping[str, Any]]) -> Typed:
        """The form as it was sent. Files are not in it: they stay those of the draft."""
        purposes = {str(each["id"]): _line(post.get(f"file-{each['id']}", each["as"])) for each in files}
        return cls(
            challenge=_line(post.get("challenge", "")),
            team=_line(post.get("team", "")),
            partners=[name for name in map(_line, post.getlist("partner")[:40]) if name],
            plan={name: prose(post.get(f"plan_{name}", ""))[:_LONGEST] for name in SECTIONS},
            promises=_prefixed_rows(post, "promise", ("comparison", "value", "unit")),
            budget={
                name.removeprefix("budget-"): _line(value)
                for name, value in post.items()
                if name.startswith("budget-") and _line(str(value))
            },
            timetable=_steps(post),
            declared="declared" in post,
            files=[{**each, "as": purposes[str(each["id"])]} for each in files],
        )


def typed_of(content: Mapping[str, Any], challenge: Challenge) -> Typed:
    """The form that would make this content again; the way of a downloaded copy back into a draft.

    Raises:
        KeyError, TypeError, ValueError: it is no content of a bid.
    """
    if content["format"] != FORMAT:
        raise ValueError("another format")
    wan = WanField()
    specs = list(challenge.specs.all())
    promises = {}
    for promise in content["promises"]:
        spec = spec_of(promise)
        promises[str(specs[promise["spec"]].pk)] = {
            "comparison": spec.comparison.value,
            "value": written_value(spec),
            "unit": spec.unit,
        }
    return Typed(
        challenge=str(challenge.pk),
        team=str(int(content["team"])),
        partners=[str(name) for name in content["partner_names"]],
        plan={name: str(content["plan"].get(name, "")) for name in SECTIONS},
        promises=promises,
        budget={
            f"{int(row['year'])}.{Source(row['source'])}": str(wan.prepare_value(int(row["fen"])))
            for row in content["budget"]
        },
        timetable=[{"until": str(step["until"]), "what": str(step["what"])} for step in content["timetable"]],
        declared=False,  # declared anew by whoever hands it in
        files=[dict(each) for each in content["files"]],
    )


def challenge_of(typed: Typed, call: Call) -> Challenge | None:
    """The challenge that was chosen, if it is one of this call's."""
    if not typed.challenge.isdigit() or not typed.challenge.isascii():
        return None
    return (
        call.challenges.filter(pk=int(typed.challenge[:18]))
        .select_related("demand__organisation")
        .prefetch_related("specs")
        .first()
    )


def columns(spec: Spec) -> dict[str, Any]:
    """A spec as it stands in an envelope: numbers as text."""
    return {
        "quantity": spec.quantity,
        "comparison": spec.comparison.value,
        "low": None if spec.low is None else str(spec.low),
        "high": None if spec.high is None else str(spec.high),
        "unit": spec.unit,
        "change": spec.change.value,
    }


def spec_of(promise: Mapping[str, Any]) -> Spec:
    """The spec of an envelope's promise.

    Raises:
        KeyError, ValueError, ArithmeticError
    """
    row = ChallengeSpec(
        quantity=promise["quantity"],
        comparison=promise["comparison"],
        low=None if promise["low"] is None else Decimal(promise["low"]),
        high=None if promise["high"] is None else Decimal(promise["high"]),
        unit=promise["unit"],
        change=promise["change"],
    )
    return row.spec


def spec_columns(promise: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a BidSpec."""
    return SpecRow.columns_of(spec_of(promise))


def written_value(spec: Spec) -> str:
    """The value of a spec as one types it: "60", "20~30", "5 ± 0.1"."""
    low, high = (None if bound is None else format_number(bound, "zh") for bound in (spec.low, spec.high))
    if spec.comparison is Comparison.RANGE:
        return f"{low}~{high}"
    if spec.comparison is Comparison.TOLERANCE:
        return f"{low} ± {high}" if low is not None else f"± {high}"
    return low if low is not None else high or ""


def _prefixed_rows(post: QueryDict, prefix: str, names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Inputs "promise-12-value" … by their number."""
    rows: dict[str, dict[str, str]] = {}
    for key, value in post.items():
        head, _, rest = key.partition("-")
        number, _, name = rest.partition("-")
        if head == prefix and name in names and number.isascii() and number.isdigit():
            rows.setdefault(number, dict.fromkeys(names, ""))[name] = _line(str(value))
    return {number: row for number, row in rows.items() if row["value"]}


def _steps(post: QueryDict) -> list[dict[str, str]]:
    untils, whats = (post.getlist(f"step_{name}")[: 2 * MAX_STEPS] for name in ("until", "what"))
    steps = [
        {"until": _line(until), "what": _line(what)[:1000]}
        for until, what in zip(untils, whats, strict=False)
    ]
    return [step for step in steps if step["until"] or step["what"]]


def _line(value: str) -> str:
    return " ".join(value.replace("\0", " ").split())[:2000]
