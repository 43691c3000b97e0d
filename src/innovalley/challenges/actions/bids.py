"""Acts of bidders: drafts that are never lost, handing in under seal, withdrawing before the deadline."""

from __future__ import annotations

import datetime as dt
import io
import secrets
import uuid
from dataclasses import dataclass
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from innovalley.accounts.permissions import require
from innovalley.challenges import vault
from innovalley.challenges.checking import check_bid, content_of
from innovalley.challenges.content import Typed
from innovalley.challenges.locking import call_to_read, clock
from innovalley.challenges.models import BidDraft, Call, CallState, Envelope
from innovalley.documents.actions import attach_sealed, examine
from innovalley.documents.kinds import UnacceptableError
from innovalley.engine.sealing import seal, seal_file
from innovalley.ledger.actions import record
from innovalley.ledger.canonical import utc
from innovalley.registry.models import Organisation

MAX_FILES = 20
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that look alike


class DraftChangedError(Exception):
    """The draft was saved in another tab since it was opened; `draft` is as it stands now."""

    def __init__(self, draft: BidDraft) -> None:
        super().__init__(f"draft {draft.uuid} is at version {draft.version}")
        self.draft = draft


class HandedInError(Exception):
    """The draft was handed in and is locked; `envelope` is the last that was made of it."""

    def __init__(self, envelope: Envelope | None) -> None:
        super().__init__("the draft is handed in")
        self.envelope = envelope


class WindowError(Exception):
    """The call takes no bids at this instant."""

    def __init__(self, call: Call, at: dt.datetime) -> None:
        super().__init__(f"call {call.pk} takes no bids at {at}")
        self.call, self.at = call, at


class IncompleteBidError(Exception):
    """Something stands against handing in; `problems` are by the name of the input."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The receipt, and the key of the bidder's own copy, which goes to the bidder and is kept nowhere."""

    envelope: Envelope
    copy_key: bytes


@transaction.atomic
def start_bid(*, actor: Any, call_id: int, organisation: Organisation, typed: Typed) -> BidDraft:
    """A draft of `organisation` for a call, with what is known already.

    Raises:
        Refused, Call.DoesNotExist
        WindowError: the call is closed.
    """
    require(actor, "challenges.write_bid")
    call = call_to_read(call_id)
    if call.state != CallState.OPEN:
        raise WindowError(call, clock())
    draft = BidDraft(owner=actor, organisation=organisation, call=call, content=vault.lock(typed.to_json()))
    require(actor, "challenges.edit_bid", draft)
    draft.save()
    record(actor=actor, act="bid.start", subject=draft, call=call.number)
    return draft


def typed_of_draft(draft: BidDraft) -> Typed:
    """What is typed into a draft.

    Raises:
        LockedError: it was handed in.
    """
    return Typed.from_json(vault.unlock(draft.content))


@transaction.atomic
def save_draft(*, actor: Any, draft_uuid: uuid.UUID, version: int, typed: Typed, tab: str = "") -> BidDraft:
    """Saves what is typed, whatever it is and whether or not the call is still open. A draft is its owner's alone
    and private: its saves do not stand in the ledger.

    `tab` names the open page that saves; saves of one tab do not get into each other's way. Files are those that
    stand in the draft, whatever `typed` says.

    Raises:
        Refused, BidDraft.DoesNotExist, HandedInError
        DraftChangedError: another tab saved it since `version`; nothing is written.
    """
    draft = _locked(actor, draft_uuid)
    _check_version(draft, version, tab)
    _save(draft, typed, tab)
    return draft


@transaction.atomic
def add_file(*, actor: Any, draft_uuid: uuid.UUID, file: IO[bytes], name: str, purpose: str) -> BidDraft:
    """Keeps a file encrypted with a key of its own, which stands in the (encrypted) draft.

    Raises:
        Refused, BidDraft.DoesNotExist, HandedInError
        UnacceptableError: type, size or number of files.
    """
    draft = _locked(actor, draft_uuid)
    kind, shown = examine(file, name)
    file.seek(0)
    data = file.read()
    key, sealed = seal_file(data)
    typed = typed_of_draft(draft)
    if len(typed.files) >= MAX_FILES:
        raise UnacceptableError(_("No more than %(most)s files can be added.") % {"most": MAX_FILES})
    document = attach_sealed(actor=actor, owner=draft, file=io.BytesIO(sealed), name="sealed")
    typed.files.append(
        {
            "id": document.pk,
            "name": shown,
            "as": purpose[:120],
            "kind": str(kind),
            "size": len(data),
            "key": key.hex(),
        }
    )
    _write_files(draft, typed)
    return draft


