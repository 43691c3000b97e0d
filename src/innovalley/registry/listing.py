"""What every list of the registry shares: its order, its pages, and the choices of its filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from innovalley.registry.models import Taxon
from innovalley.registry.search import terms

ROWS_A_PAGE = 20
MAX_FOUND = 1000  # rows that a search shows; whoever finds more needs another word, not another page

Orders = Mapping[str, Sequence[Any]]  # by ?sort= key: ascending expressions; the id always decides last


def word(request: HttpRequest, name: str) -> str:
    """The stripped text of ?name=, "" when it is missing; without NUL, which no column can be compared with."""
    return request.GET.get(name, "").replace("\0", "").strip()


def number(request: HttpRequest, name: str, *, low: int = 1, high: int = 2**62) -> int | None:
    """The whole number of ?name=; None when there is none in these bounds."""
    value = whole(word(request, name))
    return value if value is not None and low <= value <= high else None


def whole(text: str) -> int | None:
    """The number that `text` writes in digits; None for anything else, and for one that no id or count reaches."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def ordered(rows: QuerySet[Any], sort: str, orders: Orders) -> QuerySet[Any]:
    """`rows` in the order of ?sort=key or ?sort=-key; in their own for a key that is not in `orders`."""
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    if key not in orders:
        return rows
    order = [each.desc(nulls_last=True) if descending else each.asc(nulls_last=True) for each in orders[key]]
    return rows.order_by(*order, "pk")


def found(find: Callable[..., QuerySet[Any]], q: str) -> tuple[QuerySet[Any], bool]:
    """`find(q=q)` as a list shows it: at most MAX_FOUND rows, and whether there are more.

    A word that stands in a hundred thousand texts would else be looked for in each of them, to count and sort.
    """
    if not terms(q):
        return find(q=""), False
    ids = list(find(q=q).order_by().values_list("pk", flat=True)[: MAX_FOUND + 1])
    return find(q="").filter(pk__in=ids[:MAX_FOUND]), len(ids) > MAX_FOUND


class RowsPaginator(Paginator):
    """Pages of a queryset: the ids are chosen first, which an index can answer, then the rows of the page read."""

    def page(self, number: int | str) -> Page:
        """Page `number`, from 1."""
        number = int(self.validate_number(number))
        start = (number - 1) * self.per_page
        ids = list(self.object_list.values_list("pk", flat=True)[start : start + self.per_page])
        rows = {row.pk: row for row in self.object_list.filter(pk__in=ids).order_by()}
        return Page([rows[pk] for pk in ids if pk in rows], number, self)

    @cached_property
    def count(self) -> int:
        """How many there are; their order does not matter for it."""
        return int(self.object_list.order_by().count())


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = ROWS_A_PAGE) -> Page:
    """The page ?page= of `rows`; the first or last one for a number that there is not."""
    paginator = RowsPaginator if isinstance(rows, QuerySet) else Paginator
    return paginator(rows, size).get_page(request.GET.get("page"))


@dataclass(frozen=True, slots=True)
class Tree:
    """A taxonomy as one filter and many rows need it: read once, asked often."""

    by_path: Mapping[str, Taxon]

    @classmethod
    def of(cls, model: Any) -> Tree:
        """The whole tree, one query."""
        return cls({str(taxon.path): taxon for taxon in model.objects.order_by("path")})

    def choices(self) -> list[tuple[str, str]]:
        """(path, name), indented by depth, for a filter."""
        return [(path, "\u3000" * taxon.depth + taxon.name) for path, taxon in self.by_path.items()]

    def places(self, taxon: Taxon | None) -> list[Taxon]:
        """The way from the root to `taxon`."""
        if taxon is None:
            return []
        labels = str(taxon.path).split(".")
        paths = (".".join(labels[: n + 1]) for n in range(len(labels)))
        return [self.by_path[path] for path in paths if path in self.by_path]
