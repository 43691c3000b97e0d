"""What the page of one team, achievement, organisation or person reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Value, When
from django.utils.translation import get_language

from innovalley.engine.specs import find, format_spec
from innovalley.engine.specs.model import Spec
from innovalley.registry import queries
from innovalley.registry.models import Achievement, Field, Holding, Organisation, Person, Taxon, Team

SHOWN = 8  # achievements or teams on a page of something else; their list has them all
MORE_IN_FIELD = 5
CHIPS = 3  # specs in a line about an achievement
_MAX_HEIGHT = 10  # parents above parents; more is a circle in the making


_MOST_READY = (F("trl").desc(nulls_last=True), F("year").desc(nulls_last=True), "pk")


# Teams ------------------------------------------------------------------------------------------------


def members(team: Team) -> list[Person]:
    """The persons of a team, its leader first. Never their addresses: the page is public."""
    is_leader = When(pk=team.leader_id, then=Value(0))
    return list(
        Person.objects.filter(teams=team)
        .defer("email", "phone")
        .select_related("organisation")
        .order_by(Case(is_leader, default=Value(1), output_field=IntegerField()), "name_zh", "pk")
    )


def best_achievements(**owner: int) -> list[Achievement]:
    """The first SHOWN achievements of a team or an organisation, the most ready first."""
    rows = queries.achievements(**owner)  # type: ignore[arg-type]
    return with_chips(rows.order_by(*_MOST_READY)[:SHOWN])


def levels(**owner: int) -> dict[int, int]:
    """How many achievements of a team or an organisation stand at each technology readiness level."""
    rows = Achievement.objects.filter(**owner).exclude(trl=None).order_by()
    return dict(rows.values_list("trl").annotate(n=Count("pk")))


# Achievements -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `spec` says in short what it states, "" for plain text."""

    text: str
    spec: str = ""
    number: int = 0


def specs_in(achievement: Achievement) -> list[Spec]:
    """The specs in the reader's language.

    Those that are kept refer to the original text; of an English text they are found anew, so that names and
    places are those of that text. What was typed by hand stays.
    """
    kept = [row for row in achievement.specs.all()]
    if get_language() != "en" or not achievement.text_en:
        return [row.spec for row in kept]
    return [*find(achievement.text_en), *(row.spec for row in kept if not row.found and row.end == 0)]


def pieces(text: str, specs: Sequence[Spec]) -> list[Piece]:
    """`text` cut where `specs` stand in it; one that overlaps an earlier one, or lies outside, is not marked."""
    cut: list[Piece] = []
    at = 0
    numbered = sorted(enumerate(specs, start=1), key=lambda each: (each[1].start, -each[1].end))
    for number, spec in numbered:
        if not at <= spec.start < spec.end <= len(text):
            continue
        cut += [Piece(text[at : spec.start]), Piece(text[spec.start : spec.end], written(spec), number)]
        at = spec.end
    cut.append(Piece(text[at:]))
    return [piece for piece in cut if piece.text]


def numbered(specs: Sequence[Spec], marked: Iterable[Piece]) -> list[tuple[int, str]]:
    """The specs that name what they measure (all, when none does), in one line each.

    Each has the number of its piece in `marked`; 0 when it stands nowhere in the text.
    """
    places = {piece.number for piece in marked}
    lines = [
        (number if number in places else 0, written(spec), bool(spec.quantity))
        for number, spec in enumerate(specs, start=1)
    ]
    has_named = any(is_named for _number, _line, is_named in lines)
    return [(number, line) for number, line, is_named in lines if is_named or not has_named]


def with_chips(rows: Iterable[Achievement]) -> list[Achievement]:
    """`rows`, each with `chips`: its first CHIPS specs that name what they measure, in one line each.

    An English reader gets those of an English text on the achievement's page only, where they are found anew.
    """
    found = list(rows)
    for row in found:
        is_hidden = get_language() == "en" and row.text_en
        named = [] if is_hidden else [spec.spec for spec in row.specs.all() if spec.quantity]
        row.chips = [written(spec) for spec in named[:CHIPS]]  # type: ignore[attr-defined]
    return found


