"""Finds rows of the registry by the names and codes that people write into cells."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import fuzz, process

from innovalley.registry.importing.columns import CellError, fold
from innovalley.registry.models import Organisation

MAX_SUGGESTIONS = 200  # a file whose every cell is unknown must not be compared with everything
Names = Iterable[tuple[int, Iterable[str]]]


class Lookup:
    """Finds a row by any of its names or codes, and proposes one for a misspelling.

    `names` gives the ids and spellings; it is asked when the first cell is looked up.
    """

    def __init__(self, what: str | Promise, names: Callable[[], Names]) -> None:
        self._what = what
        self._names = names
        self._found: defaultdict[str, set[int]] | None = None
        self._spelling: dict[str, str] = {}
        self._suggested = 0

    def one(self, cell: str) -> int | None:
        """The id that `cell` names ("晋钢", its code, or "晋钢 [code]"); None for an empty cell.

        Raises:
            CellError: nothing or several things have that name.
        """
        code = re.fullmatch(r".*\[([^\[\]]+)\]", cell, re.DOTALL)
        key = fold(code[1] if code else cell)
        if not key:
            return None
        found = self._load().get(key, set())
        if len(found) > 1:
            raise CellError(
                _("%(count)d of kind %(what)s are called “%(cell)s”; give the code instead")
                % {"count": len(found), "what": self._what, "cell": cell}
            )
        if found:
            return next(iter(found))
        message = _("unknown %(what)s “%(cell)s”") % {"what": self._what, "cell": cell}
        if near := self._nearest(key):
            message += " – " + _("did you mean “%(name)s”?") % {"name": near}
        raise CellError(message)

    def many(self, cell: str) -> list[int]:
        """The ids named in a cell, each once; its parts are separated as `split` says.

        Raises:
            CellError: as `one`, for any of the parts.
        """
        parts = [
            part
            for whole in split(cell)
            # A comma separates too, but for a name that has one ("农、林、牧、渔业", with its code or without).
            for part in ([whole] if self._is_name(whole) else split(whole, commas=True))
        ]
        return list(dict.fromkeys(pk for part in parts if (pk := self.one(part)) is not None))

    def add(self, pk: int, *spellings: str) -> None:
        """Makes one more row known."""
        found = self._load()
        for spelling in spellings:
            if key := fold(spelling):
                found[key].add(pk)
                self._spelling.setdefault(key, spelling)

    def _is_name(self, part: str) -> bool:
        name = re.sub(r"\s*\[[^\[\]]+\]$", "", part)
        return fold(name) in self._load()

    def _load(self) -> defaultdict[str, set[int]]:
        if self._found is None:
            self._found = defaultdict(set)
            for pk, spellings in self._names():
                self.add(pk, *spellings)
        return self._found

    def _nearest(self, key: str) -> str | None:
        if self._suggested >= MAX_SUGGESTIONS:
            return None
        self._suggested += 1
        nearest = process.extractOne(key, list(self._spelling), scorer=fuzz.ratio, score_cutoff=60)
        return self._spelling[nearest[0]] if nearest else None


def split(cell: str, *, commas: bool = False) -> list[str]:
    """The parts of a cell that holds several values: between | ; ； and line breaks, and commas when asked."""
    marks = r"[|;；\n、,，]" if commas else r"[|;；\n]"
    return [part.strip() for part in re.split(marks, cell) if part.strip()]


def labelled(name: str, code: str) -> str:
    """How an export names another row: for people and, by its code, exactly."""
    return f"{name} [{code}]" if code else name


def taxonomy(model: Any, what: str | Promise) -> Lookup:
    """A lookup over Field, Industry or Region by code and names."""
    return Lookup(what, lambda: ((t.pk, (t.code, t.name_zh, t.name_en)) for t in model.objects.all()))


def organisations() -> Lookup:
    """A lookup over the organisations; one that was merged into another stands for the other."""

    def names() -> Iterator[tuple[int, Iterable[str]]]:
        rows = Organisation.objects.annotate(kept=Coalesce(F("merged_into"), F("pk")))
        for pk, *spellings in rows.order_by().values_list("kept", "code", "name_zh", "name_en"):
            yield pk, spellings

    return Lookup(gettext_lazy("organisation"), names)
