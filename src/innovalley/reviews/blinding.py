"""What an expert reads of an item, without telling whose it is where the round is double blind.

The owning room gives a view without names; this room masks those that stand in the texts all the same: of the
people and organisations behind the item, in both languages and without the tail of a company's name, besides
whatever looks like an address, a telephone number or a credit code. Files lose their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from innovalley.registry.models import Organisation, Person
from innovalley.reviews.models import Item
from innovalley.reviews.subjects import File, SpecLine, Subject, Table, View, subject

MASK = "▇▇▇"
_TAILS = (
    "股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "公司", "集团",
    "Co., Ltd.", "Co. Ltd.", "Ltd.",
    "Inc.", "Corporation",
)  # fmt: skip
_LEAST_STEM = 4  # characters: a shorter rest of a name is an ordinary word
_TRACES = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|(?<![\w.])(?:https?://|www\.)[^\s，。；、）)]+"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)"  # mobile
    r"|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"  # landline
    r"|(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])"  # credit code
    r"|\d{4}-\d{4}-\d{4}-\d{3}[\dX]",  # ORCID
    re.IGNORECASE | re.ASCII,
)


class Masker:
    """Masks names, and what looks like an address or a number of somebody, in any text."""

    def __init__(self, names: Iterable[str]) -> None:
        wanted: set[str] = set()
        for name in names:
            whole = " ".join(name.split())
            if len(whole) < 2:
                continue
            wanted |= {whole, whole.replace(" ", "")}
            for tail in _TAILS:
                if whole.endswith(tail) and len(stem := whole.removesuffix(tail).strip(" ,")) >= _LEAST_STEM:
                    wanted.add(stem)
        parts = [_pattern(name) for name in sorted(wanted, key=len, reverse=True)]
        self._names = re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def __call__(self, text: str) -> str:
        """`text` with every name and trace as MASK."""
        if self._names is not None:
            text = self._names.sub(MASK, text)
        return _TRACES.sub(MASK, text)


def _pattern(name: str) -> str:
    """A name as it may be typed: with other spaces; an English one as whole words only."""
    pattern = r"\s*".join(re.escape(part) for part in name.split(" "))
    return rf"\b{pattern}\b" if name.isascii() else pattern


def masker_of(item: Item, kind: Subject) -> Masker:
    """Masks everybody behind `item`."""
    names: list[str] = list(kind.names(item.subject_id))
    persons = list(
        Person.objects.filter(pk__in=item.parties.exclude(person=None).values("person"))
        .select_related("organisation")
        .order_by()
    )
    organisations = list(
        Organisation.objects.filter(pk__in=item.parties.exclude(organisation=None).values("organisation"))
        .select_related("parent")
        .order_by()
    )
    for person in persons:
        names += [person.name_zh, person.name_en]
        organisations.append(person.organisation)
    for organisation in organisations:
        names += [organisation.name_zh, organisation.name_en]
        if organisation.parent is not None:
            names += [organisation.parent.name_zh, organisation.parent.name_en]
    return Masker(names)


def view_for_expert(item: Item) -> View:
    """What the experts of the item's round read of it."""
    kind = subject(item.subject_type)
    if not item.round.hides_parties:
        return kind.open_view(item.subject_id)
    return masked(kind.blind_view(item.subject_id), masker_of(item, kind))


def masked(view: View, mask: Masker) -> View:
    """`view` with every text masked and every file under a name that says nothing."""
    return View(
        title=mask(view.title),
        sections=[replace(each, heading=mask(each.heading), text=mask(each.text)) for each in view.sections],
        specs=[SpecLine(mask(each.required), mask(each.promised), each.outcome) for each in view.specs],
        tables=[
            Table(
                mask(each.heading),
                [mask(column) for column in each.columns],
                [[mask(cell) for cell in row] for row in each.rows],
            )
            for each in view.tables
        ],
        files=[
            File(_("Attachment %(number)s") % {"number": number} + _ending(each.name), each.url)
            for number, each in enumerate(view.files, start=1)
        ],
    )


def _ending(name: str) -> str:
    ending = PurePosixPath(name).suffix.lower()
    return ending if re.fullmatch(r"\.[a-z]{2,5}", ending) else ""
