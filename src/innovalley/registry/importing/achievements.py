"""Import of achievements, with the specs that their texts state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovalley.registry.importing import columns as c
from innovalley.registry.importing import lookups
from innovalley.registry.importing.columns import Column
from innovalley.registry.importing.kinds import ImportKind, Progress, Values, register, without
from innovalley.registry.importing.lookups import Lookup, labelled
from innovalley.registry.importing.people import organisation_of
from innovalley.registry.models import Achievement, AchievementSpec, Field, Team


@register
class Achievements(ImportKind):
    name = "achievement"
    title = gettext_lazy("Achievements")
    model = Achievement
    identity = "key"
    list_address = "achievements"
    changes_supply = True

    def make_columns(self) -> list[Column]:
        kinds = c.Choice(Achievement.Kind.choices)
        self._organisation_of: dict[int, int] = {}
        return [
            Column(
                "key", gettext_lazy("number"), c.line(40), required=True, aliases=("id", "编号", "成果编号")
            ),
            Column("title", gettext_lazy("title"), c.line(200), required=True, aliases=("成果名称", "名称")),
            Column("text", gettext_lazy("text"), c.text(20000), aliases=("成果简介", "正文", "description")),
            Column("title_en", gettext_lazy("English title"), c.line(300)),
            Column("text_en", gettext_lazy("English text"), c.text(20000)),
            Column(
                "team",
                gettext_lazy("team"),
                Lookup(gettext_lazy("team"), self._teams).one,
                aliases=("团队编号", "团队名称", "owner"),
                help=gettext_lazy("name or number; a team or an organisation must be given"),
                write=lambda row: row.team and labelled(row.team.name, row.team.key),
            ),
            Column(
                "organisation",
                gettext_lazy("organisation"),
                lookups.organisations().one,
                aliases=("完成单位", "所在单位"),
                write=organisation_of,
            ),
            Column(
                "field",
                gettext_lazy("field"),
                lookups.taxonomy(Field, gettext_lazy("field")).one,
                aliases=("技术领域", "所属领域"),
                write=lambda row: row.field and labelled(row.field.name, row.field.code),
            ),
            Column(
                "trl",
                gettext_lazy("technology readiness level"),
                c.whole(1, 9),
                aliases=("技术成熟度", "TRL"),
                help=gettext_lazy("1 to 9"),
            ),
            Column(
                "kind",
                gettext_lazy("kind"),
                kinds,
                aliases=("成果类型",),
                help=kinds.offered,
                write=lambda row: row.get_kind_display(),
            ),
            Column(
                "ip",
                gettext_lazy("intellectual property"),
                _numbers,
                aliases=("专利号", "知识产权号"),
                help=gettext_lazy("numbers of patents and the like, separated by |"),
            ),
            Column("year", gettext_lazy("year"), c.whole(1900, 2100), aliases=("完成年份",)),
        ]

    def _teams(self) -> Iterator[tuple[int, Iterable[str]]]:
        teams = Team.objects.order_by().values_list("pk", "organisation_id", "key", "name_zh", "name_en")
        for pk, organisation, *names in teams:
            self._organisation_of[pk] = organisation
            yield pk, names

    def to_export(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("team", "organisation", "field")

    def check_row(self, values: Values) -> list[tuple[str, str]]:
        team, organisation = values.get("team"), values.get("organisation")
        if team is None and organisation is None:
            return [("organisation", _("give a team or an organisation"))]
        if team is not None and organisation not in (None, self._organisation_of[team]):
            return [("organisation", _("the team belongs to another organisation"))]
        return []

    def write(self, rows: Sequence[Values], *, actor: Any, progress: Progress) -> None:
        for batch in self.batches(rows, progress):
            made = Achievement.objects.bulk_create(
                Achievement(
                    **without(row, "team", "organisation", "field"),
                    team_id=row.get("team"),
                    organisation_id=row.get("organisation") or self._organisation_of[row["team"]],
                    field_id=row.get("field"),
                )
                for row in batch
            )
            AchievementSpec.objects.bulk_create(
                AchievementSpec(achievement=achievement, **columns)
                for achievement in made
                for columns in AchievementSpec.found_in(achievement.text)
            )


def _numbers(cell: str) -> str:
    return c.line(400)("|".join(lookups.split(cell, commas=True)))
