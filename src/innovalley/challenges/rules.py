"""Who may do what with demands."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import has_role, permit
from innovalley.challenges.models import Demand, DemandState
from innovalley.registry.rules import acts_for, is_office

is_company = has_role(Role.COMPANY)


@rules.predicate
def owns_demand(user: Any, demand: Demand | None) -> bool:
    """The user acts for the company whose demand it is."""
    return demand is not None and acts_for(user, demand.organisation)


@rules.predicate
def is_published(user: Any, demand: Demand | None) -> bool:
    """Published demands are public."""
    return demand is not None and demand.state == DemandState.PUBLISHED


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
    owns_demand | is_office,
    otherwise=_("Only the company that states a demand and the programme office may withdraw it."),
)
permit(
    "challenges.vet_demand",
    is_office,
    otherwise=_("Only the programme office vets demands."),
)
