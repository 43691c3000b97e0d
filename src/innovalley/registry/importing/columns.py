"""What a column of an import means, how a cell of it is read, and how it is written in an export."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError
from stdnum.iso7064 import mod_11_2

LANGUAGES = ("zh-hans", "en")
MAX_YUAN = 10**13  # ten trillion: more is a slip of the pen


class CellError(ValueError):
    """The cell cannot be taken; the message says what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    name      the name in code, understood as a header too ("name_zh")
    title     the header people read, translated
    parse     from the cell's text to the value that is kept; raises CellError
    required  an empty cell is an error
    aliases   further headers that are understood
    help      what may stand in it, translated
    write     from a row of the registry to the cell of an export that `parse` understands;
              None for the attribute called `name`
    private   not for the public: left out of public exports
    exported  False for a second way to write what another column holds
    """

    name: str
    title: str | Promise
    parse: Callable[[str], Any]
    required: bool = False
    aliases: tuple[str, ...] = ()
    help: str | Promise = ""
    write: Callable[[Any], Any] | None = None
    private: bool = False
    exported: bool = True

    def headers(self) -> set[str]:
        """Every header that names this column, folded for comparison."""
        titles = set()
        for language in LANGUAGES:
            with translation.override(language):
                titles.add(str(self.title))
        return {fold(h) for h in (self.name, *titles, *self.aliases)}

    def cell_of(self, row: Any) -> Any:
        """What stands in this column for `row` in an export."""
        return self.write(row) if self.write else getattr(row, self.name)


def fold(text: str) -> str:
    """A header or name as it is compared: NFKC, lower case, without blanks, brackets and marks like * or ：."""
    return re.sub(r"[\s*:_()]+", "", unicodedata.normalize("NFKC", text)).lower()


_REMARK = re.compile(r"[(（](必填|选填|required|optional)[)）]", re.IGNORECASE)


def assign_headers(
    columns: Iterable[Column], headers: Iterable[str]
) -> tuple[Mapping[str, Column], list[str], list[tuple[str, str]]]:
    """Which column each header of a file names, the headers that name none, and pairs that name the same one."""
    by_header = {header: column for column in columns for header in column.headers()}
    known: dict[str, Column] = {}
    unknown: list[str] = []
    twice: list[tuple[str, str]] = []
    for header in headers:
        column = by_header.get(fold(_REMARK.sub("", header)))
        if column is None:
            unknown.append(header)
        elif first := next((other for other, taken in known.items() if taken is column), None):
            twice.append((first, header))
        else:
            known[header] = column
    return known, unknown, twice


# Parsers: each takes the stripped text of a cell ------------------------------------------------------


def text(limit: int) -> Callable[[str], str]:
    """A parser of text of at most `limit` characters, with its line breaks."""

    def parse(cell: str) -> str:
        if len(cell) > limit:
            raise CellError(
                _("has %(length)d characters; at most %(limit)d fit") % {"length": len(cell), "limit": limit}
            )
        return cell

    return parse


def line(limit: int) -> Callable[[str], str]:
    """A parser of one line of at most `limit` characters; line breaks become blanks."""
    parse_text = text(limit)
    return lambda cell: parse_text(" ".join(cell.split()))


def credit_code(cell: str) -> str:
    """A 统一社会信用代码 with a right check digit, in capitals."""
    code = unicodedata.normalize("NFKC", cell).replace(" ", "").upper()
    if not code:
        return ""
    if re.fullmatch(r"[0-9.]+E\+[0-9]+", code):
        raise CellError(
            _(
                "“%(code)s” is a code that the spreadsheet took for a number, which lost its last digits; format the "
                "column as text and enter the code again"
            )
            % {"code": code}
        )
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


def orcid(cell: str) -> str:
    """An ORCID with a right check digit, written 0000-0002-1825-0097, with or without its address."""
    if not cell:
        return ""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", cell).rpartition("orcid.org/")[2]).upper()
    if not re.fullmatch(r"[0-9]{15}[0-9X]", digits) or not mod_11_2.is_valid(digits):
        raise CellError(_("“%(cell)s” is no ORCID; one looks like 0000-0002-1825-0097") % {"cell": cell})
    return "-".join(re.findall("....", digits))


def whole(low: int, high: int) -> Callable[[str], int | None]:
    """A parser of whole numbers from `low` to `high`; an empty cell is None."""

    def parse(cell: str) -> int | None:
        if not cell:
            return None
        match = re.fullmatch(r"([+-]?[0-9]{1,9})(\.0{1,9})?", unicodedata.normalize("NFKC", cell))
        if not match or not low <= int(match[1]) <= high:
            raise CellError(
                _("“%(cell)s” must be a whole number from %(low)d to %(high)d")
                % {"cell": cell, "low": low, "high": high}
            )
        return int(match[1])

    return parse


_NUMBER = r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
_YUAN = re.compile(
    rf"(?:人民币|rmb|cny|¥)?{_NUMBER}(?P<times>万亿|亿|千万|百万|万)?(?:元|rmb|cny)?", re.IGNORECASE
)
_TIMES = {"万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}


def yuan(cell: str) -> int | None:
    """Money in yuan ("1,200,000.50", "120万", "¥3.5 亿元") as whole fen, exactly; an empty cell is None."""
    if not cell:
        return None
    match = _YUAN.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", cell)))
    if not match:
        raise CellError(_("“%(cell)s” is no amount in yuan; write it like 1200000 or 120万") % {"cell": cell})
    fen = Decimal(match["number"].replace(",", "")) * _TIMES.get(match["times"] or "", 1) * 100
    if fen != fen.to_integral_value() or fen > MAX_YUAN * 100:
        raise CellError(
            _("“%(cell)s” must be an amount from 0 yuan to 10 trillion, with at most two decimals")
            % {"cell": cell}
        )
    return int(fen)


def wan(cell: str) -> int | None:
    """Money in 10,000 yuan ("120" and "120万" are the same here) as whole fen; an empty cell is None."""
    plain = unicodedata.normalize("NFKC", cell)
    return yuan(cell if not cell or re.search("[万亿元]", plain) else f"{plain.strip()}万")


def yuan_of(fen: int | None) -> Decimal | None:
    """An amount in fen as it stands in an export: yuan, without decimals when it is whole."""
    if fen is None:
        return None
    return Decimal(fen // 100) if fen % 100 == 0 else Decimal(fen).scaleb(-2)


def percent(cell: str) -> Decimal:
    """A share above 0 and up to 100 with at most two decimals, with or without a percent sign."""
    plain = unicodedata.normalize("NFKC", cell).replace(" ", "").removesuffix("%")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2}0*)?", plain) or not 0 < Decimal(plain) <= 100:
        raise CellError(_("“%(cell)s” must be a share above 0 and up to 100 percent") % {"cell": cell})
    return Decimal(plain).quantize(Decimal("0.01"))


_DATE = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))(?:[ T]?[0-9:.]+)?"
)


def date(cell: str) -> dt.date | None:
    """A date written 2027-03-31, 2027/3/31, 20270331 or 2027年3月31日; an empty cell is None."""
    if not cell:
        return None
    plain = re.sub(r"\s*([-/.年月日])\s*", r"\1", unicodedata.normalize("NFKC", cell))
    match = _DATE.fullmatch(plain)
    try:
        year, month, day = (int(part) for part in match.groups() if part) if match else (0, 0, 0)
        return dt.date(year, month, day)
    except ValueError:
        raise CellError(_("“%(cell)s” is no date; write it like 2027-03-31") % {"cell": cell}) from None


def email(cell: str) -> str:
    """An e-mail address."""
    if cell:
        try:
            validate_email(cell)
        except ValidationError:
            raise CellError(_("“%(cell)s” is no e-mail address") % {"cell": cell}) from None
    return text(254)(cell)


def website(cell: str) -> str:
    """An address that begins with http:// or https://, which may be left out."""
    if not cell:
        return ""
    address = cell if "://" in cell else f"https://{cell}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise CellError(_("“%(cell)s” is no web address") % {"cell": cell}) from None
    return text(200)(address)


class Choice:
    """A parser of one of Django's `choices`, given by value or by its name in either language.

    `offered` says which there are, in the reader's language.
    """

    def __init__(self, choices: Iterable[tuple[str, Any]]) -> None:
        self._options = list(choices)
        self._known: dict[str, str] = {}
        self.offered = lazy(self._offered, str)()

    def __call__(self, cell: str) -> str:
        if not cell:
            return ""
        found = self._names().get(fold(cell))
        if found is None:
            raise CellError(
                _("“%(cell)s” is none of: %(offered)s") % {"cell": cell, "offered": self._offered()}
            )
        return found

    def labels(self) -> list[str]:
        """The names of the options in the language that is active."""
        return [str(label) for _value, label in self._options]

    def _offered(self) -> str:
        return _(", ").join(self.labels())

    def _names(self) -> dict[str, str]:
        if not self._known:
            for language in LANGUAGES:
                with translation.override(language):
                    self._known.update({fold(str(label)): value for value, label in self._options})
            self._known.update({fold(str(value)): value for value, _label in self._options})
        return self._known
