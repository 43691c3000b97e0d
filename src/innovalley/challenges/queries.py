"""What pages, exports and the API read of demands: who sees which, lists with filters, one demand's record."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone
from django.utils.functional import cached_property

from innovalley.accounts.permissions import allowed
from innovalley.challenges.models import Demand, DemandSpec, DemandState
from innovalley.challenges.rules import PUBLIC
from innovalley.ledger.models import Entry
from innovalley.registry.models import Field, Industry, Region, Taxon
from innovalley.registry.queries import under
from innovalley.registry.rules import is_office
from innovalley.registry.search import search, terms

BEST_OF = 1000  # how many of the newest hits of a search are put in order by their titles; whole pages
_NEWEST = (F("published_at").desc(nulls_last=True), F("pk").desc())
SORTS = ("published", "deadline", "budget", "relevance")  # each with "-" before it for the other way round


@dataclass(frozen=True, slots=True)
class DemandFilter:
    """What a reader asks the list for; every part may be left out.

    q                     words that title or text contain
    field … region        ltree paths: that place and all below it
    budget_from, _to      fen: demands whose budget range meets this one
    deadline_from, _to    days, both included
    kind, rights          values of Demand.Kind and Demand.Rights
    state                 a value of DemandState; only the office may ask for others than published ones
    sort                  one of SORTS, "-" before it for descending; "" is the most relevant first where there
                          are words, else the newest
    """

    q: str = ""
    field: str = ""
    industry: str = ""
    region: str = ""
    budget_from: int | None = None
    budget_to: int | None = None
    deadline_from: dt.date | None = None
    deadline_to: dt.date | None = None
    kind: str = ""
    rights: str = ""
    state: str = "published"
    sort: str = ""


def visible_demands(user: Any) -> QuerySet[Demand]:
    """The demands that `user` may see at all; the rule is that of the permission challenges.see_demand."""
    seen = Q(state__in=PUBLIC)
    if getattr(user, "is_authenticated", False) and user.is_active:
        seen |= Q(organisation__in=user.memberships.values("organisation"))
        if is_office(user):
            seen |= ~Q(state=DemandState.DRAFT)
    return Demand.objects.filter(seen)


def demands(user: Any, wanted: DemandFilter) -> QuerySet[Demand]:
    """The demands of the public list that fit `wanted`, in its order.

    Without the permission to vet, the state asked for does not count: the list shows published ones. By
    relevance they are the newest first; `DemandPaginator` puts those with `title_words` in front.
    """
    state = wanted.state if allowed(user, "challenges.vet_demand") else DemandState.PUBLISHED
    rows = Demand.objects.exclude(state=DemandState.DRAFT).filter(state=state)
    for name, taxonomy in (("field", Field), ("industry", Industry), ("region", Region)):
        if path := getattr(wanted, name):
            rows = rows.filter(**{f"{name}__in": _under(taxonomy, path)})
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.rights:
        rows = rows.filter(rights=wanted.rights)
    if wanted.budget_from is not None:
        rows = rows.filter(budget_max_fen__gte=wanted.budget_from)
    if wanted.budget_to is not None:
        rows = rows.filter(budget_min_fen__lte=wanted.budget_to)
    if wanted.deadline_from is not None:
        rows = rows.filter(deadline__gte=wanted.deadline_from)
    if wanted.deadline_to is not None:
        rows = rows.filter(deadline__lte=wanted.deadline_to)
    rows = _sorted(search(rows, wanted.q), wanted.sort)
    # A constant in front of the order keeps the planner from walking the order's index and cutting up the text
    # of each demand on the way: the search index finds the few, or the many, and they are put in order then.
    return (
        rows.alias(first=Concat("state", Value(""))).order_by("first", *rows.query.order_by)
        if wanted.q
        else rows
    )


def title_words(wanted: DemandFilter) -> list[str]:
    """The words by which `wanted` puts titles in front; none where it asks for another order."""
    return terms(wanted.q) if wanted.sort in ("", "relevance") else []


class DemandPaginator(Paginator):
    """Pages of demands with all that a line of the list shows.

    It chooses the ids first, which an index alone answers, and reads the rows of the page only. With `words`
    those of the first BEST_OF rows come first that have most of them in the title; what comes after keeps its
    order, so that a word of half the table does not make the database read half the table.
    """

    def __init__(self, rows: QuerySet[Demand], per_page: int, *, words: Sequence[str] = ()) -> None:
        super().__init__(rows, per_page)
        self.words = words

    def page(self, number: int | str) -> Page:
        """Page `number`, from 1; one query for the ids, one for the rows, and one for the count."""
        number = int(self.validate_number(number))
        start = (number - 1) * self.per_page
        ids = self._ids(start, start + self.per_page)
        found = {demand.pk: demand for demand in with_line(Demand.objects.filter(pk__in=ids))}
        return Page([found[pk] for pk in ids if pk in found], number, self)

    def _ids(self, start: int, end: int) -> list[int]:
        if not self.words or start >= BEST_OF:
            return list(self.object_list.values_list("pk", flat=True)[start:end])
        titles = self.object_list.values_list("pk", "title", "title_en")[:BEST_OF]
        hits = [(-_hits(self.words, f"{title} {title_en}"), pk) for pk, title, title_en in titles]
        return [pk for _, pk in sorted(hits, key=lambda hit: hit[0])][
            start:end
        ]  # equal ones keep their order

    @cached_property
    def count(self) -> int:
        """How many there are; their order does not matter for it."""
        return self.object_list.order_by().count()


def with_line(rows: QuerySet[Demand]) -> QuerySet[Demand]:
    """`rows` with what a line of a list or an export shows, and `specs_count`."""
    counted = (
        DemandSpec.objects.filter(demand=OuterRef("pk")).order_by().values("demand").annotate(n=Count("pk"))
    )
    return rows.select_related("organisation", "field", "industry", "region").annotate(
        specs_count=Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
    )


def own_demands(user: Any) -> QuerySet[Demand]:
    """The demands of the companies that `user` acts for, the last changed first."""
    rows = Demand.objects.filter(organisation__in=user.memberships.values("organisation"))
    return with_line(rows).prefetch_related("comments").order_by("-updated", "-pk")


def waiting_for_vetting() -> QuerySet[Demand]:
    """Submitted demands, the longest waiting first."""
    return with_line(Demand.objects.filter(state=DemandState.SUBMITTED)).order_by("updated", "pk")


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a demand's history; saves that follow each other are one line with their `times`."""

    act: str
    at: dt.datetime
    actor: Any
    times: int = 1