def written(spec: Spec) -> str:
    """A spec in one line, in the reader's language."""
    return format_spec(spec, "en" if get_language() == "en" else "zh")


def more_in_field(achievement: Achievement) -> list[Achievement]:
    """A few achievements of other teams in the same field, the most ready first."""
    if achievement.field_id is None:
        return []
    rows = Achievement.objects.filter(field=achievement.field_id).exclude(pk=achievement.pk)
    if achievement.team_id is not None:
        rows = rows.exclude(team=achievement.team_id)
    rows = rows.select_related("team", "organisation").prefetch_related("specs")
    return with_chips(rows.order_by(*_MOST_READY)[:MORE_IN_FIELD])


# Organisations ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relative:
    """An organisation beside another in the tree; `percent` of the shares, None for a parent or subsidiary."""

    organisation: Organisation
    percent: Decimal | None = None

    @property
    def share(self) -> str:
        """The percent as people write it, "35.5 %"; "" when there are no shares."""
        return "" if self.percent is None else f"{self.percent.normalize():f} %"


@dataclass(frozen=True, slots=True)
class Family:
    """Who stands above and below an organisation: its parents from the top, and who holds shares in whom."""

    parents: Sequence[Organisation]
    holders: Sequence[Relative]
    below: Sequence[Relative]

    def __bool__(self) -> bool:
        return bool(self.parents or self.holders or self.below)


def family(organisation: Organisation) -> Family:
    """The tree around `organisation`, four queries. A subsidiary in which it holds shares stands there once."""
    shares = dict(Holding.objects.filter(holder=organisation).values_list("held", "percent"))
    children = Organisation.objects.filter(parent=organisation, merged_into=None)
    held = Organisation.objects.filter(pk__in=shares) if shares else Organisation.objects.none()
    below = {each.pk: each for each in (*children.order_by("name_zh", "pk"), *held.order_by("name_zh", "pk"))}
    holders = Holding.objects.filter(held=organisation).select_related("holder").order_by("-percent", "pk")
    return Family(
        parents=_parents(organisation),
        holders=[Relative(each.holder, each.percent) for each in holders],
        below=[Relative(each, shares.get(pk)) for pk, each in below.items()],
    )


def _parents(organisation: Organisation) -> list[Organisation]:
    if organisation.parent_id is None:
        return []
    table = Organisation._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE above (id, parent_id, height) AS (
                SELECT id, parent_id, 1 FROM {table} WHERE id = %s
                UNION ALL
                SELECT o.id, o.parent_id, height + 1 FROM {table} o JOIN above ON o.id = above.parent_id
                WHERE height < %s
            )
            SELECT id FROM above ORDER BY height DESC
            """,  # noqa: S608  only a table name of ours is put in
            [organisation.parent_id, _MAX_HEIGHT],
        )
        ids = [row[0] for row in cursor.fetchall()]
    by_id = Organisation.objects.in_bulk(ids)
    return [by_id[pk] for pk in dict.fromkeys(ids) if pk != organisation.pk]


# Places in trees --------------------------------------------------------------------------------------


def way_to(taxon: Taxon | None) -> list[Any]:
    """The places from the root of its tree to `taxon`, itself included; one query."""
    if taxon is None:
        return []
    labels = str(taxon.path).split(".")
    paths = [".".join(labels[: n + 1]) for n in range(len(labels))]
    return list(type(taxon).objects.filter(path__in=paths).order_by("path"))


def ways_to(fields: Iterable[Field]) -> list[list[Any]]:
    """`way_to` for each of `fields`; one query for all."""
    paths = [str(field.path).split(".") for field in fields]
    wanted = {".".join(labels[: n + 1]) for labels in paths for n in range(len(labels))}
    by_path = {str(place.path): place for place in Field.objects.filter(path__in=wanted)}
    ways = [[".".join(labels[: n + 1]) for n in range(len(labels))] for labels in paths]
    return [[by_path[path] for path in way if path in by_path] for way in ways]
