"""Rounds with their items, experts and reviews for tests, over a kind of objects of their own: organisations.

An organisation stands for a proposal: its name is the open title, its summary what it proposes. That no room
above is needed shows that this one is generic.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from innovalley.accounts.models import Role, User
from innovalley.registry.models import Organisation, Person
from innovalley.reviews import actions, subjects
from innovalley.reviews.actions.reviewing import GivenMark
from innovalley.reviews.models import (
    Criterion,
    ExpertProfile,
    Fit,
    Item,
    Mark,
    Review,
    Round,
    RoundState,
    Rubric,
    Seat,
    SeatState,
)
from tests.registry import factories as registry

TYPE = "registry.organisation"
_number = itertools.count(1)


def register() -> None:
    """Makes organisations reviewable."""
    subjects.register_subject(
        TYPE,
        label="Proposals",
        titles=lambda ids: dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name_zh")),
        parties=_parties,
        contents=_contents,
        blind_view=_view,
        candidates=lambda: dict(Organisation.objects.values_list("pk", "name_zh")[:200]),
    )


def _parties(ids: Iterable[int]) -> Mapping[int, subjects.Parties]:
    found = {pk: (set[int](), {pk}) for pk in ids}
    for pk, organisation in Person.objects.filter(organisation__in=found, title="组长").values_list(
        "pk", "organisation_id"
    ):
        found[organisation][0].add(pk)
    return {
        pk: subjects.Parties(frozenset(persons), frozenset(organisations))
        for pk, (persons, organisations) in found.items()
    }


def _contents(ids: Iterable[int]) -> Mapping[int, subjects.Content]:
    rows = Organisation.objects.filter(pk__in=ids).values_list("pk", "summary_zh", "summary_en")
    return {pk: subjects.Content("方案", text, field) for pk, text, field in rows}


def _view(pk: int) -> subjects.View:
    organisation = Organisation.objects.get(pk=pk)
    return subjects.View(
        title=f"{organisation.name_zh}的方案",
        sections=[subjects.Section("技术路线", organisation.summary_zh)],
        specs=[
            subjects.SpecLine("抗压强度 ≥ 60 MPa", "65 MPa", "met"),
            subjects.SpecLine("寿命 ≥ 8 年", "", "unstated"),
        ],
        tables=[subjects.Table("预算", ["科目", "金额"], [["设备费", "80 万元"]])],
        files=[subjects.File(f"附件 1（{organisation.name_zh}）.pdf", f"/documents/clean/{pk}/")],
    )


def rubric(weights: Iterable[str] = ("60", "40"), **values: Any) -> Rubric:
    made = Rubric.objects.create(title_zh=f"评分标准{next(_number)}", title_en="Rubric")
    names = ["技术先进性", "实施条件", "预期效益", "团队", "经费"]
    Criterion.objects.bulk_create(  # the weights sum to 100 when all are there
        Criterion(
            rubric=made,
            position=position,
            name_zh=names[(position - 1) % len(names)],
            name_en=f"Criterion {position}",
            weight=Decimal(weight),
            levels=[{"value": "8", "zh": "优", "en": "excellent"}, {"value": "0", "zh": "差", "en": "poor"}],
            **values,
        )
        for position, weight in enumerate(weights, start=1)
    )
    return made


def round(**values: Any) -> Round:
    """A draft round, unless `state` says otherwise."""
    state = values.pop("state", RoundState.DRAFT)
    if state != RoundState.DRAFT:
        values = {"seed": 7, "seed_published_at": timezone.now(), "fits_ready_at": timezone.now(), **values}
    if "rubric" not in values:
        values["rubric"] = rubric()
    return Round.objects.create(
        **{
            "title_zh": f"评审轮次{next(_number)}",
            "subject_type": TYPE,
            "state": state,
            "panel_size": 2,
            "max_load": 8,
            "closes_at": timezone.now() + dt.timedelta(days=7),
            **values,
        }
    )


def proposal(name: str = "", summary: str = "煤气化灰水脱氨", **values: Any) -> Organisation:
    return registry.organisation(name, summary_zh=summary, **values)


def item(of: Round, subject: Organisation | None = None) -> Item:
    subject = subject or proposal()
    number = of.items.count() + 1
    made = Item.objects.create(round=of, subject_type=TYPE, subject_id=subject.pk, number=number)
    behind = _parties([subject.pk])[subject.pk]
    for pk in behind.persons:
        made.parties.create(person_id=pk)
    for pk in behind.organisations:
        made.parties.create(organisation_id=pk)
    return made


def expert(name: str = "", *, kinds: Iterable[str] = ("technical",), **values: Any) -> Person:
    """A person of the pool with an account."""
    profile = {name: values.pop(name) for name in ("is_outside", "max_load", "is_active") if name in values}
    user = registry.user(Role.EXPERT)
    made = registry.person(name, user=user, **values)
    ExpertProfile.objects.create(person=made, kinds=list(kinds), **profile)
    return made


def fits(of: Round, value: str = "0.5") -> None:
    """Everyone fits everything equally well."""
    persons = ExpertProfile.objects.values_list("person_id", flat=True)
    Fit.objects.bulk_create(
        (
            Fit(item=each, expert_id=person, value=Decimal(value))
            for each in of.items.all()
            for person in persons
        ),
        ignore_conflicts=True,
    )


def seat(of: Item, person: Person | None = None, state: str = SeatState.ACCEPTED, **values: Any) -> Seat:
    made = Seat.objects.create(item=of, expert=person or expert(), state=state, fit=Decimal("0.5"), **values)
    if state == SeatState.ACCEPTED:
        Review.objects.create(seat=made)
    return made


def marks(of: Round, *values: str | None, reason: str = "理由") -> dict[int, GivenMark]:
    """One mark for each criterion in order; None does not apply."""
    return {
        criterion.pk: GivenMark(None if value is None else Decimal(value), value is None, reason)
        for criterion, value in zip(of.rubric.criteria.all(), values, strict=True)
    }


def reviewed(of: Seat, *values: str | None, **texts: Any) -> Review:
    """Submits a review from an accepted seat."""
    return actions.submit_review(
        actor=user_of(of),
        seat_id=of.pk,
        version=of.review.version,
        content={"confidence": 4, **texts},
        marks=marks(of.item.round, *values),
    )


def all_reviewed(seats: list[Seat]) -> None:
    """Every accepted seat has submitted, written at once: for tests of long lists."""
    reviews = list(Review.objects.filter(seat__in=seats).select_related("seat__item__round"))
    criteria = list(reviews[0].seat.item.round.rubric.criteria.all())
    Mark.objects.bulk_create(
        Mark(review=each, criterion=criterion, value=Decimal(5 + n % 5), reason="理由")
        for n, each in enumerate(reviews)
        for criterion in criteria
    )
    for n, each in enumerate(reviews):
        each.state, each.total, each.confidence = "submitted", Decimal(50 + 10 * (n % 5)), 4
        each.submitted_at, each.version = timezone.now(), 2
    Review.objects.bulk_update(reviews, ["state", "total", "confidence", "submitted_at", "version"])


def user_of(of: Seat) -> User:
    assert of.expert.user is not None
    return of.expert.user


def officer(**values: Any) -> User:
    return registry.user(Role.OFFICE, **values)
