"""Duplicates: proposed by a job, and merged or refused by a person. Nothing is merged by itself."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovalley.accounts.permissions import require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.actions import record
from innovalley.registry.locking import BusyError, hold_registry
from innovalley.registry.merging.likeness import (
    Likeness,
    OrganisationRow,
    Pair,
    PersonRow,
    alike_organisations,
    alike_persons,
    region_names,
)
from innovalley.registry.merging.moving import CannotMergeError, Outcome, merge_into
from innovalley.registry.models import MergeProposal, Organisation, Person, Region
from innovalley.registry.queueing import defer
from innovalley.registry.signals import supply_changed

__all__ = ["CannotMergeError", "Outcome", "merge_rows", "preview_merge", "propose_merges", "refuse_merge"]

PATIENCE = 5000  # milliseconds for which an officer waits for an import that is being written
MODELS: dict[str, type[Organisation] | type[Person]] = {"organisation": Organisation, "person": Person}
REASONS = {
    "same_name": gettext_lazy("the same name"),
    "same_name_but_form": gettext_lazy("the same name but for brackets or legal form"),
    "same_name_but_place": gettext_lazy("the same name but for the place it begins with"),
    "same_english_name": gettext_lazy("the same English name"),
    "near_name": gettext_lazy("very similar names"),
    "same_email": gettext_lazy("the same e-mail address"),
    "same_phone": gettext_lazy("the same telephone number"),
    "same_organisation": gettext_lazy("the same organisation"),
    # … and against:
    "codes_differ": gettext_lazy("but different credit codes"),
    "regions_differ": gettext_lazy("but different regions"),
    "kinds_differ": gettext_lazy("but different kinds"),
    "parent_and_child": gettext_lazy("but one is the parent of the other"),
    "emails_differ": gettext_lazy("but different e-mail addresses"),
}
State: Any = MergeProposal.State


def queue_proposals(kind: str) -> None:
    """Queues the search for duplicates among "organisation" or "person", in the caller's transaction."""
    defer("registry.propose_merges", key=f"registry.propose_merges:{kind}", kind=kind)


def ask_for_proposals(*, actor: Any, kind: str) -> None:
    """An officer wants the registry searched for duplicates now.

    Raises:
        Refused
    """
    require(actor, "registry.merge")
    queue_proposals(kind)


def propose_merges(*, kind: str) -> int:
    """Brings the open proposals up to date (a job; repeating it is harmless); returns how many are open.

    What was refused is not proposed again.
    """
    found = _find_organisations() if kind == "organisation" else _find_persons()
    with transaction.atomic():
        hold_registry()
        alive = set(MODELS[kind].objects.filter(merged_into=None).values_list("pk", flat=True))
        found = {pair: likeness for pair, likeness in found.items() if alive.issuperset(pair)}
        known = {(row.first_id, row.second_id): row for row in MergeProposal.objects.filter(kind=kind)}
        _update_proposals(kind, found, known)
    return MergeProposal.objects.filter(kind=kind, state=State.OPEN).count()


def _update_proposals(kind: str, found: dict[Pair, Likeness], known: dict[Pair, MergeProposal]) -> None:
    new: list[MergeProposal] = []
    changed: list[MergeProposal] = []
    for pair, likeness in found.items():
        row = known.get(pair) or MergeProposal(kind=kind, first_id=pair[0], second_id=pair[1])
        if row.state != State.OPEN or (row.score, row.reasons) == (likeness.score, list(likeness.reasons)):
            continue
        row.score, row.reasons = likeness.score, list(likeness.reasons)
        (changed if row.pk else new).append(row)
    gone = [row.pk for pair, row in known.items() if row.state == State.OPEN and pair not in found]
    MergeProposal.objects.bulk_create(new, batch_size=1000)
    MergeProposal.objects.bulk_update(changed, ["score", "reasons"], batch_size=500)
    MergeProposal.objects.filter(pk__in=gone).delete()
    if new:
        record(actor=None, act="merge.propose", subject=MergeProposal, kind=kind, new=len(new))


