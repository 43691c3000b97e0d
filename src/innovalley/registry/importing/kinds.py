"""What can be imported: the columns of each kind, and how checked rows become rows of the registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from innovalley.engine.specs import find
from innovalley.registry.importing import columns as c
from innovalley.registry.importing.columns import CellError, Column, Lookup
from innovalley.registry.models import (
    Achievement,
    AchievementSpec,
    Field,
    Industry,
    Organisation,
    Person,
    Region,
    Team,
    TeamMember,
)

BATCH = 500
Values = dict[str, Any]
Progress = Callable[[int], None]


class ImportKind(ABC):
    """One kind of table. A new object is made for each check, since it holds what the registry knows now.

    `columns` are its columns; `identity` names the column that tells rows apart.
    """

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    model: ClassVar[type[models.Model]]
    identity: ClassVar[str]

    def __init__(self) -> None:
        self.columns: list[Column] = self.make_columns()
        self.existing: dict[str, int] = self.find_existing()

    @abstractmethod
    def make_columns(self) -> list[Column]:
        """The columns, with lookups into the registry as it stands."""

    @abstractmethod
    def find_existing(self) -> dict[str, int]:
        """The identities that the registry already has, with the ids of their rows."""

    @abstractmethod
    def write(self, rows: Sequence[Values], progress: Progress) -> None:
        """Writes checked rows (inside the caller's transaction); tells `progress` how many are done."""

    def check_row(self, values: Values) -> list[tuple[str, str]]:
        """Problems that concern several columns of one row: pairs of column name and message."""
        return []

    def foresee(self, cells: dict[str, str]) -> None:  # noqa: B027  (most kinds need no look ahead)
        """Lets a row refer to another row of the same file (a parent, say); called for every row first."""


KINDS: dict[str, type[ImportKind]] = {}


def register(kind: type[ImportKind]) -> type[ImportKind]:
    """Makes a kind importable (class decorator); rooms above the registry add theirs."""
    KINDS[kind.name] = kind
    return kind


def lookup(model: Any, what: str | Promise) -> Lookup:
    """A lookup over a taxonomy by code and names."""
    return Lookup(what, ((t.pk, (t.code, t.name_zh, t.name_en)) for t in model.objects.all()))


def organisation_lookup() -> Lookup:
    """A lookup over the organisations that are not merged into others."""
    rows = Organisation.objects.filter(merged_into=None).values_list("pk", "code", "name_zh", "name_en")
    return Lookup(lazy("organisation"), ((pk, names) for pk, *names in rows))


def _batches(rows: Sequence[Values], progress: Progress) -> Any:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
        progress(min(start + BATCH, len(rows)))


def _link(through: Any, left: str, right: str, pairs: list[tuple[int, int]]) -> None:
    through.objects.bulk_create([through(**{left: a, right: b}) for a, b in dict.fromkeys(pairs)])


@register
class Organisations(ImportKind):
    name = "organisation"
    title = lazy("Organisations")
    model = Organisation
    identity = "code"

    def make_columns(self) -> list[Column]:
        self._known = organisation_lookup()
        self._in_file: set[str] = set()
        return [
            Column(
                "code", lazy("unified social credit code"), c.credit_code, required=True, aliases=("uscc",)
            ),
            Column("name_zh", lazy("name"), c.text(120), required=True, aliases=("单位名称", "企业名称")),
            Column("name_en", lazy("English name"), c.text(160)),
            Column(
                "kind",
                lazy("kind"),
                c.choice(Organisation.Kind.choices),
                required=True,
                aliases=("单位类型",),
            ),
            Column("scale", lazy("scale"), c.choice(Organisation.Scale.choices), aliases=("企业规模",)),
            Column("region", lazy("region"), lookup(Region, lazy("region")).one, aliases=("所在地区",)),
            Column(
                "industries",
                lazy("industries"),
                lookup(Industry, lazy("industry")).many,
                aliases=("所属行业",),
            ),
            Column("parent", lazy("parent"), self._parent, aliases=("上级单位", "母公司")),
            Column("founded", lazy("founded"), c.whole(1800, 2100), aliases=("成立年份",)),
            Column("summary_zh", lazy("summary"), c.text(2000), aliases=("简介",)),
            Column("summary_en", lazy("English summary"), c.text(2000)),
        ]

    def find_existing(self) -> dict[str, int]:
        return dict(Organisation.objects.exclude(code="").values_list("code", "pk"))

    def foresee(self, cells: dict[str, str]) -> None:
        self._in_file.update(c.fold(cells.get(name, "")) for name in ("code", "name_zh", "name_en"))

    def _parent(self, cell: str) -> str:
        if cell and c.fold(cell) not in self._in_file:
            self._known.one(cell)  # raises when neither the file nor the registry knows it
        return cell

    def write(self, rows: Sequence[Values], progress: Progress) -> None:
        for batch in _batches(rows, progress):
            made = Organisation.objects.bulk_create(
                Organisation(
                    **{k: v for k, v in row.items() if k not in ("industries", "region", "parent")},
                    region_id=row.get("region"),
                )
                for row in batch
            )
            pairs = [(o.pk, i) for o, row in zip(made, batch, strict=True) for i in row.get("industries", [])]
            _link(Organisation.industries.through, "organisation_id", "industry_id", pairs)
        self._set_parents(rows)

    def _set_parents(self, rows: Sequence[Values]) -> None:
        known = organisation_lookup()  # now with the rows of this file
        children = {row["code"]: row["parent"] for row in rows if row.get("parent")}
        organisations = list(Organisation.objects.filter(code__in=children))
        for organisation in organisations:
            organisation.parent_id = known.one(children[organisation.code])
        Organisation.objects.bulk_update(organisations, ["parent"], batch_size=BATCH)


@register
class Persons(ImportKind):
    name = "person"
    title = lazy("Persons")
    model = Person
    identity = "key"

    def make_columns(self) -> list[Column]:
        return [
            Column("key", lazy("number"), c.text(40), required=True, aliases=("id", "编号", "人员编号")),
            Column("name_zh", lazy("name"), c.text(60), required=True, aliases=("姓名",)),
            Column("name_en", lazy("English name"), c.text(80)),
            Column("organisation", lazy("organisation"), organisation_lookup().one, required=True),
            Column("title", lazy("professional title"), c.text(40), aliases=("职称",)),
            Column("email", lazy("e-mail address"), c.email, aliases=("邮箱", "email")),
            Column("phone", lazy("telephone"), c.text(30), aliases=("电话", "手机")),
            Column("fields", lazy("fields"), lookup(Field, lazy("field")).many, aliases=("研究领域",)),
            Column("summary_zh", lazy("summary"), c.text(2000), aliases=("简介",)),
        ]

    def find_existing(self) -> dict[str, int]:
        return dict(Person.objects.exclude(key="").values_list("key", "pk"))

    def write(self, rows: Sequence[Values], progress: Progress) -> None:
        for batch in _batches(rows, progress):
            made = Person.objects.bulk_create(
                Person(
                    **{k: v for k, v in row.items() if k not in ("fields", "organisation")},
                    organisation_id=row["organisation"],
                )
                for row in batch
            )
            pairs = [(p.pk, f) for p, row in zip(made, batch, strict=True) for f in row.get("fields", [])]
            _link(Person.fields.through, "person_id", "field_id", pairs)


@register
class Teams(ImportKind):
    name = "team"
    title = lazy("Teams")
    model = Team
    identity = "key"

    def make_columns(self) -> list[Column]:
        persons = Person.objects.filter(merged_into=None).values_list("pk", "key")
        by_key = Lookup(lazy("person number"), ((pk, (key,)) for pk, key in persons))
        return [
            Column("key", lazy("number"), c.text(40), required=True, aliases=("id", "编号", "团队编号")),
            Column("name_zh", lazy("name"), c.text(120), required=True, aliases=("团队名称",)),
            Column("name_en", lazy("English name"), c.text(160)),
            Column("organisation", lazy("organisation"), organisation_lookup().one, required=True),
            Column("leader", lazy("leader"), by_key.one, aliases=("负责人编号",)),
            Column("members", lazy("members"), by_key.many, aliases=("成员编号",)),
            Column("field", lazy("field"), lookup(Field, lazy("field")).one),
            Column("summary_zh", lazy("summary"), c.text(2000), aliases=("简介",)),
            Column("summary_en", lazy("English summary"), c.text(2000)),
        ]

    def find_existing(self) -> dict[str, int]:
        return dict(Team.objects.exclude(key="").values_list("key", "pk"))

    def write(self, rows: Sequence[Values], progress: Progress) -> None:
        for batch in _batches(rows, progress):
            made = Team.objects.bulk_create(
                Team(
                    **{
                        k: v
                        for k, v in row.items()
                        if k not in ("members", "organisation", "leader", "field")
                    },
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
            _link(TeamMember, "team_id", "person_id", pairs)


@register
class Achievements(ImportKind):
    name = "achievement"
    title = lazy("Achievements")
    model = Achievement
    identity = "key"

    def make_columns(self) -> list[Column]:
        teams = list(Team.objects.values_list("pk", "key", "name_zh", "name_en", "organisation_id"))
        self._organisation_of = {pk: organisation for pk, *_names, organisation in teams}
        by_name = Lookup(lazy("team"), ((pk, names) for pk, *names, _organisation in teams))
        return [
            Column("key", lazy("number"), c.text(40), required=True, aliases=("id", "编号", "成果编号")),
            Column("title", lazy("title"), c.text(200), required=True, aliases=("成果名称", "名称")),
            Column("text", lazy("text"), c.text(20000), aliases=("成果简介", "正文", "description")),
            Column("title_en", lazy("English title"), c.text(300)),
            Column("text_en", lazy("English text"), c.text(20000)),
            Column("team", lazy("team"), by_name.one, aliases=("团队编号", "owner")),
            Column("organisation", lazy("organisation"), organisation_lookup().one),
            Column("field", lazy("field"), lookup(Field, lazy("field")).one),
            Column("trl", lazy("technology readiness level"), c.whole(1, 9), aliases=("技术成熟度", "TRL")),
            Column("kind", lazy("kind"), c.choice(Achievement.Kind.choices), aliases=("成果类型",)),
            Column("ip", lazy("intellectual property"), c.text(400), aliases=("专利号",)),
            Column("year", lazy("year"), c.whole(1900, 2100), aliases=("完成年份",)),
        ]

    def find_existing(self) -> dict[str, int]:
        return dict(Achievement.objects.exclude(key="").values_list("key", "pk"))

    def check_row(self, values: Values) -> list[tuple[str, str]]:
        team, organisation = values.get("team"), values.get("organisation")
        if team is None and organisation is None:
            return [("organisation", _("give a team or an organisation"))]
        if team is not None and organisation not in (None, self._organisation_of[team]):
            return [("organisation", _("the team belongs to another organisation"))]
        return []

    def write(self, rows: Sequence[Values], progress: Progress) -> None:
        for batch in _batches(rows, progress):
            made = Achievement.objects.bulk_create(
                Achievement(
                    **{k: v for k, v in row.items() if k not in ("team", "organisation", "field")},
                    team_id=row.get("team"),
                    organisation_id=row.get("organisation") or self._organisation_of[row["team"]],
                    field_id=row.get("field"),
                )
                for row in batch
            )
            AchievementSpec.objects.bulk_create(
                AchievementSpec(
                    achievement=achievement, position=i, found=True, **AchievementSpec.columns_of(spec)
                )
                for achievement in made
                for i, spec in enumerate(find(achievement.text))
            )


__all__ = ["KINDS", "CellError", "ImportKind", "lookup", "organisation_lookup", "register"]