@transaction.atomic
def drop_file(*, actor: Any, draft_uuid: uuid.UUID, file_id: int) -> BidDraft:
    """Takes a file out of a draft. Its sealed content stays while an envelope may hold its key.

    Raises:
        Refused, BidDraft.DoesNotExist, HandedInError
    """
    draft = _locked(actor, draft_uuid)
    typed = typed_of_draft(draft)
    typed.files = [each for each in typed.files if each["id"] != file_id]
    _write_files(draft, typed)
    return draft


@transaction.atomic
def load_copy(*, actor: Any, draft_uuid: uuid.UUID, typed: Typed) -> BidDraft:
    """Puts a downloaded copy into a draft. Files come along where they belong to a draft of the actor's.

    Raises:
        Refused, BidDraft.DoesNotExist, HandedInError
    """
    from innovalley.documents.models import Document

    draft = _locked(actor, draft_uuid)
    ids = [each.get("id") for each in typed.files if isinstance(each.get("id"), int)]
    own = BidDraft.objects.filter(owner=actor, organisation=draft.organisation, call=draft.call)
    known = set(
        Document.objects.filter(
            pk__in=ids, owner_type="challenges.biddraft", owner_id__in=own.values("pk"), removed_at=None
        ).values_list("pk", flat=True)
    )
    typed.files = [each for each in typed.files if each.get("id") in known]
    _write(draft, typed, "")
    return draft


def submit_bid(
    *,
    actor: Any,
    draft_uuid: uuid.UUID,
    version: int,
    token: str,
    typed: Typed | None = None,
    tab: str = "",
) -> HandedIn:
    """Saves what is typed, then seals it and gives the receipt; the draft is wiped but for the bidder's own copy.

    `token` is the random one of the form: the same form sent again – twice, after a reload or a lost answer, even
    after the deadline – gives the same receipt. Without `typed` the draft is handed in as it stands. What is typed
    is saved even when it is not handed in.

    Raises:
        Refused, BidDraft.DoesNotExist
        WindowError: the call does not take bids at this instant.
        IncompleteBidError: something is missing or wrong.
        HandedInError: it was handed in by another form.
        DraftChangedError: another tab saved it since `version`; nothing is saved.
    """
    with transaction.atomic():
        draft = BidDraft.objects.select_for_update(of=("self",)).get(uuid=draft_uuid)
        require(actor, "challenges.edit_bid", draft)
        before = Envelope.objects.filter(token_hash=vault.token_hash(token), submitted_by=actor).first()
        if before is not None:
            return HandedIn(before, vault.copy_key(token))
        if draft.is_locked:
            raise HandedInError(draft.envelopes.first())
        _check_version(draft, version, tab)
        if typed is not None:
            _save(draft, typed, tab)
        try:
            with transaction.atomic():
                return _hand_in(actor, draft, token)
        except (WindowError, IncompleteBidError) as error:
            refused = error
    raise refused


@transaction.atomic
def reopen_draft(*, actor: Any, draft_uuid: uuid.UUID, key: bytes) -> BidDraft:
    """Opens a handed-in draft again with the key of the bidder's own copy, to hand in a changed bid.

    The sealed bid stays as it is; the later one will count. What is open already stays so.

    Raises:
        Refused, BidDraft.DoesNotExist
        LockedError: the key is another's.
    """
    draft = BidDraft.objects.select_for_update(of=("self",)).get(uuid=draft_uuid)
    require(actor, "challenges.edit_bid", draft)
    if draft.is_locked:
        content = vault.unlock(draft.content, key)
        draft.is_locked = False
        _write(draft, Typed.from_json(content["typed"]), "")
    return draft


