"""Import of organisations, with their parents and holdings among each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovalley.registry.importing import columns as c
from innovalley.registry.importing import lookups
from innovalley.registry.importing.columns import CellError, Column
from innovalley.registry.importing.kinds import ImportKind, Progress, Values, link, register, without
from innovalley.registry.importing.lookups import labelled
from innovalley.registry.models import Holding, Industry, Organisation, Region


@register
class Organisations(ImportKind):
    """Rows may name parents and held companies that stand in the same file, above or below.

    Such a row has a number below zero for an id until it is written.
    """

    name = "organisation"
    title = gettext_lazy("Organisations")
    model = Organisation
    identity = "code"
    list_address = "organisations"

    def make_columns(self) -> list[Column]:
        kinds, scales = c.Choice(Organisation.Kind.choices), c.Choice(Organisation.Scale.choices)
        self._known = lookups.organisations()
        self._foreseen: dict[str, int] = {}  # codes of the file's new rows, with ids below zero
        return [
            Column(
                "code",
                gettext_lazy("unified social credit code"),
                c.credit_code,
                required=True,
                aliases=("uscc",),
            ),
            Column(
                "name_zh", gettext_lazy("name"), c.line(120), required=True, aliases=("单位名称", "企业名称")
            ),
            Column("name_en", gettext_lazy("English name"), c.line(160)),
            Column(
                "kind",
                gettext_lazy("kind"),
                kinds,
                required=True,
                aliases=("单位类型",),
                help=kinds.offered,
                write=lambda row: row.get_kind_display(),
            ),
            Column(
                "scale",
                gettext_lazy("scale"),
                scales,
                aliases=("企业规模",),
                help=scales.offered,
                write=lambda row: row.get_scale_display(),
            ),
            Column(
                "region",
                gettext_lazy("region"),
                lookups.taxonomy(Region, gettext_lazy("region")).one,
                aliases=("所在地区", "地区代码"),
                write=lambda row: row.region and labelled(row.region.name, row.region.code),
            ),
            Column(
                "industries",
                gettext_lazy("industries"),
                lookups.taxonomy(Industry, gettext_lazy("industry")).many,
                aliases=("所属行业",),
                help=gettext_lazy("several separated by |"),
                write=lambda row: " | ".join(labelled(i.name, i.code) for i in row.industries.all()),
            ),
            Column(
                "parent",
                gettext_lazy("parent"),
                self._known.one,
                aliases=("上级单位", "母公司"),
                help=gettext_lazy("name or code; it may stand in the same file"),
                write=lambda row: row.parent and labelled(row.parent.name, row.parent.code),
            ),
            Column(
                "holdings",
                gettext_lazy("holdings"),
                self._holdings,
                aliases=("对外持股", "持股"),
                help=gettext_lazy(
                    "name or code and percent of each company held, like 晋钢集团:35 | 太重股份:5.5"
                ),
                write=_write_holdings,
            ),
            Column(
                "founded",
                gettext_lazy("founded"),
                c.whole(1800, 2100),
                aliases=("成立年份",),
                help=gettext_lazy("the year"),
            ),
            Column("website", gettext_lazy("website"), c.website, aliases=("网址",)),
            Column("summary_zh", gettext_lazy("summary"), c.text(2000), aliases=("简介",)),
            Column("summary_en", gettext_lazy("English summary"), c.text(2000)),
        ]

    def to_export(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("region", "parent").prefetch_related("industries", "holdings__held")

    def foresee(self, cells: dict[str, str]) -> None:
        try:
            code = c.credit_code(cells["code"])
        except CellError:
            return
        if code and code not in self.existing["code"] and code not in self._foreseen:
            self._foreseen[code] = -1 - len(self._foreseen)
            self._known.add(self._foreseen[code], code, cells["name_zh"], cells["name_en"])

    def _holdings(self, cell: str) -> list[tuple[int, Decimal]]:
        found: dict[int, Decimal] = {}
        for part in lookups.split(cell):
            name, mark, share = (piece.strip() for piece in re.sub("：", ":", part).rpartition(":"))
            held = self._known.one(name) if mark else None
            if held is None:
                raise CellError(
                    _("“%(part)s” must be a company and its percent, like 晋钢集团:35") % {"part": part}
                )
            if held in found:
                raise CellError(_("“%(name)s” stands twice") % {"name": name})
            found[held] = c.percent(share)
        return list(found.items())

    def check_row(self, values: Values) -> list[tuple[str, str]]:
        own = self._foreseen.get(values["code"])
        problems = []
        if values.get("parent") == own is not None:
            problems.append(("parent", _("an organisation cannot be its own parent")))
        if own in dict(values.get("holdings", ())):
            problems.append(("holdings", _("an organisation cannot hold itself")))
        return problems

    def check_all(self, rows: Sequence[tuple[int, Values]]) -> Iterator[tuple[int, str, str]]:
        parents = {self._foreseen[values["code"]]: values.get("parent") for _row, values in rows}
        circular: set[int] = set()
        settled: set[int] = set()
        for start in parents:
            path: dict[int, None] = {}  # ordered
            here: int | None = start
            while here is not None and here not in settled and here not in path:
                path[here] = None
                here = parents.get(here)
            if here in path:
                circular.update(list(path)[list(path).index(here) :])
            settled.update(path)
        for row, values in rows:
            if self._foreseen[values["code"]] in circular:
                yield row, "parent", _("the parents go round in a circle")

    def write(self, rows: Sequence[Values], *, actor: Any, progress: Progress) -> None:
        ids: dict[int, int] = {}
        for batch in self.batches(rows, progress):
            made = Organisation.objects.bulk_create(
                Organisation(
                    **without(row, "industries", "region", "parent", "holdings"), region_id=row.get("region")
                )
                for row in batch
            )
            ids |= {self._foreseen[o.code]: o.pk for o in made}
            pairs = [(o.pk, i) for o, row in zip(made, batch, strict=True) for i in row.get("industries", [])]
            link(Organisation.industries.through, "organisation_id", "industry_id", pairs)
        for batch in self.batches(rows, lambda done: None):
            self._write_relations(batch, ids)

    def _write_relations(self, rows: Sequence[Values], ids: dict[int, int]) -> None:
        children, holdings = [], []
        for row in rows:
            own = ids[self._foreseen[row["code"]]]
            if (parent := row.get("parent")) is not None:
                children.append(Organisation(pk=own, parent_id=ids.get(parent, parent)))
            for held, share in row.get("holdings", ()):
                holdings.append(Holding(holder_id=own, held_id=ids.get(held, held), percent=share))
        Organisation.objects.bulk_update(children, ["parent"])
        Holding.objects.bulk_create(holdings)


def _write_holdings(row: Any) -> str:
    shares = [(labelled(h.held.name, h.held.code), h.percent.normalize()) for h in row.holdings.all()]
    return " | ".join(f"{name}:{share:f}" for name, share in shares)
