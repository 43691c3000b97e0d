"""What the screens of duplicates read: proposals with the rows they speak of, and two rows side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from innovalley.registry.merging.actions import REASONS
from innovalley.registry.models import MergeProposal, Organisation, Person

KINDS: dict[str, str | Promise] = {"organisation": _("Organisations"), "person": _("Persons")}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as a list shows it; a row is None when it is no longer there."""

    row: MergeProposal
    first: Organisation | Person | None
    second: Organisation | Person | None
    reasons: Sequence[str | Promise]


def proposals(*, kind: str = "", state: str = "open") -> QuerySet[MergeProposal]:
    """The proposals, the likeliest first; "" for every kind or state."""
    rows = MergeProposal.objects.select_related("decided_by")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("-score", "pk")


def with_rows(page: Iterable[MergeProposal]) -> list[Proposal]:
    """The proposals of one page with both of their rows, in one query for each kind."""
    page = list(page)
    known = {kind: _rows(kind).in_bulk(_ids(page, kind)) for kind in {each.kind for each in page}}
    return [
        Proposal(
            each,
            known[each.kind].get(each.first_id),
            known[each.kind].get(each.second_id),
            [REASONS.get(reason, reason) for reason in each.reasons],
        )
        for each in page
    ]


def searches_under_way() -> list[str]:
    """The kinds for which a search for duplicates waits or runs."""
    jobs = ProcrastinateJob.objects.filter(task_name="registry.propose_merges", status__in=("todo", "doing"))
    return sorted({job["kind"] for job in jobs.values_list("args", flat=True)})


@dataclass(frozen=True, slots=True)
class Line:
    """One column of two rows side by side; `differs` when both state something and not the same."""

    label: str | Promise
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether someone must decide which is right."""
        return bool(self.first and self.second and self.first != self.second)


def side_by_side(kind: str, first: Any, second: Any) -> list[Line]:
    """Every column that one of the two fills."""
    lines = []
    for label, read in _COLUMNS[kind]:
        values = (_text(read(first)), _text(read(second)))
        if any(values):
            lines.append(Line(label, *values))
    return lines


def _ids(page: Iterable[MergeProposal], kind: str) -> set[int]:
    return {pk for each in page if each.kind == kind for pk in (each.first_id, each.second_id)}


def _rows(kind: str) -> QuerySet[Any]:
    if kind == "organisation":
        return Organisation.objects.select_related("region", "parent", "merged_into").prefetch_related(
            "industries"
        )
    return Person.objects.select_related("organisation", "user", "merged_into").prefetch_related(
        "fields", "teams"
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(str(each) for each in value)
    return str(value)


_COLUMNS: dict[str, list[tuple[str | Promise, Any]]] = {
    "organisation": [
        (_("name"), lambda o: o.name_zh),
        (_("English name"), lambda o: o.name_en),
        (_("unified social credit code"), lambda o: o.code),
        (_("kind"), lambda o: o.get_kind_display()),
        (_("scale"), lambda o: o.get_scale_display()),
        (_("region"), lambda o: o.region),
        (_("industries"), lambda o: list(o.industries.all())),
        (_("parent"), lambda o: o.parent),
        (_("founded"), lambda o: o.founded),
        (_("website"), lambda o: o.website),
        (_("summary"), lambda o: o.summary_zh),
    ],
    "person": [
        (_("full name"), lambda p: p.name_zh),
        (_("English name"), lambda p: p.name_en),
        (_("number"), lambda p: p.key),
        (_("organisation"), lambda p: p.organisation),
        (_("professional title"), lambda p: p.title),
        (_("e-mail address"), lambda p: p.email),
        (_("telephone"), lambda p: p.phone),
        ("ORCID", lambda p: p.orcid),
        (_("fields"), lambda p: list(p.fields.all())),
        (_("teams"), lambda p: list(p.teams.all())),
        (_("user account"), lambda p: p.user),
        (_("summary"), lambda p: p.summary_zh),
    ],
}
