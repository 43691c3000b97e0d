"""Whether an opened bid keeps the rules of its call, finding by finding, with the reason and where it comes from.

The check only finds; who may take part is decided by the office (actions.opening.decide_bid).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from innovalley.challenges.budget import Budget
from innovalley.challenges.call_rules import Relation, Source
from innovalley.challenges.models import Bid
from innovalley.registry.models import Holding, Organisation

MOST_LEVELS = 20  # of parents

_TEXTS = {
    "relation.self": gettext_noop("%(who)s posts the demand itself."),
    "relation.subsidiary": gettext_noop("%(who)s is a subsidiary of the demanding company %(poster)s."),
    "relation.parent": gettext_noop("%(who)s is a parent of the demanding company %(poster)s."),
    "relation.sister": gettext_noop("%(who)s and the demanding company %(poster)s have one parent."),
    "relation.holding": gettext_noop("%(holder)s holds %(percent)s %% of %(held)s."),
    "relation": gettext_noop("No barred relation to the demanding company is in the registry."),
    "kind.no": gettext_noop("%(who)s is of a kind that may not lead a bid in this call."),
    "kind": gettext_noop("The lead is of a kind that may bid."),
    "participants.no": gettext_noop("%(n)s participants; the call allows %(most)s."),
    "participants": gettext_noop("Not more participants than the call allows."),
    "clean.no": gettext_noop("The declaration of %(years)s years without serious misconduct is missing."),
    "clean": gettext_noop("%(years)s years without serious misconduct are declared."),
    "host.no": gettext_noop(
        "The lead is from outside, and no participant is a company from inside the region."
    ),
    "host": gettext_noop("A host inside the region is there, or not needed."),
    "specs.no": gettext_noop("On %(n)s required specs nothing is promised."),
    "specs": gettext_noop("Something is promised on every required spec."),
    "money.no": gettext_noop("The budget does not keep the money rules of the call."),
    "money": gettext_noop("The budget keeps the money rules of the call."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule checked: `holds`, and a sentence about it (`code` of _TEXTS with `params`)."""

    code: str
    holds: bool
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        return _(_TEXTS[self.code]) % self.params

    def to_json(self) -> dict[str, Any]:
        """For Bid.findings."""
        return asdict(self)


def findings_of(bid: Bid) -> list[Finding]:
    """What was found when the bid was checked."""
    return [Finding(**each) for each in bid.findings]


def check_eligibility(bid: Bid) -> list[Finding]:
    """Every rule of the call, first those that are broken."""
    call = bid.challenge.call
    rules = call.rules
    partners = [row.organisation for row in bid.partners.select_related("organisation__region")]
    parties = [bid.organisation, *(partners if rules.bars_partners else [])]
    found = _relations(
        bid.challenge.demand.organisation, parties, set(rules.barred_relations), rules.holding_percent
    ) or [Finding("relation", True)]
    if rules.bidder_kinds:
        is_kind = bid.organisation.kind in rules.bidder_kinds
        found.append(
            Finding("kind", True) if is_kind else Finding("kind.no", False, {"who": bid.organisation.name_zh})
        )
    if rules.max_participants is not None:
        most = rules.max_participants
        found.append(
            Finding("participants", True)
            if len(partners) <= most
            else Finding("participants.no", False, {"n": len(partners), "most": most})
        )
    if rules.clean_years:
        is_declared = int(bid.content.get("clean_years") or 0) >= rules.clean_years
        found.append(
            Finding("clean" if is_declared else "clean.no", is_declared, {"years": rules.clean_years})
        )
    if rules.host_needed:
        hosts = [bid.organisation, *(each for each in partners if each.kind == Organisation.Kind.COMPANY)]
        has_host = any(_is_inside(each, rules.home_region) for each in hosts)
        found.append(Finding("host" if has_host else "host.no", has_host))
    if rules.covers_all_specs:
        missing = bid.challenge.specs.count() - bid.specs.count()
        found.append(Finding("specs", True) if missing <= 0 else Finding("specs.no", False, {"n": missing}))
    found.append(_money(bid))
    return sorted(found, key=lambda finding: finding.holds)


def _relations(
    poster: Organisation, parties: Iterable[Organisation], barred: set[Relation], percent: Decimal
) -> list[Finding]:
    poster_line = _parents(poster)
    found = []
    for party in parties:
        line = _parents(party)
        about = {"who": party.name_zh, "poster": poster.name_zh}
        tests = {
            Relation.SELF: party.pk == poster.pk,
            Relation.SUBSIDIARY: poster.pk in line,
            Relation.PARENT: party.pk in poster_line,
            Relation.SISTER: party.parent_id is not None
            and party.parent_id == poster.parent_id
            and party.pk != poster.pk,
        }
        found += [
            Finding(f"relation.{relation}", False, about)
            for relation, holds in tests.items()
            if holds and relation in barred
        ]
        # A subsidiary by shares is one, too: more than half of them.
        found += _holdings(poster, party, barred, percent)
    return found


def _holdings(
    poster: Organisation, party: Organisation, barred: set[Relation], percent: Decimal
) -> list[Finding]:
    rows = Holding.objects.filter(Q(holder=poster, held=party) | Q(holder=party, held=poster)).select_related(
        "holder", "held"
    )
    found = []
    for row in rows:
        relation = Relation.SUBSIDIARY if row.holder_id == poster.pk else Relation.PARENT
        is_barred = (relation in barred and row.percent > 50) or (
            Relation.HOLDING in barred and row.percent >= percent
        )
        if is_barred:
            params = {
                "holder": row.holder.name_zh,
                "held": row.held.name_zh,
                "percent": format(row.percent.normalize(), "f"),
            }
            found.append(Finding("relation.holding", False, params))
    return found


def _parents(organisation: Organisation) -> list[int]:
    """The ids of the parent, its parent and so on."""
    line: list[int] = []
    parent = organisation.parent_id
    while parent is not None and parent not in line and len(line) < MOST_LEVELS:
        line.append(parent)
        parent = Organisation.objects.values_list("parent", flat=True).get(pk=parent)
    return line


def _is_inside(organisation: Organisation, home: str) -> bool:
    region = organisation.region
    return region is not None and (region.path == home or region.path.startswith(f"{home}."))


def _money(bid: Bid) -> Finding:
    budget = Budget.of((row.year, Source(row.source), row.fen) for row in bid.budget.all())
    troubles = budget.troubles(
        bid.challenge.call.funding,
        is_company=bid.organisation.kind == Organisation.Kind.COMPANY,
        max_fund_fen=bid.challenge.max_fund_fen,
    )
    return Finding("money.no", False) if troubles else Finding("money", True)
