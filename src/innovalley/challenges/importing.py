"""Import of demands: lists that an office has collected, handed in for vetting like any other demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovalley.challenges.models import Demand, DemandSpec, DemandState
from innovalley.registry.importing import columns as c
from innovalley.registry.importing import lookups
from innovalley.registry.importing.columns import Column
from innovalley.registry.importing.kinds import ImportKind, Progress, Values, register, without
from innovalley.registry.importing.lookups import labelled
from innovalley.registry.importing.people import organisation_of
from innovalley.registry.models import Field, Industry, Organisation, Region

_BUDGETS = {"budget_min": "budget_min_wan", "budget_max": "budget_max_wan"}


@register
class Demands(ImportKind):
    """Imported demands are `submitted`: the office vets and publishes them, so title, text and field are needed.

    A demand without a region gets that of its company.
    """

    name = "demand"
    title = gettext_lazy("Demands")
    model = Demand
    identity = "key"
    list_address = "vetting"
    changes_supply = True

    def make_columns(self) -> list[Column]:
        rights, kinds = c.Choice(Demand.Rights.choices), c.Choice(Demand.Kind.choices)
        return [
            Column(
                "key", gettext_lazy("number"), c.line(40), required=True, aliases=("id", "编号", "需求编号")
            ),
            Column("title", gettext_lazy("title"), c.line(200), required=True, aliases=("需求名称", "名称")),
            Column("summary", gettext_lazy("summary"), c.line(300), aliases=("摘要",)),
            Column(
                "text",
                gettext_lazy("text"),
                c.text(20000),
                required=True,
                aliases=("需求描述", "需求内容", "description"),
            ),
            Column("title_en", gettext_lazy("English title"), c.line(300)),
            Column("text_en", gettext_lazy("English text"), c.text(20000)),
            Column(
                "organisation",
                gettext_lazy("company"),
                lookups.organisations().one,
                required=True,
                aliases=("需求单位", "单位", "企业名称", "统一社会信用代码"),
                help=gettext_lazy("name or code"),
                write=organisation_of,
            ),
            self._place("field", gettext_lazy("field"), Field, required=True, aliases=("所属领域",)),
            self._place("industry", gettext_lazy("industry"), Industry, aliases=("所属行业",)),
            self._place("region", gettext_lazy("region"), Region, aliases=("所在地区",)),
            *self._money(),
            Column(
                "deadline",
                gettext_lazy("deadline"),
                c.date,
                aliases=("截止日期", "需求时限"),
                help=gettext_lazy("like 2027-03-31"),
            ),
            Column(
                "rights",
                gettext_lazy("rights"),
                rights,
                aliases=("知识产权归属",),
                help=rights.offered,
                write=lambda row: row.get_rights_display(),
            ),
            Column(
                "kind",
                gettext_lazy("kind"),
                kinds,
                aliases=("需求类型",),
                help=kinds.offered,
                write=lambda row: row.get_kind_display(),
            ),
        ]

    @staticmethod
    def _place(name: str, title: Any, model: Any, **options: Any) -> Column:
        def write(row: Any) -> str:
            place = getattr(row, name)
            return labelled(place.name, place.code) if place else ""

        return Column(name, title, lookups.taxonomy(model, title).one, write=write, **options)

    @staticmethod
    def _money() -> list[Column]:
        return [
            Column(
                "budget_min",
                gettext_lazy("budget from (yuan)"),
                c.yuan,
                aliases=("预算下限",),
                help=gettext_lazy("like 1200000 or 120万"),
                write=lambda row: c.yuan_of(row.budget_min_fen),
            ),
            Column(
                "budget_max",
                gettext_lazy("budget to (yuan)"),
                c.yuan,
                aliases=("预算上限", "budget", "预算（元）", "预算"),
                help=gettext_lazy("like 1200000 or 120万"),
                write=lambda row: c.yuan_of(row.budget_max_fen),
            ),
            Column("budget_min_wan", gettext_lazy("budget from (10,000 yuan)"), c.wan, exported=False),
            Column(
                "budget_max_wan",
                gettext_lazy("budget to (10,000 yuan)"),
                c.wan,
                aliases=("预算（万元）", "经费预算（万元）", "拟投入经费（万元）"),
                exported=False,
            ),
        ]

    def to_export(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("organisation", "field", "industry", "region")

    def check_row(self, values: Values) -> list[tuple[str, str]]:
        for name, in_wan in _BUDGETS.items():
            if values.get(name) is not None and values.get(in_wan) is not None:
                return [(in_wan, _("the same amount stands in the column in yuan; keep one of the two"))]
        low, high = (_budget(values, name) for name in _BUDGETS)
        if low is not None and high is not None and low > high:
            return [("budget_min", _("is more than the budget's upper end"))]
        return []

    def write(self, rows: Sequence[Values], *, actor: Any, progress: Progress) -> None:
        for batch in self.batches(rows, progress):
            companies = Organisation.objects.filter(pk__in={row["organisation"] for row in batch})
            region_of = dict(companies.order_by().values_list("pk", "region_id"))
            made = Demand.objects.bulk_create(
                Demand(
                    **without(
                        row, "organisation", "field", "industry", "region", *_BUDGETS, *_BUDGETS.values()
                    ),
                    organisation_id=row["organisation"],
                    field_id=row["field"],
                    industry_id=row.get("industry"),
                    region_id=row.get("region") or region_of[row["organisation"]],
                    budget_min_fen=_budget(row, "budget_min"),
                    budget_max_fen=_budget(row, "budget_max"),
                    state=DemandState.SUBMITTED,
                    created_by=actor,
                )
                for row in batch
            )
            DemandSpec.objects.bulk_create(
                DemandSpec(demand=demand, **columns)
                for demand in made
                for columns in DemandSpec.found_in(demand.text)
            )


def _budget(values: Values, name: str) -> int | None:
    """The amount in fen, whichever of the two columns holds it."""
    in_yuan: int | None = values.get(name)
    return in_yuan if in_yuan is not None else values.get(_BUDGETS[name])
