"""What a call lays down, as data: who may bid, what a bid must hold, how its money may lie. Plain Python.

Measures of provinces and cities differ in these figures, not in the procedure; a call therefore carries them.
They are kept as JSON (decimals as text) and read back only through these classes, which refuse what makes no sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Self


class RulesError(ValueError):
    """The rules make no sense; `problems` says for each setting what is wrong, as a word of code."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in problems.items()))
        self.problems = dict(problems)


class Relation(StrEnum):
    """How a bidder may belong together with the company that posts the demand."""

    SELF = "self"  # the poster itself
    SUBSIDIARY = "subsidiary"  # a subsidiary of the poster, at any depth
    PARENT = "parent"  # a parent of the poster, at any height
    SISTER = "sister"  # both have one parent
    HOLDING = "holding"  # one holds `holding_percent` or more of the other


class Source(StrEnum):
    """Where money comes from."""

    FISCAL = "fiscal"  # 财政资金
    POSTER = "poster"  # 发榜方出资
    OWN = "own"  # 揭榜方自筹


MOST_YEARS = 6
MOST_PARTICIPANTS = 20


@dataclass(frozen=True, slots=True)
class CallRules:
    """Who may bid in a call.

    barred_relations   relations to the poster that bar the lead bidder
    bars_partners      whether the same bars participants too
    holding_percent    from how many percent a holding counts
    bidder_kinds       kinds of organisations that may lead ("company", "university" …); empty: all
    max_participants   how many organisations may take part beside the lead; None: any number
    clean_years        for how many years lead and participants declare to be without serious misconduct; 0: no
                       declaration
    host_needed        a lead from outside `home_region` needs a participant company from inside
    home_region        path of the region at home; "" when no rule asks for it
    covers_all_specs   whether a bid must promise something on every required spec
    max_years          over how many years the work may stretch
    """

    barred_relations: tuple[Relation, ...] = (Relation.SELF, Relation.SUBSIDIARY)
    bars_partners: bool = False
    holding_percent: Decimal = Decimal(50)
    bidder_kinds: tuple[str, ...] = ()
    max_participants: int | None = 5
    clean_years: int = 3
    host_needed: bool = False
    home_region: str = ""
    covers_all_specs: bool = True
    max_years: int = 3

    def __post_init__(self) -> None:
        problems = {}
        if not 0 < self.holding_percent <= 100:
            problems["holding_percent"] = "range"
        if self.max_participants is not None and not 0 <= self.max_participants <= MOST_PARTICIPANTS:
            problems["max_participants"] = "range"
        if not 0 <= self.clean_years <= 10:
            problems["clean_years"] = "range"
        if not 1 <= self.max_years <= MOST_YEARS:
            problems["max_years"] = "range"
        if self.host_needed and not self.home_region:
            problems["home_region"] = "missing"
        if problems:
            raise RulesError(problems)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises RulesError for unknown names and values that make no sense."""
        values = _known(cls, data)
        problems: dict[str, str] = {}
        if "barred_relations" in values:
            try:
                values["barred_relations"] = tuple(Relation(name) for name in values["barred_relations"])
            except ValueError:
                problems["barred_relations"] = "unknown"
        if "bidder_kinds" in values:
            values["bidder_kinds"] = tuple(str(kind) for kind in values["bidder_kinds"])
        if "holding_percent" in values:
            values["holding_percent"] = _decimal(values["holding_percent"], "holding_percent", problems)
        _whole(values, ("max_participants", "clean_years", "max_years"), problems)
        if problems:
            raise RulesError(problems)
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return _plain(asdict(self))


@dataclass(frozen=True, slots=True)
class Funding:
    """How the money of a bid may lie. A ratio of None asks for nothing.

    year_shares              percent of the fiscal money paid in the first, second … year; sum 100
    own_per_fiscal_company   yuan of own money for each yuan of fiscal money, where a company leads
    own_per_fiscal_other     the same for universities, institutes and others
    poster_per_fiscal        yuan of the poster's money for each yuan of fiscal money
    """

    year_shares: tuple[Decimal, ...] = (Decimal(60), Decimal(40))
    own_per_fiscal_company: Decimal | None = None
    own_per_fiscal_other: Decimal | None = None
    poster_per_fiscal: Decimal | None = None

    def __post_init__(self) -> None:
        problems = {}
        if not 1 <= len(self.year_shares) <= MOST_YEARS or any(share < 0 for share in self.year_shares):
            problems["year_shares"] = "range"
        elif sum(self.year_shares) != 100:
            problems["year_shares"] = "sum"
        for name in ("own_per_fiscal_company", "own_per_fiscal_other", "poster_per_fiscal"):
            ratio = getattr(self, name)
            if ratio is not None and not 0 <= ratio <= 100:
                problems[name] = "range"
        if problems:
            raise RulesError(problems)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises RulesError for unknown names and values that make no sense."""
        values = _known(cls, data)
        problems: dict[str, str] = {}
        if "year_shares" in values:
            values["year_shares"] = tuple(
                _decimal(share, "year_shares", problems) for share in values["year_shares"]
            )
        for name in ("own_per_fiscal_company", "own_per_fiscal_other", "poster_per_fiscal"):
            if values.get(name) is not None:
                values[name] = _decimal(values[name], name, problems)
        if problems:
            raise RulesError(problems)
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return _plain(asdict(self))


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """How bids are reviewed.

    size        experts for each bid
    max_load    bids for each expert at most
    blind       "single" (experts do not know the bidders), "double" (nor bidders the experts) or "none"
    """

    size: int = 5
    max_load: int = 8
    blind: str = "double"

    def __post_init__(self) -> None:
        problems = {}
        if not 1 <= self.size <= 15:
            problems["size"] = "range"
        if not 1 <= self.max_load <= 100:
            problems["max_load"] = "range"
        if self.blind not in ("none", "single", "double"):
            problems["blind"] = "unknown"
        if problems:
            raise RulesError(problems)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises RulesError for unknown names and values that make no sense."""
        values = _known(cls, data)
        problems: dict[str, str] = {}
        _whole(values, ("size", "max_load"), problems)
        if problems:
            raise RulesError(problems)
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return _plain(asdict(self))


def _known(cls: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    names = {column.name for column in fields(cls)}
    if unknown := set(data) - names:
        raise RulesError({name: "unknown" for name in sorted(unknown)})
    return dict(data)


def _decimal(value: Any, name: str, problems: dict[str, str]) -> Decimal:
    try:
        if isinstance(value, float):
            raise InvalidOperation
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        number = Decimal("NaN")
    if not number.is_finite():
        problems[name] = "number"
        return Decimal(1)
    return number


def _whole(values: Mapping[str, Any], names: tuple[str, ...], problems: dict[str, str]) -> None:
    for name in names:
        value = values.get(name)
        if value is not None and type(value) is not int:
            problems[name] = "number"


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain_value(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value
