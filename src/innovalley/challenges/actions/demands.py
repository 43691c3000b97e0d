"""The only write path of demands: one transaction each, with its entry in the ledger."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from innovalley.accounts.permissions import require
from innovalley.challenges import jobs
from innovalley.challenges.lifecycle import DEMAND, EDITABLE
from innovalley.challenges.models import CallState, Demand, DemandComment, DemandSpec, DemandState
from innovalley.engine.lifecycle import WrongStateError
from innovalley.engine.specs.model import Spec
from innovalley.ledger.actions import record
from innovalley.ledger.models import Entry
from innovalley.registry.models import Organisation

CONTENT = (
    "title", "summary", "text", "title_en", "text_en", "field", "industry", "region",
    "budget_min_fen", "budget_max_fen", "deadline", "rights", "kind",
)  # fmt: skip


class ChangedElsewhereError(Exception):
    """The demand was saved by someone (or another tab) since it was opened; `demand` is as it stands now."""

    def __init__(self, demand: Demand) -> None:
        super().__init__(f"demand {demand.pk} is at version {demand.version}")
        self.demand = demand


class IncompleteError(Exception):
    """The demand lacks something that a submission needs; `missing` names the columns."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = list(missing)


class InCallError(WrongStateError):
    """The demand stands in a call that is under way: teams are working on their bids for it."""


@transaction.atomic
def write_demand(
    *, actor: Any, organisation: Organisation, content: dict[str, Any], specs: Sequence[tuple[Spec, bool]]
) -> Demand:
    """A new draft of `organisation`; `content` has columns of CONTENT, `specs` pairs of (spec, found in text).

    Raises:
        Refused: the actor writes no demands, or not for this organisation.
    """
    require(actor, "challenges.write_demand")
    demand = Demand(organisation=organisation, created_by=actor)
    require(actor, "challenges.edit_demand", demand)
    _fill(demand, content)
    demand.save()
    _replace_specs(demand, specs)
    record(actor=actor, act="demand.write", subject=demand, version=1)
    jobs.queue_demand(demand.pk)
    return demand


@transaction.atomic
def start_demand(*, actor: Any, organisation: Organisation) -> Demand:
    """An empty draft of `organisation` to write into, in the region of the company.

    One that the actor started before and never wrote into serves again, so that a second click starts no second.

    Raises:
        Refused: the actor writes no demands, or not for this organisation.
    """
    require(actor, "challenges.write_demand")
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # two clicks, one after the other
    empty = Demand.objects.filter(
        organisation=organisation, created_by=actor, state=DemandState.DRAFT, version=1, title="", text=""
    ).first()
    if empty is not None:
        require(actor, "challenges.edit_demand", empty)
        return empty
    return write_demand(
        actor=actor, organisation=organisation, content={"region": organisation.region}, specs=[]
    )


@transaction.atomic
def save_demand(
    *,
    actor: Any,
    demand_id: int,
    version: int,
    content: dict[str, Any],
    specs: Sequence[tuple[Spec, bool]],
    tab: str = "",
) -> Demand:
    """Saves a draft or returned demand that was opened at `version`.

    `tab` names the open page that saves. Saves of the same tab do not get into each other's way, whichever
    arrives first: one may be sent while the answer to the last is still on its way.

    Raises:
        Refused, WrongStateError, Demand.DoesNotExist
        ChangedElsewhereError: it was saved since; nothing is written.
    """
    demand = Demand.objects.select_for_update(of=("self",)).get(pk=demand_id)
    require(actor, "challenges.edit_demand", demand)
    if demand.state not in EDITABLE:
        raise WrongStateError("save", demand.state)
    if demand.version != version and not _saved_since_by(tab, demand, version):
        raise ChangedElsewhereError(demand)
    _fill(demand, content)
    demand.version += 1
    demand.save()
    _replace_specs(demand, specs)
    record(actor=actor, act="demand.save", subject=demand, version=demand.version, tab=tab)
    jobs.queue_demand(demand.pk)
    return demand


def submit_demand(*, actor: Any, demand_id: int, version: int | None = None) -> Demand:
    """Hands a draft or returned demand to the office, and numbers it. Submitting again changes nothing.

    `version` is that which the actor has seen; with it nobody hands in what another tab has changed since.

    Raises:
        Refused, WrongStateError, ChangedElsewhereError, Demand.DoesNotExist
        IncompleteError: title, text or field is missing.
    """
    return _move(actor=actor, demand_id=demand_id, act="submit", version=version)


