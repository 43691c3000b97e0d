"""Finds organisations and persons that may be one and the same: pairs with a score and the reasons for it."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from rapidfuzz import fuzz, process

NEAR_PERCENT = 88  # names less alike than this are different names
BLOCK = 120  # a pair of characters that more names than this have in common tells nothing
GROUP = 40  # of more rows than this with one name, each is paired with the first only

Pair = tuple[int, int]
Reason = str  # a key of `actions.REASONS`
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two rows are: score 1 to 100, and why; `reasons` may also speak against it."""

    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """What organisations are compared by; `region` is an ltree path, "" when it is not known."""

    pk: int
    code: str
    name_zh: str
    name_en: str
    is_company: bool
    region: str
    parent: int | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What persons are compared by."""

    pk: int
    name_zh: str
    name_en: str
    organisation: int
    email: str
    phone: str
    orcid: str


# Organisations -------------------------------------------------------------------------------------

_FORM = re.compile(r"(?<![分子])(股份)?(有限责任公司|有限公司|公司)$")
_ENGLISH_FORM = re.compile(r"\b(co|company|ltd|limited|inc|corp|corporation|llc)\b")
# What tells 第一机床厂 from 第二机床厂, and 东区 from 西区, however alike they are.
_TELLING = re.compile(r"[0-9一二三四五六七八九十百东南西北甲乙丙丁上下]")


@dataclass(frozen=True, slots=True)
class _Name:
    plain: str  # without marks and brackets
    core: str  # … and legal form
    bare: str  # … and the place it begins with
    places: tuple[str, ...]
    english: str


def alike_organisations(rows: Sequence[OrganisationRow], places: Mapping[str, str]) -> dict[Pair, Likeness]:
    """Pairs (lower id first) that may be one organisation. `places` gives the ltree path of each region's name.

    Never every row is compared with every other: names are grouped by what they are without legal form and
    place, and similar ones share a pair of characters that few others have.
    """
    by_pk = {row.pk: row for row in rows}
    names = {row.pk: _name(row, places) for row in rows}
    pairs: set[Pair] = set()
    for key_of in (
        lambda name: name.core,
        lambda name: name.bare,
        lambda name: name.english,
    ):
        pairs |= _same(names, key_of)
    near = _near({pk: name.bare for pk, name in names.items()})
    found = {}
    for first, second in pairs | set(near):
        likeness = _compare_organisations(
            by_pk[first], by_pk[second], names[first], names[second], near.get((first, second), 0)
        )
        if likeness:
            found[first, second] = likeness
    return found


def _compare_organisations(
    a: OrganisationRow, b: OrganisationRow, name_a: _Name, name_b: _Name, near: int
) -> Likeness | None:
    reasons: list[Reason] = []
    if name_a.plain == name_b.plain:
        score, reasons = 100, ["same_name"]
    elif name_a.core == name_b.core:
        score, reasons = 95, ["same_name_but_form"]
    elif name_a.english and name_a.english == name_b.english:
        score, reasons = 90, ["same_english_name"]
    elif not _places_fit(name_a.places, name_b.places):
        return None
    elif name_a.bare == name_b.bare:
        score, reasons = 85, ["same_name_but_place"]
    elif near and Counter(_TELLING.findall(name_a.bare)) == Counter(_TELLING.findall(name_b.bare)):
        score, reasons = near * 9 // 10, ["near_name"]
    else:
        return None
    is_same = score >= 90
    against = 0
    if a.code and b.code:  # each is a legal person of its own, unless one code is a slip
        against += 30
        reasons.append("codes_differ")
    if a.region and b.region and not _is_under(a.region, b.region) and not _is_under(b.region, a.region):
        against += 15
        reasons.append("regions_differ")
    if a.is_company != b.is_company:
        against += 15
        reasons.append("kinds_differ")
    if b.pk == a.parent or a.pk == b.parent:
        against += 15
        reasons.append("parent_and_child")
    if against and not is_same:
        return None
    return Likeness(max(1, score - against), tuple(reasons))


def _name(row: OrganisationRow, places: Mapping[str, str]) -> _Name:
    plain = _plain(row.name_zh)
    core = _FORM.sub("", plain) or plain
    bare, found = (_without_places(core, places)) if row.is_company else (core, ())
    english = _ENGLISH_FORM.sub(" ", unicodedata.normalize("NFKC", row.name_en).lower())
    return _Name(plain, core, bare, found, _plain(english))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).lower())


def _without_places(core: str, places: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """`core` without the places that it begins with, as long as something telling remains; and their paths."""
    found: list[str] = []
    while True:
        place = next((core[:n] for n in range(min(12, len(core) - 3), 1, -1) if core[:n] in places), None)
        if place is None:
            return core, tuple(found)
        found.append(places[place])
        core = core[len(place) :]


def _places_fit(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """山西太原X, 太原X, 山西X and X may be one; 太原X and 大同X are not."""
    return all(_is_under(x, y) or _is_under(y, x) for x in a for y in b)


def _is_under(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}.")


def region_names(regions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The paths of regions by their names with and without 省, 市 and the like, from pairs of path and name."""
    paths: dict[str, str] = {}
    for path, name in regions:
        plain = _plain(name)
        short = re.sub(r"(特别行政区|(壮族|回族|维吾尔)?自治区|省|市|地区|自治州|县|区)$", "", plain)
        for spelling in (plain, short):
            if len(spelling) >= 2:
                paths.setdefault(spelling, path)
    return paths


