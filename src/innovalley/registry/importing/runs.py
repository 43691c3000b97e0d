"""What the import screens read of the runs; never the uploaded files themselves, which are large."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import IntegerField, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from innovalley.registry.importing.checking import Problem, Report
from innovalley.registry.importing.kinds import KINDS, ImportKind
from innovalley.registry.models import ImportRun

_FIRST = ("organisation", "person", "team", "achievement")  # each names rows of those before it


def kinds() -> dict[str, type[ImportKind]]:
    """The kinds of tables in the order in which an empty registry takes them; other rooms' at the end."""
    order = {name: place for place, name in enumerate(_FIRST)}
    return {name: KINDS[name] for name in sorted(KINDS, key=lambda name: (order.get(name, len(order)), name))}


def runs(*, kind: str = "", state: str = "") -> QuerySet[ImportRun]:
    """The imports, newest first, with `ready` and `problem_count` of their reports (None before the check)."""

    def counted(name: str) -> Any:
        return Cast(KeyTransform(name, "report"), IntegerField())

    rows = ImportRun.objects.annotate(ready=counted("ready"), problem_count=counted("problem_count"))
    rows = rows.defer("content", "report").select_related("created_by").order_by("-pk")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    return rows


def with_report(pk: int) -> ImportRun:
    """One import with its report.

    Raises:
        ImportRun.DoesNotExist
    """
    return ImportRun.objects.defer("content").select_related("created_by").get(pk=pk)


def report_of(run: ImportRun) -> Report | None:
    """What the dry run found; None before it."""
    return Report.from_json(run.report) if run.report else None


def by_column(problems: Sequence[Problem]) -> list[tuple[str, int]]:
    """The columns that have problems, those with most first."""
    return Counter(problem.column for problem in problems if problem.column).most_common()