def history(demand: Demand) -> list[Act]:
    """What the ledger says of one demand, the newest first; for its company and the office."""
    entries = Entry.objects.filter(subject_type="challenges.demand", subject_id=demand.pk)
    acts: list[Act] = []
    for entry in entries.select_related("actor").order_by("-pk")[:500]:
        last = acts[-1] if acts else None
        if last and entry.act == last.act == "demand.save" and entry.actor == last.actor:
            acts[-1] = replace(last, times=last.times + 1)
        else:
            acts.append(Act(entry.act, entry.at, entry.actor))
    return acts


def _under(taxonomy: type[Taxon], path: str) -> list[int]:
    return list(under(taxonomy, path).values_list("pk", flat=True))


def _sorted(rows: QuerySet[Demand], sort: str) -> QuerySet[Demand]:
    if sort == "deadline":  # the next one first, those gone by and open ends last
        gone = Case(When(deadline__gte=timezone.localdate(), then=Value(0)), default=Value(1))
        return rows.alias(gone=gone).order_by("gone", F("deadline").asc(nulls_last=True), F("pk").desc())
    column = {"published": "published_at", "budget": "budget_max_fen", "deadline": "deadline"}.get(
        sort.removeprefix("-")
    )
    if column is None or (column == "published_at" and sort.startswith("-")):
        return rows.order_by(*_NEWEST)
    way = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(way, F("pk").desc())


def _hits(words: Sequence[str], title: str) -> int:
    """How many of `words` the title has: what is named there is what was looked for."""
    plain = unicodedata.normalize("NFKC", title).lower()
    return sum(word in plain for word in words)
