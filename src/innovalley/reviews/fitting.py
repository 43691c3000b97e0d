"""How well experts fit items: matched by what they have achieved, computed once for a round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import exp

from django.db import transaction
from django.utils import timezone

from innovalley.engine.matching import Demand, Matcher, Supply
from innovalley.registry.models import Achievement, Team, TeamMember
from innovalley.reviews import planning
from innovalley.reviews.models import ExpertProfile, Fit, Item, Round
from innovalley.reviews.needs import is_related
from innovalley.reviews.subjects import Content, subject

KEPT = 100  # experts kept for an item, besides those that a panel may need whatever their fit
DENSE = 60_000  # pairs up to which every expert is kept for every item
BASE = Decimal("0.0500")  # of an expert of whom nothing related is known
SAME_FIELD = Decimal("0.2500")
_PLACES = Decimal("0.0001")


def fit_round(round_id: int) -> int:
    """Writes the fits of all items of a round; returns how many.

    The best achievements of an expert's teams decide (engine.matching), scaled to 0…1; the declared fields lift
    those of whom no achievement is known.
    """
    round = Round.objects.get(pk=round_id)
    items = list(round.items.order_by("number"))
    experts = planning.pool()
    contents = subject(round.subject_type).contents([item.subject_id for item in items]) if items else {}
    supply = _supply(experts)
    matcher = Matcher.fit(supply) if supply else None
    dense = len(items) * len(experts) <= DENSE
    rows: list[Fit] = []
    for item in items:
        content = contents.get(item.subject_id, Content(""))
        found = _scores(matcher, item, content, len(experts)) if matcher else {}
        rows += _rows(item, content, experts, found, dense=dense)
    with transaction.atomic():
        Round.objects.select_for_update(of=("self",)).get(pk=round_id)
        Fit.objects.filter(item__round=round).delete()
        Fit.objects.bulk_create(rows, batch_size=2000)
        Round.objects.filter(pk=round_id).update(fits_ready_at=timezone.now())
    return len(rows)


def _supply(experts: Sequence[ExpertProfile]) -> list[Supply]:
    """What each expert can show: the achievements of own teams, and the own summary."""
    persons = {profile.person_id: profile for profile in experts}
    teams: dict[int, set[int]] = defaultdict(set)
    for person, team in TeamMember.objects.filter(person__in=persons).values_list("person_id", "team_id"):
        teams[team].add(person)
    for team, leader in Team.objects.filter(leader__in=persons).values_list("pk", "leader_id"):
        teams[team].add(leader)
    supply = [
        Supply(
            id=f"p{pk}",
            title=", ".join(field.name_zh for field in profile.fields.all()),
            text=profile.person.summary_zh,
            owner=str(pk),
            field=next((str(field.path) for field in profile.fields.all()), ""),
        )
        for pk, profile in persons.items()
        if profile.person.summary_zh
    ]
    rows = Achievement.objects.filter(team__in=teams).order_by("pk")
    for pk, title, text, team, path in rows.values_list("pk", "title", "text", "team_id", "field__path"):
        supply += [
            Supply(id=f"a{pk}-{person}", title=title, text=text, owner=str(person), field=path or "")
            for person in sorted(teams[team])
        ]
    return supply


def _scores(
    matcher: Matcher, item: Item, content: Content, top: int
) -> Mapping[int, tuple[float, list[int]]]:
    """By person: the score and the achievements that count."""
    asked = Demand(str(item.pk), content.title, content.text, content.field, content.specs)
    found = {}
    for owner in matcher.rank_owners(asked, top=top):
        evidence = [int(each[1:].partition("-")[0]) for each in owner.evidence if each.startswith("a")]
        found[int(owner.owner)] = (owner.score, evidence)
    return found


def _rows(
    item: Item,
    content: Content,
    experts: Sequence[ExpertProfile],
    found: Mapping[int, tuple[float, list[int]]],
    *,
    dense: bool,
) -> list[Fit]:
    best = sorted(found, key=lambda person: (-found[person][0], person))
    kept = {profile.person_id for profile in experts} if dense else set(best[:KEPT])
    rows = []
    for profile in experts:
        person = profile.person_id
        own = [str(field.path) for field in profile.fields.all()]
        in_field = bool(content.field) and any(is_related(content.field, path) for path in own)
        if person not in kept and not in_field and profile.kinds == ["technical"] and not profile.is_outside:
            continue
        value = SAME_FIELD if in_field else BASE
        evidence: list[int] = []
        if person in found:
            score, evidence = found[person]
            value = max(value, scaled(score))
        rows.append(Fit(item=item, expert_id=person, value=value, evidence=evidence))
    return rows


def scaled(score: float) -> Decimal:
    """A score of the matching (0 is the average candidate) as a fit between 0 and 1."""
    score = max(-30.0, min(30.0, score))
    return Decimal(repr(1 / (1 + exp(1.5 - score)))).quantize(_PLACES)
