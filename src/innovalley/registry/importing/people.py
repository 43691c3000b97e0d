"""Import of persons and teams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from innovalley.registry.importing import columns as c
from innovalley.registry.importing import lookups
from innovalley.registry.importing.columns import Column
from innovalley.registry.importing.kinds import ImportKind, Progress, Values, link, register, without
from innovalley.registry.importing.lookups import Lookup, labelled
from innovalley.registry.models import Field, Person, Team, TeamMember


def organisation_of(row: Any) -> str:
    """The cell that names a row's organisation."""
    return labelled(row.organisation.name, row.organisation.code)


def persons() -> Lookup:
    """A lookup over the persons by their numbers; one that was merged into another stands for the other."""

    def names() -> Iterator[tuple[int, Iterable[str]]]:
        rows = Person.objects.exclude(key="").annotate(kept=Coalesce(F("merged_into"), F("pk")))
        for pk, key in rows.order_by().values_list("kept", "key"):
            yield pk, (key,)

    return Lookup(gettext_lazy("person number"), names)


@register
class Persons(ImportKind):
    name = "person"
    title = gettext_lazy("Persons")
    model = Person
    identity = "key"
    list_address = "persons"
    also_unique = ("orcid",)

    def make_columns(self) -> list[Column]:
        return [
            Column(
                "key", gettext_lazy("number"), c.line(40), required=True, aliases=("id", "编号", "人员编号")
            ),
            Column("name_zh", gettext_lazy("full name"), c.line(60), required=True),
            Column("name_en", gettext_lazy("English name"), c.line(80)),
            Column(
                "organisation",
                gettext_lazy("organisation"),
                lookups.organisations().one,
                required=True,
                aliases=("所在单位", "工作单位"),
                write=organisation_of,
            ),
            Column("title", gettext_lazy("professional title"), c.line(40), aliases=("职称",)),
            Column("email", gettext_lazy("e-mail address"), c.email, aliases=("邮箱", "email"), private=True),
            Column("phone", gettext_lazy("telephone"), c.line(30), aliases=("电话", "手机"), private=True),
            Column("orcid", "ORCID", c.orcid),
            Column(
                "fields",
                gettext_lazy("fields"),
                lookups.taxonomy(Field, gettext_lazy("field")).many,
                aliases=("研究领域",),
                help=gettext_lazy("several separated by |"),
                write=lambda row: " | ".join(labelled(f.name, f.code) for f in row.fields.all()),
            ),
            Column("summary_zh", gettext_lazy("summary"), c.text(2000), aliases=("简介",)),
        ]

    def to_export(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("organisation").prefetch_related("fields")

    def write(self, rows: Sequence[Values], *, actor: Any, progress: Progress) -> None:
        for batch in self.batches(rows, progress):
            made = Person.objects.bulk_create(
                Person(**without(row, "fields", "organisation"), organisation_id=row["organisation"])
                for row in batch
            )
            pairs = [(p.pk, f) for p, row in zip(made, batch, strict=True) for f in row.get("fields", [])]
            link(Person.fields.through, "person_id", "field_id", pairs)


@register
class Teams(ImportKind):
    name = "team"
    title = gettext_lazy("Teams")
    model = Team
    identity = "key"
    list_address = "teams"
    changes_supply = True

    def make_columns(self) -> list[Column]:
        by_key = persons()
        return [
            Column(
                "key", gettext_lazy("number"), c.line(40), required=True, aliases=("id", "编号", "团队编号")
            ),
            Column("name_zh", gettext_lazy("name"), c.line(120), required=True, aliases=("团队名称",)),
            Column("name_en", gettext_lazy("English name"), c.line(160)),
            Column(
                "organisation",
                gettext_lazy("organisation"),
                lookups.organisations().one,
                required=True,
                aliases=("依托单位", "所在单位"),
                write=organisation_of,
            ),
            Column(
                "leader",
                gettext_lazy("leader"),
                by_key.one,
                aliases=("负责人编号",),
                help=gettext_lazy("the person's number"),
                write=lambda row: row.leader and labelled(row.leader.name, row.leader.key),
            ),
            Column(
                "members",
                gettext_lazy("members"),
                by_key.many,
                aliases=("成员编号",),
                help=gettext_lazy("the persons' numbers, separated by |"),
                write=lambda row: " | ".join(
                    labelled(m.person.name, m.person.key) for m in row.exported_members
                ),
            ),
            Column(
                "field",
                gettext_lazy("field"),
                lookups.taxonomy(Field, gettext_lazy("field")).one,
                aliases=("技术领域", "所属领域"),
                write=lambda row: row.field and labelled(row.field.name, row.field.code),
            ),
            Column("summary_zh", gettext_lazy("summary"), c.text(2000), aliases=("简介",)),
            Column("summary_en", gettext_lazy("English summary"), c.text(2000)),
        ]

    def to_export(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        members = TeamMember.objects.select_related("person").order_by("pk")
        return rows.select_related("organisation", "leader", "field").prefetch_related(
            Prefetch("teammember_set", queryset=members, to_attr="exported_members")
        )

    def write(self, rows: Sequence[Values], *, actor: Any, progress: Progress) -> None:
        for batch in self.batches(rows, progress):
            made = Team.objects.bulk_create(
                Team(
                    **without(row, "members", "organisation", "leader", "field"),
                    organisation_id=row["organisation"],
                    leader_id=row.get("leader"),
                    field_id=row.get("field"),
                )
                for row in batch
            )
            pairs = [
                (team.pk, person)
                for team, row in zip(made, batch, strict=True)
                for person in [*filter(None, [row.get("leader")]), *row.get("members", [])]
            ]
            link(TeamMember, "team_id", "person_id", pairs)
