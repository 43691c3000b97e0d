"""What a kind of import is. The kinds themselves stand beside this module, and in the rooms above."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise

from innovalley.registry.importing.columns import Column

BATCH = 500
Values = dict[str, Any]
Progress = Callable[[int], None]


class ImportKind(ABC):
    """One kind of table. A new object is made for each check, since it holds what the registry knows now.

    name            as in addresses and on the command line ("person")
    model           what a row becomes
    identity        the column that tells rows apart; it is required
    also_unique     further columns in which no value may stand twice, but for empty ones
    changes_supply  whether demands must be ranked anew: they, or what they are ranked against, change
    list_address    the name of the address under which the imported rows are found
    """

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    model: ClassVar[type[models.Model]]
    identity: ClassVar[str]
    also_unique: ClassVar[tuple[str, ...]] = ()
    changes_supply: ClassVar[bool] = False
    list_address: ClassVar[str]

    def __init__(self) -> None:
        self.columns: list[Column] = self.make_columns()

    @abstractmethod
    def make_columns(self) -> list[Column]:
        """The columns; their lookups ask the registry when the first cell is read."""

    @abstractmethod
    def write(self, rows: Sequence[Values], *, actor: Any, progress: Progress) -> None:
        """Writes checked rows (inside the caller's transaction); tells `progress` how many are done."""

    @abstractmethod
    def to_export(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """`rows` with all that the columns read, so that their export takes as many queries for 1 as for 1000."""

    def check_row(self, values: Values) -> list[tuple[str, str]]:
        """Problems that concern several columns of one row: pairs of column name and message."""
        return []

    def check_all(self, rows: Sequence[tuple[int, Values]]) -> Iterator[tuple[int, str, str]]:
        """Problems that concern several rows: row number, column name and message."""
        yield from ()

    def foresee(self, cells: dict[str, str]) -> None:  # noqa: B027  (most kinds need no look ahead)
        """Lets a row refer to another row of the same file (a parent, say); called for every row first.

        `cells` has every column by name, "" where the file has none.
        """

    @cached_property
    def existing(self) -> dict[str, dict[str, int]]:
        """For each unique column, the values that the registry has, with the ids of their rows."""
        rows = self.model._default_manager.order_by()
        return {
            name: dict(rows.exclude(**{name: ""}).values_list(name, "pk"))
            for name in (self.identity, *self.also_unique)
        }

    def batches(self, rows: Sequence[Values], progress: Progress) -> Iterator[Sequence[Values]]:
        """`rows` in parts of BATCH; when one is done, `progress` is told."""
        for start in range(0, len(rows), BATCH):
            yield rows[start : start + BATCH]
            progress(min(start + BATCH, len(rows)))


KINDS: dict[str, type[ImportKind]] = {}


def register(kind: type[ImportKind]) -> type[ImportKind]:
    """Makes a kind importable (class decorator); rooms above the registry add theirs when the site starts."""
    KINDS[kind.name] = kind
    return kind


def without(values: Values, *names: str) -> Values:
    """The values that go into the row's own columns as they are."""
    return {name: value for name, value in values.items() if name not in names}


def link(through: Any, left: str, right: str, pairs: Sequence[tuple[int, int]]) -> None:
    """Writes the rows of a many-to-many table, each pair once."""
    through.objects.bulk_create([through(**{left: a, right: b}) for a, b in dict.fromkeys(pairs)])
