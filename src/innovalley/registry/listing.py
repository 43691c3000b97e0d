"""What every list of the registry shares: its order, its pages, and the choices of its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from innovalley.registry.models import Taxon

ROWS_A_PAGE = 20

Orders = Mapping[str, Sequence[Any]]  # by ?sort= key: ascending expressions; the id always decides last


def word(request: HttpRequest, name: str) -> str:
    """The stripped text of ?name=, "" when it is missing."""
    return request.GET.get(name, "").strip()


def number(request: HttpRequest, name: str, *, low: int = 1, high: int = 2**62) -> int | None:
    """The whole number of ?name=; None when there is none in these bounds."""
    text = word(request, name)
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    return value if low <= value <= high else None


def ordered(rows: QuerySet[Any], sort: str, orders: Orders) -> QuerySet[Any]:
    """`rows` in the order of ?sort=key or ?sort=-key; in their own for a key that is not in `orders`."""
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    if key not in orders:
        return rows
    order = [each.desc(nulls_last=True) if descending else each.asc(nulls_last=True) for each in orders[key]]
    return rows.order_by(*order, "pk")


def page_of(request: HttpRequest, rows: Any, size: int = ROWS_A_PAGE) -> Page[Any]:
    """The page ?page= of `rows`; the first or last one for a number that there is not."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


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