def preview_merge(*, actor: Any, kind: str, keep_id: int, other_id: int) -> Outcome:
    """What `merge_rows` would do, found by doing it and taking it back.

    Raises:
        as `merge_rows`
    """
    require(actor, "registry.merge")
    with transaction.atomic():
        keep, other = _locked(kind, keep_id, other_id)
        outcome = merge_into(keep, other)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def merge_rows(*, actor: Any, kind: str, keep_id: int, other_id: int) -> Outcome:
    """Makes two organisations or persons one: all that points to `other_id` points to `keep_id` afterwards.

    The other row stays, marked as merged; its codes and names lead to the kept one. Merging again what is
    merged in this way changes nothing.

    Raises:
        Refused
        CannotMergeError: one is not there or merged already, something would be lost, or an import is
            being written.
        KeyError: no such kind.
    """
    require(actor, "registry.merge")
    try:
        hold_registry(patience=PATIENCE)
    except BusyError:
        raise CannotMergeError(
            _("an import is being written at this moment; please try again when it is done")
        ) from None
    if MODELS[kind].objects.filter(pk=other_id, merged_into=keep_id).exists():
        return Outcome()
    keep, other = _locked(kind, keep_id, other_id)
    outcome = merge_into(keep, other)
    _close_proposals(actor, kind, keep_id, other_id)
    record(actor=actor, act=f"{kind}.merge", subject=keep, other=other_id, **outcome.as_json())
    supply_changed.send(sender=MODELS[kind])
    if kind == "organisation":
        queue_proposals("person")  # persons of the two are colleagues now
    return outcome


@transaction.atomic
def refuse_merge(*, actor: Any, proposal_id: int) -> MergeProposal:
    """Says that the two are different; the proposal does not come again. Refusing again changes nothing.

    Raises:
        Refused, MergeProposal.DoesNotExist
        WrongStateError: they are merged.
    """
    require(actor, "registry.merge")
    proposal = MergeProposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
    if proposal.state == State.REFUSED:
        return proposal
    if proposal.state != State.OPEN:
        raise WrongStateError("refuse", proposal.state)
    _decide(proposal, actor, State.REFUSED)
    record(
        actor=actor,
        act="merge.refuse",
        subject=proposal,
        kind=proposal.kind,
        rows=[proposal.first_id, proposal.second_id],
    )
    return proposal


def _locked(kind: str, keep_id: int, other_id: int) -> tuple[Any, Any]:
    rows = MODELS[kind].objects.select_for_update(of=("self",)).filter(pk__in=(keep_id, other_id))
    by_id = {
        row.pk: row for row in rows.order_by("pk")
    }  # always in one order, so that two merges cannot lock up
    if keep_id == other_id or len(by_id) < 2:
        raise CannotMergeError(_("choose two different rows"))
    for row in by_id.values():
        if row.merged_into_id:
            raise CannotMergeError(_("“%(name)s” was merged meanwhile") % {"name": row})
    keep, other = by_id[keep_id], by_id[other_id]
    if kind == "person" and keep.user_id and other.user_id:
        raise CannotMergeError(_("both persons have a user account; close one of them first"))
    return keep, other


def _close_proposals(actor: Any, kind: str, keep_id: int, other_id: int) -> None:
    first, second = sorted((keep_id, other_id))
    of_other = MergeProposal.objects.filter(kind=kind).filter(Q(first_id=other_id) | Q(second_id=other_id))
    for proposal in of_other.select_for_update(of=("self",)):
        if (proposal.first_id, proposal.second_id) == (first, second):
            _decide(proposal, actor, State.MERGED)
        elif proposal.state == State.OPEN:
            proposal.delete()  # the next search finds the kept row in its place


def _decide(proposal: MergeProposal, actor: Any, state: str) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, timezone.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])


def _find_organisations() -> dict[Pair, Likeness]:
    rows = Organisation.objects.filter(merged_into=None).order_by()
    columns = ("pk", "code", "name_zh", "name_en", "kind", "region__path", "parent_id")
    return alike_organisations(
        [
            OrganisationRow(pk, code, zh, en, kind == Organisation.Kind.COMPANY, str(path or ""), parent)
            for pk, code, zh, en, kind, path, parent in rows.values_list(*columns)
        ],
        region_names((str(path), name) for path, name in Region.objects.values_list("path", "name_zh")),
    )


def _find_persons() -> dict[Pair, Likeness]:
    rows = Person.objects.filter(merged_into=None).order_by()
    columns = ("pk", "name_zh", "name_en", "organisation_id", "email", "phone", "orcid")
    return alike_persons([PersonRow(*row) for row in rows.values_list(*columns)])