def return_demand(*, actor: Any, demand_id: int, reason: str, version: int | None = None) -> Demand:
    """Gives a submitted demand back to the company with a reason.

    Raises:
        Refused, WrongStateError, ChangedElsewhereError, Demand.DoesNotExist
        ValueError: no reason.
    """
    if not reason.strip():
        raise ValueError("a demand is returned with a reason")
    return _move(actor=actor, demand_id=demand_id, act="return", comment=reason.strip(), version=version)


def vet_demand(*, actor: Any, demand_id: int, version: int | None = None) -> Demand:
    """Finds a submitted demand good enough for a call, which will publish it.

    `version` is that which the officer has read; with it nobody vets what was changed since.

    Raises:
        Refused, WrongStateError, ChangedElsewhereError, Demand.DoesNotExist
    """
    return _move(actor=actor, demand_id=demand_id, act="vet", version=version)


def publish_demand(*, actor: Any, demand_id: int, version: int | None = None) -> Demand:
    """Makes a submitted or vetted demand public.

    `version` is that which the officer has read; with it nobody publishes what was changed since.

    Raises:
        Refused, WrongStateError, ChangedElsewhereError, Demand.DoesNotExist
    """
    return _move(actor=actor, demand_id=demand_id, act="publish", version=version)


def withdraw_demand(*, actor: Any, demand_id: int, reason: str = "", version: int | None = None) -> Demand:
    """Takes a demand back; it is kept, but shown to its company and the office only.

    Raises:
        Refused, WrongStateError, ChangedElsewhereError, Demand.DoesNotExist
        InCallError: it stands in a call that is under way.
    """
    return _move(actor=actor, demand_id=demand_id, act="withdraw", comment=reason.strip(), version=version)


@transaction.atomic
def _move(*, actor: Any, demand_id: int, act: str, comment: str = "", version: int | None = None) -> Demand:
    demand = Demand.objects.select_for_update(of=("self",)).get(pk=demand_id)
    target = next(step.target for step in DEMAND.transitions if step.act == act)
    permission = next(step.permission for step in DEMAND.transitions if step.act == act)
    require(actor, permission, demand)
    if demand.state == target:  # the same request again: a reload, a second click, a lost answer
        return demand
    step = DEMAND.step(act, demand.state)
    if (
        act == "withdraw"
        and demand.challenges.exclude(call__state__in=(CallState.DRAFT, CallState.DECIDED)).exists()
    ):
        raise InCallError(act, demand.state)
    if version is not None and demand.version != version:
        raise ChangedElsewhereError(demand)
    if act == "submit" and (missing := missing_for_submission(demand)):
        raise IncompleteError(missing)
    if act == "submit" and not demand.key:
        demand.key = _free_number(demand)
    demand.state = step.target
    if step.target == DemandState.PUBLISHED:
        demand.published_at = timezone.now()
    demand.version += 1
    demand.save(update_fields=["key", "state", "published_at", "version", "updated"])
    if comment:
        DemandComment.objects.create(demand=demand, author=actor, text=comment, act=act)
    record(actor=actor, act=f"demand.{act}", subject=demand, state=demand.state, version=demand.version)
    jobs.queue_demand(demand.pk)
    return demand


def _free_number(demand: Demand) -> str:
    """The number by which people and exports name the demand; imported ones bring theirs, which may look alike."""
    number = f"{timezone.localdate():%Y}-{demand.pk:05d}"
    taken = set(Demand.objects.filter(key__startswith=number).values_list("key", flat=True))
    others = (f"{number}-{n}" for n in itertools.count(2))
    return next(each for each in itertools.chain([number], others) if each not in taken)


def missing_for_submission(demand: Demand) -> list[str]:
    """The columns that must be filled before the office can vet the demand."""
    return [name for name in ("title", "text", "field") if not getattr(demand, name)]


def _saved_since_by(tab: str, demand: Demand, version: int) -> bool:
    """Whether every version after `version` was saved by this very tab."""
    if not tab or demand.version < version:
        return False
    since = Entry.objects.filter(
        subject_type="challenges.demand", subject_id=demand.pk, data__version__gt=version
    ).values_list("act", "data__tab")
    return all(entry == ("demand.save", tab) for entry in since)


def _fill(demand: Demand, content: dict[str, Any]) -> None:
    unknown = set(content) - set(CONTENT)
    if unknown:
        raise TypeError(f"no columns of a demand: {sorted(unknown)}")
    for name, value in content.items():
        setattr(demand, name, value)


def _replace_specs(demand: Demand, specs: Sequence[tuple[Spec, bool]]) -> None:
    demand.specs.all().delete()
    DemandSpec.objects.bulk_create(
        DemandSpec(demand=demand, position=position, found=found, **DemandSpec.columns_of(spec))
        for position, (spec, found) in enumerate(specs)
    )