@transaction.atomic
def withdraw_envelope(*, actor: Any, number: str) -> Envelope:
    """Takes a sealed bid back before the deadline; it will not be opened. Again changes nothing.

    Raises:
        Refused, Envelope.DoesNotExist
        WindowError: the deadline has passed.
    """
    envelope = Envelope.objects.get(number=number)
    require(actor, "challenges.withdraw_bid", envelope)
    call = call_to_read(envelope.call_id)
    envelope = Envelope.objects.select_for_update(of=("self",)).get(pk=envelope.pk)
    if envelope.withdrawn_at is not None:
        return envelope
    at = clock()
    if not call.accepts(at):
        raise WindowError(call, at)
    envelope.withdrawn_at = at
    envelope.save(update_fields=["withdrawn_at"])
    record(actor=actor, act="bid.withdraw", subject=envelope, sha256=envelope.sha256)
    return envelope


def own_copy(draft: BidDraft, key: bytes) -> dict[str, Any]:
    """The bidder's own copy of a handed-in bid: the very content whose SHA-256 stands on the receipt.

    Raises:
        LockedError: the key is another's, or the draft was opened again.
    """
    if not draft.is_locked:
        raise vault.LockedError
    copy: dict[str, Any] = vault.unlock(draft.content, key)["copy"]
    return copy


def _locked(actor: Any, draft_uuid: uuid.UUID) -> BidDraft:
    """The draft under a row lock, when the actor may write in it."""
    draft = BidDraft.objects.select_for_update(of=("self",)).get(uuid=draft_uuid)
    require(actor, "challenges.edit_bid", draft)
    if draft.is_locked:
        raise HandedInError(draft.envelopes.first())
    return draft


def _check_version(draft: BidDraft, version: int, tab: str) -> None:
    """Every version after `version` must have been saved by this very tab.

    Raises:
        DraftChangedError
    """
    if draft.version != version and not (tab and draft.tab == tab and version >= draft.tab_since - 1):
        raise DraftChangedError(draft)


def _save(draft: BidDraft, typed: Typed, tab: str) -> None:
    """What is typed, with the files that stand in the draft: a form that was open before one was added keeps it."""
    purposes = {str(each["id"]): each["as"] for each in typed.files}
    typed.files = [
        {**each, "as": purposes.get(str(each["id"]), each["as"])} for each in typed_of_draft(draft).files
    ]
    _write(draft, typed, tab)


def _hand_in(actor: Any, draft: BidDraft, token: str) -> HandedIn:
    call = call_to_read(draft.call_id)
    at = clock()
    if not call.accepts(at):
        raise WindowError(call, at)
    typed = typed_of_draft(draft)
    checked = check_bid(typed, call, draft.organisation)
    if checked.problems:
        raise IncompleteBidError(checked.problems)
    content = content_of(typed, checked, call, draft.organisation)
    envelope, copy = _sealed(actor, draft, call, at, token, content)
    key = vault.copy_key(token)
    draft.content, draft.is_locked = vault.lock({"typed": typed.to_json(), "copy": copy}, key), True
    draft.save(update_fields=["content", "is_locked", "updated"])
    return HandedIn(envelope, key)


def _write_files(draft: BidDraft, typed: Typed) -> None:
    """Files count as no save: a page that was open before they came or went may go on saving its text."""
    draft.content = vault.lock(typed.to_json())
    draft.save(update_fields=["content", "updated"])


def _write(draft: BidDraft, typed: Typed, tab: str) -> None:
    draft.content = vault.lock(typed.to_json())
    draft.version += 1
    if tab != draft.tab:
        draft.tab, draft.tab_since = tab, draft.version
    draft.save()


def _sealed(
    actor: Any, draft: BidDraft, call: Call, at: dt.datetime, token: str, content: dict[str, Any]
) -> tuple[Envelope, dict[str, Any]]:
    """The envelope with its entry in the ledger, and the content as it was sealed."""
    copy = {"nonce": secrets.token_hex(32), **content}
    sealed = seal(copy, bytes(call.public_key or b""))
    envelope = Envelope.objects.create(
        number="-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)),
        call=call,
        organisation=draft.organisation,
        submitted_by=actor,
        draft=draft,
        submitted_at=at,
        sealed=sealed.sealed,
        sha256=sealed.sha256,
        token_hash=vault.token_hash(token),
    )
    entry = record(
        actor=actor,
        act="bid.submit",
        subject=envelope,
        receipt=envelope.number,
        sha256=envelope.sha256,
        at=utc(at),
        call=call.number,
    )
    envelope.entry = entry.pk
    envelope.save(update_fields=["entry"])
    return envelope, copy
