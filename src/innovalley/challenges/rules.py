"""Who may do what with demands, calls and bids."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import has_role, permit
from innovalley.challenges.models import Bid, BidDraft, Call, CallState, Demand, DemandState, Envelope
from innovalley.registry.rules import acts_for, is_office

is_company = has_role(Role.COMPANY)
PUBLIC = (DemandState.PUBLISHED, DemandState.AWARDED, DemandState.FAILED)


@rules.predicate
def owns_demand(user: Any, demand: Demand | None) -> bool:
    """The user acts for the company whose demand it is."""
    return demand is not None and acts_for(user, demand.organisation)


@rules.predicate
def is_published(user: Any, demand: Demand | None) -> bool:
    """Published demands are public, and stay so when their challenge was decided on."""
    return demand is not None and demand.state in PUBLIC


@rules.predicate
def is_handed_in(user: Any, demand: Demand | None) -> bool:
    """The company has shown it to the office: a draft is the company's own."""
    return demand is not None and demand.state != DemandState.DRAFT


permit(
    "challenges.see_demand",
    is_published | owns_demand | (is_office & is_handed_in),
    otherwise=_("This demand is not published."),
)
permit(
    "challenges.write_demand",
    is_company,
    otherwise=_("Demands are written by users who act for a company."),
)
permit(
    "challenges.edit_demand",
    owns_demand,
    otherwise=_("Only the company that states a demand may change it."),
)
permit(
    "challenges.submit_demand",
    owns_demand,
    otherwise=_("Only the company that states a demand may submit it."),
)
permit(
    "challenges.withdraw_demand",
    owns_demand | (is_office & is_handed_in),
    otherwise=_("Only the company that states a demand and the programme office may withdraw it."),
)
permit(
    "challenges.steer_matching",
    is_office,
    otherwise=_("Only the programme office starts and stops the reading of achievements."),
)
permit(
    "challenges.vet_demand",
    is_office,
    otherwise=_("Only the programme office vets demands."),
)


@rules.predicate
def is_public_call(user: Any, call: Call | None) -> bool:
    """Everyone reads calls that are not drafts."""
    return call is not None and call.state != CallState.DRAFT


@rules.predicate
def is_custodian(user: Any, call: Call | None) -> bool:
    """The user keeps a share of the call's key."""
    if call is None or not getattr(user, "is_authenticated", False) or not user.is_active:
        return False
    return call.custodians.filter(user=user).exists()


@rules.predicate
def writes_draft(user: Any, draft: BidDraft | None) -> bool:
    """The user began this draft and still acts for its organisation."""
    return draft is not None and user.pk == draft.owner_id and acts_for(user, draft.organisation)


@rules.predicate
def handed_in(user: Any, envelope: Envelope | None) -> bool:
    """The user handed in this envelope and still acts for its organisation."""
    return (
        envelope is not None and user.pk == envelope.submitted_by_id and acts_for(user, envelope.organisation)
    )


@rules.predicate
def leads_bid(user: Any, bid: Bid | None) -> bool:
    """The user acts for the organisation that leads the bid."""
    return bid is not None and acts_for(user, bid.organisation)


@rules.predicate
def withdraws(user: Any, subject: Bid | Envelope | None) -> bool:
    """An envelope is withdrawn by who handed it in, an opened bid by its organisation."""
    if isinstance(subject, Envelope):
        return handed_in(user, subject)
    return leads_bid(user, subject)


may_see_bid = is_office | leads_bid


@rules.predicate
def nobody(user: Any, subject: Any) -> bool:
    """What only the room's own acts do."""
    return False


is_bidder = has_role(Role.COMPANY, Role.TEAM)

permit(
    "challenges.see_call",
    is_public_call | is_office | is_custodian,
    otherwise=_("This call is not published."),
)
permit(
    "challenges.manage_call",
    is_office,
    otherwise=_("Only the programme office makes and runs calls."),
)
permit(
    "challenges.keep_key",
    is_custodian,
    otherwise=_("Only the custodians of a call hold shares of its key."),
)
permit(
    "challenges.keep_keys",
    has_role(Role.OFFICE, Role.LEADER),
    otherwise=_("Custodians are users of the programme office and decision makers."),
)
permit(
    "challenges.write_bid",
    is_bidder,
    otherwise=_("Bids are written by users who act for a company or a research organisation."),
)
permit(
    "challenges.edit_bid",
    writes_draft,
    otherwise=_("Only the one who began a bid may write in it."),
)
permit(
    "challenges.withdraw_bid",
    withdraws,
    otherwise=_("Only the bidder may withdraw a bid."),
)
permit(
    "challenges.see_receipt",
    handed_in,
    otherwise=_("A receipt is shown to the one who handed in the bid."),
)
permit(
    "challenges.see_bid",
    may_see_bid,
    otherwise=_("Opened bids are seen by their bidder and the programme office."),
)
permit(
    "challenges.check_bid",
    is_office,
    otherwise=_("Only the programme office decides who may take part."),
)