def _near(names: Mapping[int, str]) -> dict[Pair, int]:
    """Pairs whose names are at least NEAR_PERCENT alike, but not the same, with how alike they are in percent."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for pk, name in names.items():
        if len(name) >= 5:
            for gram in {name[i : i + 2] for i in range(len(name) - 1)}:
                holders[gram].append(pk)
    found: dict[Pair, int] = {}
    for block in holders.values():
        if not 2 <= len(block) <= BLOCK:
            continue
        texts = [names[pk] for pk in block]
        alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=NEAR_PERCENT, dtype=np.uint8)
        for i, j in np.argwhere(np.triu(alike, 1)):
            if texts[i] != texts[j]:
                found[_ordered(block[i], block[j])] = int(alike[i, j])
    return found


# Persons -------------------------------------------------------------------------------------------


def alike_persons(rows: Sequence[PersonRow]) -> dict[Pair, Likeness]:
    """Pairs (lower id first) that may be one person: the same name, and something else in common."""
    by_pk = {row.pk: row for row in rows}
    pairs: set[Pair] = set()
    for name in ("name_zh", "name_en"):
        for other in ("organisation", "email", "phone"):
            pairs |= _same(
                by_pk,
                lambda row, name=name, other=other: (  # type: ignore[misc]
                    (_plain(getattr(row, name)), _contact(getattr(row, other)))
                    if getattr(row, name) and getattr(row, other)
                    else ""
                ),
            )
    found = {}
    for first, second in pairs:
        if likeness := _compare_persons(by_pk[first], by_pk[second]):
            found[first, second] = likeness
    return found


def _compare_persons(a: PersonRow, b: PersonRow) -> Likeness | None:
    if a.orcid and b.orcid:  # two ORCIDs are two persons
        return None
    reasons: list[Reason] = []
    points = []
    for reason, worth, value_a, value_b in (
        ("same_email", 90, _contact(a.email), _contact(b.email)),
        ("same_phone", 85, _contact(a.phone), _contact(b.phone)),
        ("same_organisation", 75, a.organisation, b.organisation),
    ):
        if value_a and value_a == value_b:
            points.append(worth)
            reasons.append(reason)
    same_chinese = _plain(a.name_zh) == _plain(b.name_zh)
    score = max(points) + 5 * (len(points) - 1) - (0 if same_chinese else 10)
    reasons.insert(0, "same_name" if same_chinese else "same_english_name")
    if a.email and b.email and "same_email" not in reasons:
        score -= 10
        reasons.append("emails_differ")
    return Likeness(max(1, min(100, score)), tuple(reasons))


def _contact(value: str | int) -> str | int:
    return re.sub(r"[\s()-]+", "", value).lower() if isinstance(value, str) else value


# Both ----------------------------------------------------------------------------------------------


def _same(rows: Mapping[int, T], key_of: Callable[[T], Hashable]) -> set[Pair]:
    """Pairs of ids whose rows have the same key; an empty key is none."""
    groups: defaultdict[Hashable, list[int]] = defaultdict(list)
    for pk, row in rows.items():
        if key := key_of(row):
            groups[key].append(pk)
    return {_ordered(a, b) for group in groups.values() for a, b in _pairs(group)}


def _pairs(group: list[int]) -> Iterator[Pair]:
    if len(group) <= GROUP:
        return itertools.combinations(group, 2)
    return ((group[0], other) for other in group[1:])


def _ordered(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
