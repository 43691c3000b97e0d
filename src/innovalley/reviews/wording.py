"""Sources of conflicts, needs and reasons for infeasibility as sentences in the reader's language.

What is kept are keys and figures ("o5 holds 30 % of o7"); names are put in when somebody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from innovalley.registry.models import Achievement, Field, Organisation, Person, Team
from innovalley.reviews.models import ConflictRecord, Declaration, ExpertKind

_KEY = re.compile(r"\b(?:(o|p)(\d+)|(team|achievement):(\d+))\b")
_HOLDS = re.compile(r"(o\d+) holds ([\d.]+) % of (o\d+)")
_MODELS: dict[str, Any] = {"o": Organisation, "p": Person, "team": Team, "achievement": Achievement}


class Names:
    """The names behind the keys of some sources; one query for each kind of thing."""

    def __init__(self, texts: Iterable[str]) -> None:
        ids: dict[str, set[int]] = {}
        for text in texts:
            for letter, number, word, other in _KEY.findall(text):
                ids.setdefault(letter or word, set()).add(int(number or other))
        self._names: dict[tuple[str, int], str] = {}
        for kind, wanted in ids.items():
            for row in _MODELS[kind].objects.filter(pk__in=wanted):
                self._names[kind, row.pk] = str(row)

    def of(self, key: str) -> str:
        """The name behind "o5", "p7", "team:3" or "achievement:9"; a dash for one that is gone."""
        found = _KEY.fullmatch(key)
        if found is None:
            return key
        letter, number, word, other = found.groups()
        return self._names.get((letter or word, int(number or other)), "–")


def source_sentence(record: ConflictRecord, names: Names) -> str:
    """Where a conflict is recorded, for officers."""
    source = record.source
    if source == "registry":
        return _("by the registry")
    if source == "seat":
        return _("declared by the expert in answer to an invitation")
    if source == "officer":
        return _("declared by the officer")
    if source.startswith("until "):
        return _("worked there until %(date)s") % {"date": source.removeprefix("until ")}
    if found := _HOLDS.fullmatch(source):
        holder, percent, held = found.groups()
        if float(percent) == 100:
            return _("%(holder)s is the parent of %(held)s") % {
                "holder": names.of(holder), "held": names.of(held),
            }  # fmt: skip
        return _("%(holder)s holds %(percent)s %% of %(held)s") % {
            "holder": names.of(holder), "percent": percent, "held": names.of(held),
        }  # fmt: skip
    if source.startswith("both belong to "):
        return _("both belong to %(organisation)s") % {
            "organisation": names.of(source.removeprefix("both belong to "))
        }
    if source.startswith("team:"):
        return _("both in the team “%(team)s”") % {"team": names.of(source)}
    if source.startswith("achievement:"):
        return _("both behind “%(achievement)s”") % {"achievement": names.of(source)}
    if source in Declaration.Kind.values:
        return str(Declaration.Kind(source).label)
    return source


def need_words(attribute: str, value: str) -> str:
    """A need as people say it: "finance experts", "experts from outside the province"."""
    if attribute == "outside":
        return _("experts from outside the province")
    if attribute == "kind" and value in ExpertKind.values:
        return _("experts for “%(kind)s”") % {"kind": ExpertKind(value).label}
    if attribute == "field":
        field = Field.objects.filter(path=value).first() if value else None
        return (
            _("experts of the field %(field)s") % {"field": field}
            if field
            else _("experts of the item's field")
        )
    return f"{attribute} {value}".strip()


def _group_words(group: str, organisations: Mapping[int, str]) -> str:
    attribute, _equals, value = group.partition("=")
    if attribute == "org":
        return _("experts of %(organisation)s") % {"organisation": organisations.get(int(value), value)}
    kind, _colon, of = attribute.partition(":")
    return need_words(kind, of)


def relaxation_sentences(diagnosis: Mapping[str, Any], items: Mapping[int, str]) -> list[str]:
    """What would have to give way, each as a sentence; `items` has labels by id."""
    rows: list[dict[str, Any]] = diagnosis["relaxations"]
    experts = {
        person.pk: person.name
        for person in Person.objects.filter(pk__in={int(row["expert"]) for row in rows if row["expert"]})
    }
    wanted = {int(r["group"].partition("=")[2]) for r in rows if r["group"].startswith("org=")}
    organisations = {each.pk: each.name for each in Organisation.objects.filter(pk__in=wanted)}
    sentences = []
    for row in rows:
        places = {
            "item": items.get(int(row["item"]), "–") if row["item"] else "",
            "expert": experts.get(int(row["expert"]), "–") if row["expert"] else "",
            "group": _group_words(row["group"], organisations) if row["group"] else "",
            "limit": row["limit"],
            "by": row["by"],
            "more": row["limit"] + row["by"],
            "less": row["limit"] - row["by"],
        }
        sentences.append(_relaxation(row["rule"]) % places)
    return sentences


def _relaxation(rule: str) -> str:
    return {
        "max_load": _("let %(expert)s take %(more)s items instead of at most %(limit)s"),
        "min_load": _("let %(expert)s take %(less)s items instead of at least %(limit)s"),
        "group_limit": _("allow %(more)s %(group)s in the panel of %(item)s instead of %(limit)s"),
        "need": _("accept %(less)s %(group)s in the panel of %(item)s instead of %(limit)s"),
        "lock": _("release %(expert)s from the panel of %(item)s"),
        "panel_size": _(
            "make the panel of %(item)s %(less)s experts instead of %(limit)s, or find %(by)s more for it"
        ),
        "conflict": _("set aside the conflict of %(expert)s with %(item)s"),
    }[rule]


def alternative_sentences(diagnosis: Mapping[str, Any]) -> list[str]:
    """One change for everybody that would do, each as a sentence."""
    sentences = []
    for rule, value in diagnosis["alternatives"]:
        name, _space, attribute = rule.partition(" ")
        text = {
            "max_load": _("at most %(value)s reviews an expert"),
            "min_load": _("at least %(value)s reviews an expert"),
            "panel_size": _("%(value)s experts a panel"),
            "group_limit": _("up to %(value)s experts of one organisation in a panel"),
        }.get(name)
        sentences.append((text or f"{name} {attribute} %(value)s") % {"value": value})
    return sentences
