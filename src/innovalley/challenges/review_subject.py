"""Bids as a subject of reviews: what experts read of one, and everybody who is behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovalley.challenges.checking import SECTION_NAMES
from innovalley.challenges.content import SECTIONS
from innovalley.challenges.decision_lists import amount
from innovalley.challenges.models import SOURCES, Bid, BidState
from innovalley.documents.models import Document
from innovalley.engine.specs import Check, Outcome, compare, format_spec
from innovalley.registry.models import TeamMember
from innovalley.reviews.subjects import (
    Content,
    File,
    Parties,
    Section,
    SpecLine,
    Table,
    View,
    register_subject,
)

TYPE = "challenges.bid"
_OUTCOMES = {Outcome.MET: "met", Outcome.MISSED: "missed", Outcome.NOT_STATED: "unstated"}


def register() -> None:
    """Lets bids be reviewed."""
    register_subject(
        TYPE,
        label=gettext_lazy("Bids"),
        titles=_titles,
        parties=_parties,
        contents=_contents,
        blind_view=_blind_view,
        open_view=_open_view,
        names=_names,
        url=lambda pk: Bid.objects.get(pk=pk).get_absolute_url(),
        candidates=_candidates,
    )


def _titles(ids: Iterable[int]) -> Mapping[int, str]:
    rows = Bid.objects.filter(pk__in=list(ids)).select_related("challenge__demand", "team")
    return {bid.pk: f"{bid.challenge.demand.display_title} · {bid.team.name}" for bid in rows}


def _parties(ids: Iterable[int]) -> Mapping[int, Parties]:
    """Lead and partners, the members of the team, and the company whose demand it is."""
    bids = list(
        Bid.objects.filter(pk__in=list(ids))
        .select_related("challenge__demand", "team")
        .prefetch_related("partners")
    )
    members: dict[int, set[int]] = {}
    for team, person in TeamMember.objects.filter(team__in=[bid.team_id for bid in bids]).values_list(
        "team_id", "person_id"
    ):
        members.setdefault(team, set()).add(person)
    return {
        bid.pk: Parties(
            frozenset(members.get(bid.team_id, set()) | ({bid.team.leader_id} - {None})),
            frozenset(
                {
                    bid.organisation_id,
                    bid.challenge.demand.organisation_id,
                    *(partner.organisation_id for partner in bid.partners.all()),
                }
            ),
        )
        for bid in bids
    }


def _contents(ids: Iterable[int]) -> Mapping[int, Content]:
    rows = Bid.objects.filter(pk__in=list(ids)).select_related("challenge__demand__field")
    return {
        bid.pk: Content(
            title=bid.challenge.demand.title,
            text="\n".join(str(text) for text in bid.content["plan"].values()),
            field=bid.challenge.demand.field.path if bid.challenge.demand.field else "",
        )
        for bid in rows
    }


def _names(pk: int) -> list[str]:
    team = Bid.objects.select_related("team").get(pk=pk).team
    return [team.name_zh, team.name_en]


def _candidates() -> Mapping[int, str]:
    rows = Bid.objects.filter(state=BidState.ELIGIBLE).order_by("-pk").values_list("pk", flat=True)
    return _titles(rows[:200])


def _open_view(pk: int) -> View:
    """With the people and organisations; files as copies without metadata here, too."""
    bid = Bid.objects.select_related("team", "organisation").get(pk=pk)
    partners = [str(each.organisation) for each in bid.partners.select_related("organisation")]
    who = Section(_("Bidder"), "\n".join([str(bid.team), str(bid.organisation), *partners]))
    view = _blind_view(pk)
    return replace(view, sections=[who, *view.sections])


def _blind_view(pk: int) -> View:
    bid = Bid.objects.select_related("challenge__demand").get(pk=pk)
    plan: Mapping[str, Any] = bid.content["plan"]
    files = Document.objects.filter(owner_type=TYPE, owner_id=pk, removed_at=None).order_by("pk")
    return View(
        title=bid.challenge.demand.display_title,
        sections=[Section(str(SECTION_NAMES[name]), str(plan[name])) for name in SECTIONS if plan.get(name)],
        specs=_spec_lines(bid),
        tables=[_budget(bid), _timetable(bid)],
        files=[File(each.name, reverse("document_clean", args=[each.uuid])) for each in files],
    )


def _spec_lines(bid: Bid) -> list[SpecLine]:
    promised = {row.required_id: row.spec for row in bid.specs.all()}
    lines = []
    for required in bid.challenge.specs.all():
        promise = promised.get(required.pk)
        check = compare(required.spec, promise) if promise else Check(required.spec, None, Outcome.NOT_STATED)
        lines.append(
            SpecLine(
                str(required),
                format_spec(promise) if promise else "",
                _OUTCOMES.get(check.outcome, "unclear"),
            )
        )
    return lines


def _budget(bid: Bid) -> Table:
    labels = dict(SOURCES)
    rows = [[str(row.year), str(labels[row.source]), amount(row.fen)] for row in bid.budget.all()]
    return Table(_("Budget"), [_("Year"), _("Source"), _("Amount")], rows)


def _timetable(bid: Bid) -> Table:
    rows = [[str(step["until"]), str(step["what"])] for step in bid.content["timetable"]]
    return Table(_("Timetable"), [_("Until"), _("What")], rows)
