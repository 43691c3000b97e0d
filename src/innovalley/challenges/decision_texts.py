"""What a decision says to the public and to those it concerns."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from innovalley.accounts.models import User
from innovalley.challenges.decision_lists import amount
from innovalley.challenges.models import Bid, BidState, Call, NoWinner, Recommendation
from innovalley.notices.models import PublicNotice
from innovalley.notices.sending import notify


def notice_titles(call: Call) -> tuple[str, str]:
    """The title of the notice, in Chinese and in English."""
    with translation.override("zh-hans"):
        chinese = _("Public notice of the results of %(title)s") % {"title": call.title}
    with translation.override("en"):
        english = _("Public notice of the results of %(title)s") % {"title": call.title_en or call.title}
    return chinese[:200], english[:300]


def notice_body(call: Call) -> dict[str, Any]:
    """The list, challenge by challenge, in Chinese: bodies of notices stand as they were published."""
    winners = Recommendation.objects.filter(bid__challenge__call=call).select_related(
        "bid__team", "bid__organisation", "bid__challenge__demand"
    )
    nobody = NoWinner.objects.filter(challenge__call=call).select_related("challenge__demand")
    with translation.override("zh-hans"):
        rows = [
            (
                each.bid.challenge.number,
                each.bid.challenge.demand.title,
                each.bid.organisation.name_zh,
                each.bid.team.name_zh,
                amount(each.fund_fen),
            )
            for each in winners
        ]
        rows += [
            (each.challenge.number, each.challenge.demand.title, "–", _("No winner"), "–") for each in nobody
        ]
        columns = [_("No."), _("Challenge"), _("Lead"), _("Team"), _("Fiscal support")]
        text = _(
            "After review and deliberation the following results are put on public notice. Whoever disagrees may "
            "object in writing, under a real name and with reasons, until the end of the notice."
        )
    return {"text": text, "columns": columns, "rows": [[str(cell) for cell in row] for row in sorted(rows)]}


def tell_noticed(call: Call, notice: PublicNotice) -> None:
    """Bidders and demanding companies hear that the list is on notice."""
    notify(
        recipients=_concerned(call),
        kind="challenges.decision_noticed",
        subject=gettext_noop("The results of call %(number)s are on public notice."),
        params={"number": call.number},
        url=notice.get_absolute_url(),
        key=f"call.noticed:{call.pk}:{notice.pk}",
    )


def tell_decided(call: Call) -> None:
    """Each bidder hears what became of the own bid, each company what became of its demand."""
    bids = Bid.objects.filter(challenge__call=call).select_related("challenge__demand")
    for bid in bids.filter(state__in=(BidState.AWARDED, BidState.NOT_AWARDED)):
        won = bid.state == BidState.AWARDED
        notify(
            recipients=_acting_for(bid.organisation_id),
            kind="challenges.decided",
            subject=gettext_noop("Your bid %(number)s was awarded.")
            if won
            else gettext_noop("Your bid %(number)s was not awarded."),
            params={"number": bid.number},
            url=bid.get_absolute_url(),
            key=f"bid.decided:{bid.pk}",
        )
    for challenge in call.challenges.select_related("demand"):
        notify(
            recipients=_acting_for(challenge.demand.organisation_id),
            kind="challenges.decided",
            subject=gettext_noop("The challenge of your demand “%(title)s” was decided on."),
            params={"title": challenge.demand.title},
            url=call.get_absolute_url(),
            key=f"challenge.decided:{challenge.pk}",
        )


def _acting_for(*organisations: int) -> Any:
    return User.objects.filter(memberships__organisation__in=organisations, is_active=True).distinct()


def _concerned(call: Call) -> Any:
    """Everyone acting for a bidder whose bid was reviewed, or for a company with a demand in the call."""
    bids = Bid.objects.filter(
        challenge__call=call, state__in=(BidState.REVIEWED, BidState.RECOMMENDED)
    ).values_list("organisation", flat=True)
    companies = call.challenges.values_list("demand__organisation", flat=True)
    return _acting_for(*bids, *companies)
