"""The opening of bids: k custodians contribute, a job opens every envelope, the office decides who takes part."""

from __future__ import annotations

import io
import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from innovalley.accounts.permissions import require
from innovalley.challenges import call_jobs, call_notifying, vault
from innovalley.challenges.actions.calls import close_call
from innovalley.challenges.call_rules import Source
from innovalley.challenges.content import FORMAT, spec_columns
from innovalley.challenges.eligibility import check_eligibility
from innovalley.challenges.lifecycle import BID, CALL
from innovalley.challenges.locking import call_to_change, clock
from innovalley.challenges.models import (
    Bid,
    BidBudget,
    BidPartner,
    BidSpec,
    BidState,
    Call,
    CallState,
    Challenge,
    Custodian,
    Envelope,
)
from innovalley.documents import storing
from innovalley.documents.actions import attach_document
from innovalley.documents.kinds import UnacceptableError
from innovalley.documents.models import Document
from innovalley.engine.lifecycle import WrongStateError
from innovalley.engine.sealing import CustodianKey, UnsealError, combine, open_share, unseal, unseal_file
from innovalley.ledger.actions import record
from innovalley.registry.models import Organisation, Team

logger = logging.getLogger(__name__)


class UncheckedError(Exception):
    """Bids of the call wait for the office's decision on who takes part; `count` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} bids are not decided on")
        self.count = count


def contribute_share(*, actor: Any, call_id: int, passphrase: str) -> Custodian:
    """A custodian's part in the opening, after the deadline. With that of the last one needed the opening begins.

    The share is kept encrypted by the site's key until then. Contributing again changes nothing.

    Raises:
        Refused, Call.DoesNotExist
        WrongStateError: the deadline has not passed.
        UnsealError: the passphrase is not the one that was set.
    """
    require(actor, "challenges.keep_key", Call.objects.get(pk=call_id))
    close_call(call_id=call_id)
    custodian = Custodian.objects.get(call=call_id, user=actor)
    if custodian.contributed_at is not None:
        return custodian
    if custodian.call.state != CallState.CLOSED or custodian.call.bids_opened_at is not None:
        raise WrongStateError("contribute", custodian.call.state)
    key = CustodianKey(bytes(custodian.salt or b""), bytes(custodian.public_key or b""))
    share = open_share(
        passphrase, key, bytes(custodian.sealed_share or b"")
    )  # takes a while: before the lock
    with transaction.atomic():
        call = call_to_change(call_id)
        custodian = Custodian.objects.select_for_update().get(pk=custodian.pk)
        if custodian.contributed_at is None:
            _keep_share(actor, call, custodian, share)
    return custodian


def open_bids(*, call_id: int) -> int:
    """Opens every envelope that is not open yet, each in a transaction of its own; how many bids there are then.

    Only the shares of enough custodians make this possible. It may be killed and repeated at any point.

    Raises:
        UnsealError: the shares do not make the key.
    """
    call = Call.objects.get(pk=call_id)
    if call.bids_opened_at is not None:
        return Bid.objects.filter(challenge__call=call).count()
    shares = [
        vault.unlock(bytes(each.contribution))["share"]
        for each in call.custodians.exclude(contribution=None).order_by("contributed_at")
    ]
    private = combine(shares[: call.threshold], bytes(call.public_key or b""))
    # The newest first: of a team's several bids for a challenge the first that is met counts.
    waiting = call.envelopes.filter(withdrawn_at=None, opened_at=None).order_by("-submitted_at", "-pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        _open_envelope(pk, private)
    return _finish(call_id)


@transaction.atomic
def decide_bid(*, actor: Any, bid_id: int, eligible: bool, reason: str = "") -> Bid:
    """The office's decision on who takes part; it may differ from the check, then with a reason.

    Deciding the same again changes nothing.

    Raises:
        Refused, WrongStateError, Bid.DoesNotExist
        ValueError: a reason is missing: for an exclusion, or for admitting against the check.
    """
    require(actor, "challenges.check_bid")
    bid = Bid.objects.select_for_update(of=("self",)).get(pk=bid_id)
    act, reason = ("admit" if eligible else "exclude"), reason.strip()
    target = BidState.ELIGIBLE if eligible else BidState.INELIGIBLE
    if bid.state == target and bid.reason == reason:
        return bid
    call = Call.objects.select_for_update(of=("self",)).get(pk=bid.challenge.call_id)
    if call.state != CallState.CLOSED:
        raise WrongStateError(act, call.state)
    step = BID.step(act, bid.state)
    against_check = eligible and any(not finding["holds"] for finding in bid.findings)
    if not reason and (not eligible or against_check):
        raise ValueError("this decision needs a reason")
    bid.state, bid.reason, bid.decided_by = step.target, reason, actor
    bid.save(update_fields=["state", "reason", "decided_by"])
    record(actor=actor, act=f"bid.{act}", subject=bid, reason=reason, against_check=against_check)
    call_notifying.tell_decision(bid)
    return bid


@transaction.atomic
def begin_review(*, actor: Any, call_id: int) -> Call:
    """From closed to under review, once every bid is decided on.

    Raises:
        Refused, WrongStateError, Call.DoesNotExist
        UncheckedError
    """
    require(actor, "challenges.manage_call")
    call = call_to_change(call_id)
    if call.state == CallState.REVIEWING:
        return call
    step = CALL.step("review", call.state)
    if call.bids_opened_at is None:
        raise WrongStateError("review", call.state)
    open_ones = Bid.objects.filter(challenge__call=call, state=BidState.OPENED).count()
    if open_ones:
        raise UncheckedError(open_ones)
    call.state = step.target
    call.version += 1
    call.save(update_fields=["state", "version", "updated"])
    record(actor=actor, act="call.review", subject=call)
    return call


def _keep_share(actor: Any, call: Call, custodian: Custodian, share: str) -> None:
    custodian.contributed_at = timezone.now()
    custodian.contribution = vault.lock({"share": share})
    custodian.save(update_fields=["contributed_at", "contribution"])
    count = call.custodians.exclude(contributed_at=None).count()
    record(actor=actor, act="call.contribute", subject=call, shares=count, threshold=call.threshold)
    if count >= call.threshold and call.bids_opened_at is None:
        call_jobs.queue_opening(call.pk)


@transaction.atomic
def _open_envelope(pk: int, private: bytes) -> None:
    envelope = Envelope.objects.select_for_update(of=("self",)).get(pk=pk)
    if envelope.opened_at is not None or envelope.withdrawn_at is not None:
        return
    envelope.opened_at = clock()
    try:
        with transaction.atomic():
            content = unseal(bytes(envelope.sealed), private, envelope.sha256)
            bid = _bid(envelope, content)
        record(
            actor=None,
            act="bid.open",
            subject=bid,
            number=bid.number,
            sha256=envelope.sha256,
            challenge=bid.challenge_id,
            state=bid.state,
        )
    except (UnsealError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        # One damaged envelope keeps nobody else's shut; the office sees it, and the receipt proves what it was.
        logger.exception("envelope %s cannot be opened", envelope.pk)
        envelope.problem = f"{type(error).__name__}: {error}"[:200]
        record(actor=None, act="bid.unopenable", subject=envelope, sha256=envelope.sha256)
    envelope.save(update_fields=["opened_at", "problem"])


def _bid(envelope: Envelope, content: dict[str, Any]) -> Bid:
    """The rows of an opened bid."""
    if content["format"] != FORMAT or content["organisation"] != envelope.organisation_id:
        raise ValueError("not the content of this envelope")
    challenge = Challenge.objects.select_related("call").get(
        call=envelope.call_id, number=content["challenge"]
    )
    team = Team.objects.get(pk=content["team"], organisation=envelope.organisation_id)
    later = Bid.objects.filter(challenge=challenge, team=team, replaced_by=None).first()
    shown = {**content, "files": [{**each, "key": ""} for each in content["files"]]}
    bid = Bid.objects.create(
        challenge=challenge,
        team=team,
        organisation_id=envelope.organisation_id,
        envelope=envelope,
        number=envelope.number,
        content=shown,
        state=BidState.REPLACED if later else BidState.OPENED,
        replaced_by=later,
        submitted_at=envelope.submitted_at,
        opened_at=envelope.opened_at,
    )
    specs = list(challenge.specs.all())
    BidSpec.objects.bulk_create(
        BidSpec(bid=bid, required=specs[row["spec"]], position=row["spec"], **spec_columns(row))
        for row in content["promises"]
    )
    BidBudget.objects.bulk_create(
        BidBudget(bid=bid, year=row["year"], source=Source(row["source"]), fen=row["fen"])
        for row in content["budget"]
    )
    partners = Organisation.objects.filter(pk__in=content["partners"])
    BidPartner.objects.bulk_create(BidPartner(bid=bid, organisation=partner) for partner in partners)
    _open_files(bid, content["files"])
    return bid


def _open_files(bid: Bid, files: list[dict[str, Any]]) -> None:
    """The files as documents of the bid; one that cannot be opened is noted at its name."""
    for number, each in enumerate(files):
        document = Document.objects.filter(pk=each["id"], owner_type="challenges.biddraft").first()
        try:
            if document is None:
                raise UnsealError("the file is gone")
            data = unseal_file(storing.path_of(document.sha256).read_bytes(), bytes.fromhex(each["key"]))
            with transaction.atomic():
                attach_document(actor=None, owner=bid, file=io.BytesIO(data), name=each["name"])
        except (UnsealError, UnacceptableError, OSError) as error:
            bid.content["files"][number]["problem"] = str(error)
    if any("problem" in each for each in bid.content["files"]):
        bid.save(update_fields=["content"])


@transaction.atomic
def _finish(call_id: int) -> int:
    """Once all are open: the shares are forgotten and every bid is checked."""
    call = call_to_change(call_id)
    bids = Bid.objects.filter(challenge__call=call)
    if call.bids_opened_at is not None:
        return bids.count()
    if call.envelopes.filter(withdrawn_at=None, opened_at=None).exists():
        raise RuntimeError("an envelope appeared while the call was being opened")
    call.bids_opened_at = clock()
    call.save(update_fields=["bids_opened_at", "updated"])
    call.custodians.update(contribution=None)
    counts = {str(each.number): each.bids.count() for each in call.challenges.all()}
    unopenable = call.envelopes.exclude(problem="").count()
    for bid in bids.filter(state=BidState.OPENED).select_related(
        "organisation__region", "challenge__call", "challenge__demand__organisation"
    ):
        bid.findings = [finding.to_json() for finding in check_eligibility(bid)]
        bid.checked_at = call.bids_opened_at
        bid.save(update_fields=["findings", "checked_at"])
    record(actor=None, act="call.open_bids", subject=call, bids=counts, unopenable=unopenable)
    return bids.count()
