"""What a column of an import means, and how a cell of it is read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError

LANGUAGES = ("zh-hans", "en")


class CellError(ValueError):
    """The cell cannot be taken; the message says what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    name      the name in code and in exported headers ("name_zh")
    title     the header people read, translated
    aliases   further headers that are understood
    parse     from the cell's text to the value that is kept; raises CellError
    required  an empty cell is an error
    help      what may stand in it, translated
    """

    name: str
    title: str | Promise
    parse: Callable[[str], Any]
    required: bool = False
    aliases: tuple[str, ...] = ()
    help: str | Promise = ""

    def headers(self) -> set[str]:
        """Every header that names this column, folded for comparison."""
        titles = set()
        for language in LANGUAGES:
            with translation.override(language):
                titles.add(str(self.title))
        return {fold(h) for h in (self.name, *titles, *self.aliases)}


def fold(text: str) -> str:
    """A header or name as it is compared: NFKC, lower case, without blanks and trailing marks like * or ：."""
    return re.sub(r"[\s*＊:：_（）()]+", "", unicodedata.normalize("NFKC", text)).lower()


def text(limit: int) -> Callable[[str], str]:
    """A parser of text of at most `limit` characters."""

    def parse(cell: str) -> str:
        if len(cell) > limit:
            raise CellError(
                _("has %(length)d characters; at most %(limit)d fit") % {"length": len(cell), "limit": limit}
            )
        return cell

    return parse


def credit_code(cell: str) -> str:
    """A 统一社会信用代码 with a right check digit, in capitals."""
    code = unicodedata.normalize("NFKC", cell).replace(" ", "").upper()
    if not code:
        return ""
    if len(code) != 18:
        raise CellError(
            _("“%(code)s” has %(length)d characters; a unified social credit code has 18")
            % {"code": code, "length": len(code)}
        )
    try:
        return str(uscc.validate(code))
    except NumberError:
        raise CellError(
            _("“%(code)s” is no valid unified social credit code: its check digit or a character is wrong")
            % {"code": code}
        ) from None


def whole(low: int, high: int) -> Callable[[str], int | None]:
    """A parser of whole numbers from `low` to `high`; an empty cell is None."""

    def parse(cell: str) -> int | None:
        if not cell:
            return None
        digits = unicodedata.normalize("NFKC", cell).strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", digits) or not low <= int(digits) <= high:
            raise CellError(
                _("“%(cell)s” must be a whole number from %(low)d to %(high)d")
                % {"cell": cell, "low": low, "high": high}
            )
        return int(digits)

    return parse


def yuan(cell: str) -> int | None:
    """Money in yuan ("1,200,000.50", "120万") as whole fen; an empty cell is None."""
    if not cell:
        return None
    plain = unicodedata.normalize("NFKC", cell).replace(",", "").replace(" ", "").removesuffix("元")
    factor = {"万": 10_000, "亿": 100_000_000}.get(plain[-1:], 1)
    try:
        fen = Decimal(plain.rstrip("万亿")) * factor * 100
    except InvalidOperation:
        raise CellError(_("“%(cell)s” is no amount in yuan") % {"cell": cell}) from None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 <= fen < 10**15:
        raise CellError(
            _("“%(cell)s” must be an amount from 0 yuan, with at most two decimals") % {"cell": cell}
        )
    return int(fen)


def date(cell: str) -> Any:
    """A date written 2027-03-31, 2027/3/31 or 2027年3月31日; an empty cell is None."""
    if not cell:
        return None
    match = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", cell.split(" ")[0])
    try:
        value = parse_date("{}-{:0>2}-{:0>2}".format(*match.groups())) if match else None
    except ValueError:
        value = None
    if value is None:
        raise CellError(_("“%(cell)s” is no date; write it like 2027-03-31") % {"cell": cell})
    return value


def email(cell: str) -> str:
    """An e-mail address."""
    if cell:
        try:
            validate_email(cell)
        except ValidationError:
            raise CellError(_("“%(cell)s” is no e-mail address") % {"cell": cell}) from None
    return cell


def choice(choices: Iterable[tuple[str, Any]]) -> Callable[[str], str]:
    """A parser of one of Django's `choices`, given by value or by its name in either language."""
    options = list(choices)

    def parse(cell: str) -> str:
        if not cell:
            return ""
        known: dict[str, str] = {}
        for value, label in options:
            known[fold(str(value))] = value
            for language in LANGUAGES:
                with translation.override(language):
                    known[fold(str(label))] = value
        found = known.get(fold(cell))
        if found is None:
            offered = ", ".join(str(label) for _value, label in options)
            raise CellError(_("“%(cell)s” is none of: %(offered)s") % {"cell": cell, "offered": offered})
        return found

    return parse


class Lookup:
    """Finds a row of the registry by any of its names or codes, and proposes one for a misspelling."""

    def __init__(self, what: str | Promise, names: Iterable[tuple[int, Iterable[str]]]) -> None:
        self._what = what
        self._ids: dict[str, int] = {}
        self._shown: dict[str, str] = {}
        self._ambiguous: set[str] = set()
        for pk, spellings in names:
            for spelling in spellings:
                key = fold(spelling)
                if not key:
                    continue
                if self._ids.get(key, pk) != pk:
                    self._ambiguous.add(key)
                self._ids[key] = pk
                self._shown[key] = spelling

    def one(self, cell: str) -> int | None:
        """The id that `cell` names; None for an empty cell.

        Raises:
            CellError: nothing or several things have that name.
        """
        key = fold(cell)
        if not key:
            return None
        if key in self._ambiguous:
            raise CellError(
                _("several of kind %(what)s are called “%(cell)s”; give the code instead")
                % {"what": self._what, "cell": cell}
            )
        if (pk := self._ids.get(key)) is not None:
            return pk
        near = difflib.get_close_matches(key, self._ids, n=1, cutoff=0.6) if len(self._ids) < 5000 else []
        message = _("unknown %(what)s “%(cell)s”") % {"what": self._what, "cell": cell}
        if near:
            message += " – " + _("did you mean “%(name)s”?") % {"name": self._shown[near[0]]}
        raise CellError(message)

    def many(self, cell: str) -> list[int]:
        """The ids named in a cell whose parts are separated by | ; ； 、 or ,."""
        return [pk for part in split(cell) if (pk := self.one(part)) is not None]

    def add(self, pk: int, *spellings: str) -> None:
        """Makes a row of the same file known to the rows that follow."""
        for spelling in spellings:
            if key := fold(spelling):
                self._ids[key] = pk
                self._shown[key] = spelling


def split(cell: str) -> list[str]:
    """The parts of a cell that holds several values."""
    return [part.strip() for part in re.split(r"[|;；、,，\n]", cell) if part.strip()]


def assign_headers(
    columns: Iterable[Column], headers: Iterable[str]
) -> tuple[Mapping[str, Column], list[str]]:
    """Which column each header of a file names, and the headers that name none."""
    by_header = {header: column for column in columns for header in column.headers()}
    known: dict[str, Column] = {}
    unknown: list[str] = []
    for header in headers:
        column = by_header.get(fold(header))
        if column is None or column in known.values():
            unknown.append(header)
        else:
            known[header] = column
    return known, unknown
