"""Moves all that points to one row over to another row of its kind, whatever room it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

_KEPT_IDS = 500  # of each relation, in the ledger


class CannotMergeError(Exception):
    """The two cannot be merged; the message says why."""


@dataclass(slots=True)
class Relation:
    """What became of the rows of one relation.

    model, column  which ("registry.team", "organisation")
    label          the same for people, translated
    moved          how many point to the kept row now
    dropped        how many are gone, since the kept row had the same already
    cleared        how many point nowhere now, since they would have pointed to themselves
    ids            of the moved rows, at most _KEPT_IDS
    """

    model: str
    column: str
    label: str
    moved: int = 0
    dropped: int = 0
    cleared: int = 0
    ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What a merge moves and fills; `filled` gives columns of the kept row that were empty, with their new values."""

    relations: list[Relation] = field(default_factory=list)
    filled: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the ledger."""
        relations = [
            {name: getattr(each, name) for name in ("model", "column", "moved", "dropped", "cleared", "ids")}
            for each in self.relations
        ]
        return {"relations": relations, "filled": self.filled}


def merge_into(keep: models.Model, other: models.Model) -> Outcome:
    """Moves what points to `other` over to `keep`, fills keep's empty columns, and marks `other` as merged.

    To be called in a transaction that has locked both rows.

    Raises:
        CannotMergeError: something would be lost with a row that cannot move.
    """
    outcome = Outcome()
    for relation in _relations(type(keep)):
        moved = _move(relation, keep, other)
        if moved.moved or moved.dropped or moved.cleared:
            outcome.relations.append(moved)
    keep.refresh_from_db()
    other.refresh_from_db()
    outcome.filled = _fill(keep, other)
    return outcome


def _relations(model: type[models.Model]) -> list[Any]:
    """Every foreign key that points to `model`, those of hidden many-to-many tables too."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
    ]


def _move(relation: Any, keep: models.Model, other: models.Model) -> Relation:
    model, name = relation.related_model, relation.field.name
    rows = model._base_manager.filter(**{name: other.pk})
    outcome = Relation(model._meta.label_lower, name, _label(relation))
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return outcome
    try:
        with transaction.atomic():
            rows.update(**{name: keep.pk})
        outcome.moved, outcome.ids = len(ids), ids[:_KEPT_IDS]
        return outcome
    except IntegrityError:  # some of them clash: one by one
        pass
    for pk in ids:
        _move_one(model._base_manager.get(pk=pk), relation.field, keep, outcome)
    return outcome


def _move_one(row: models.Model, key: Any, keep: models.Model, outcome: Relation) -> None:
    rows = type(row)._base_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            rows.update(**{key.name: keep.pk})
        outcome.moved += 1
        outcome.ids.append(row.pk)
    except IntegrityError:
        if key.null:
            rows.update(**{key.name: None})
            outcome.cleared += 1
        else:
            _drop(row)
            outcome.dropped += 1


def _drop(row: models.Model) -> None:
    """Removes a row that says what the kept one's row says already; never one that others point to."""
    for relation in _relations(type(row)):
        if relation.related_model._base_manager.filter(**{relation.field.name: row.pk}).exists():
            raise CannotMergeError(
                _("both have a %(what)s of which only one can stay, and more hangs on it: “%(row)s”")
                % {"what": row._meta.verbose_name, "row": row}
            )
    row.delete()


def _label(relation: Any) -> str:
    model, key = relation.related_model, relation.field
    if model._meta.auto_created:  # the hidden table of a many-to-many field
        owner = model._meta.auto_created
        field = next(f for f in owner._meta.many_to_many if f.remote_field.through is model)
        return str(field.verbose_name)
    return _("%(what)s (%(relation)s)") % {"what": model._meta.verbose_name, "relation": key.verbose_name}


def _fill(keep: models.Model, other: models.Model) -> dict[str, str]:
    """Gives `keep` what only `other` has; what must be unique leaves `other`."""
    filled: dict[str, str] = {}
    left: list[str] = []
    for column in keep._meta.concrete_fields:
        value = getattr(other, column.attname)
        if column.primary_key or column.name == "merged_into" or value in (None, "", False):
            continue
        if getattr(keep, column.attname) not in (None, ""):
            continue
        if column.remote_field and column.related_model is type(keep) and value == keep.pk:
            continue  # the kept row is not its own parent
        setattr(keep, column.attname, value)
        filled[column.name] = str(value)
        if _is_unique(column):
            setattr(other, column.attname, None if column.null else "")
            left.append(column.attname)
    other.merged_into_id = keep.pk  # type: ignore[attr-defined]
    other.save(update_fields=[*left, "merged_into_id"])
    keep.save(update_fields=[*filled])
    return filled


def _is_unique(column: Any) -> bool:
    constraints = column.model._meta.constraints
    return bool(column.unique) or any(
        isinstance(each, models.UniqueConstraint) and tuple(each.fields) == (column.name,)
        for each in constraints
    )
