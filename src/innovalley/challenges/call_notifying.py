"""What bidders and custodians are told of a call. Nothing here names a challenge before the bids are open."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from innovalley.accounts.models import User
from innovalley.challenges.models import Bid, BidState, Call, Extension
from innovalley.notices.kinds import Channel, register_kind
from innovalley.notices.sending import notify


def register() -> None:
    """The kinds of notifications about calls; called in AppConfig.ready."""
    register_kind(
        "challenges.custodian", _("A call needs you as a custodian"), default=Channel.MAIL, must=True
    )
    register_kind("challenges.call_extended", _("A deadline was extended"), default=Channel.MAIL, must=True)
    register_kind("challenges.bid_checked", _("It is decided who takes part"), default=Channel.MAIL)


def tell_custodians(call: Call) -> None:
    """Asks for what a custodian has to do now: to set a passphrase, or after the deadline to contribute."""
    if call.bids_opened_at is not None:
        return
    is_closed = call.public_key is not None
    waiting = (
        call.custodians.filter(contributed_at=None) if is_closed else call.custodians.filter(ready_at=None)
    )
    subject = (
        gettext_noop("Please contribute your share to open the bids of %(number)s")
        if is_closed
        else gettext_noop("Please set your passphrase for the call %(number)s")
    )
    notify(
        recipients=User.objects.filter(custodianships__in=waiting),
        kind="challenges.custodian",
        subject=subject,
        params={"number": call.number},
        key=f"challenges.custodian:{call.pk}:{'share' if is_closed else 'passphrase'}",
        url=reverse("call_key", args=[call.number]),
    )


def tell_extension(extension: Extension) -> None:
    """Tells all who have a draft or a sealed bid in the call."""
    call = extension.call
    notify(
        recipients=User.objects.filter(Q(bid_drafts__call=call) | Q(envelopes__call=call)).distinct(),
        kind="challenges.call_extended",
        subject=gettext_noop("The deadline of %(number)s was extended"),
        params={"number": call.number},
        key=f"challenges.extension:{extension.pk}",
        url=call.get_absolute_url(),
    )


def tell_decision(bid: Bid) -> None:
    """Tells the bidder whether the bid takes part."""
    is_admitted = bid.state == BidState.ELIGIBLE
    notify(
        recipients=[bid.envelope.submitted_by],
        kind="challenges.bid_checked",
        subject=gettext_noop("Your bid %(number)s takes part in the review")
        if is_admitted
        else gettext_noop("Your bid %(number)s does not take part"),
        params={"number": bid.number},
        key=f"challenges.bid_checked:{bid.pk}:{bid.state}",
        url=bid.get_absolute_url(),
    )
