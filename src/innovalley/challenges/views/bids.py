"""Where bids are written: the form, its saving and checking, handing in, receipts."""

from __future__ import annotations

import json
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.challenges import actions, bid_page, call_queries, vault
from innovalley.challenges.content import Typed, typed_of
from innovalley.challenges.locking import clock
from innovalley.challenges.models import BidDraft, Challenge, Envelope
from innovalley.documents.kinds import UnacceptableError
from innovalley.registry.models import Organisation

COPY_TYPE = "innovalley.bid-copy"
MAX_COPY_BYTES = 4 * 1024**2
_COOKIE_DAYS = 400


@require_safe
def my_bids(request: HttpRequest) -> HttpResponse:
    """Drafts and what was handed in."""
    require(request.user, "challenges.write_bid")
    now = clock()
    envelopes = list(call_queries.own_envelopes(request.user)[:200])
    context = {
        "drafts": call_queries.own_drafts(request.user)[:200],
        "envelopes": [(each, each.withdrawn_at is None and each.call.accepts(now)) for each in envelopes],
        "now": now,
    }
    return render(request, "challenges/bids/my_bids.html", context)


@require_POST
def new_bid(request: HttpRequest) -> HttpResponse:
    """Starts a draft for ?challenge of ?call (sent in the form: addresses stand in logs) and opens it."""
    require(request.user, "challenges.write_bid")
    own = Organisation.objects.filter(memberships__user=request.user.pk).order_by("name_zh")
    call = get_object_or_404(call_queries.visible_calls(request.user), number=request.POST.get("call", ""))
    chosen = request.POST.get("organisation", "")
    organisation = (
        own.filter(pk=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else own.first()
    )
    if organisation is None:
        messages.warning(
            request, _("Your account acts for no organisation yet. The programme office connects it.")
        )
        return redirect(call)
    typed = Typed(challenge=request.POST.get("challenge", "")[:18])
    teams = list(organisation.teams.all()[:2])
    if len(teams) == 1:
        typed.team = str(teams[0].pk)
    try:
        draft = actions.start_bid(actor=request.user, call_id=call.pk, organisation=organisation, typed=typed)
    except actions.WindowError:
        messages.warning(request, _("This call takes no bids now."))
        return redirect(call)
    return redirect(draft)


@require_http_methods(["GET", "HEAD", "POST"])
def bid(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """The form of a bid; POST saves, or hands in."""
    found = _draft(request, draft)
    if request.method == "POST":
        return _save(request, found)
    if found.is_locked:
        return _locked(request, found)
    page = bid_page.Page(found, actions.typed_of_draft(found), tab=str(uuid.uuid4()), token=_token())
    if request.GET.get("missing"):
        page.shows_problems = True
    return render(request, "challenges/bids/bid.html", page.context())


@require_POST
def autosave_bid(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """Saves what is typed while it is typed; answers with one line, the version for the next save, and the check."""
    found = _draft(request, draft)
    context: dict[str, Any] = {"draft": found}
    try:
        typed = _typed(request, found)
        found = actions.save_draft(
            actor=request.user,
            draft_uuid=found.uuid,
            version=_version(request),
            typed=typed,
            tab=_tab(request),
        )
        context |= {"draft": found, "saved_at": timezone.now()}
    except actions.DraftChangedError:
        context["problem"] = _("Not saved: another tab changed it. Save the draft to compare.")
    except (actions.HandedInError, vault.LockedError):
        context["problem"] = _("Not saved: this bid was handed in already.")
    return render(request, "challenges/bids/saved.html", context)


@require_POST
def check_bid(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """Verdicts and sums of what is typed, without saving; the whole table of specs with ?specs=1."""
    found = _draft(request, draft)
    try:
        page = bid_page.Page(found, _typed(request, found))
    except vault.LockedError:
        return HttpResponse(status=204)
    template = "challenges/bids/specs.html" if request.GET.get("specs") else "challenges/bids/live.html"
    return render(request, template, page.context())


@require_POST
def bid_file(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """Adds a file, or drops number `drop`; answers with the list of files, or without htmx with the page."""
    found = _draft(request, draft)
    error = ""
    try:
        if (number := request.POST.get("drop", "")) and number.isascii() and number.isdigit():
            found = actions.drop_file(actor=request.user, draft_uuid=found.uuid, file_id=int(number))
        elif upload := request.FILES.get("file"):
            found = actions.add_file(
                actor=request.user,
                draft_uuid=found.uuid,
                file=upload,
                name=upload.name or "",
                purpose=request.POST.get("purpose", ""),
            )
        else:
            error = _("Please choose a file.")
    except UnacceptableError as refused:
        error = str(refused)
    except actions.HandedInError:
        error = _("This bid was handed in already.")
    if not request.htmx:  # type: ignore[attr-defined]
        if error:
            messages.warning(request, error)
        return redirect(f"{found.get_absolute_url()}#files")
    page = bid_page.Page(found, actions.typed_of_draft(found))
    return render(request, "challenges/bids/files.html", {**page.context(), "file_error": error})


@require_safe
def bid_partners(request: HttpRequest) -> HttpResponse:
    """Organisations whose name begins or goes on with what is typed, as options."""
    require(request.user, "challenges.write_bid")
    typed = next((each.strip() for each in reversed(request.GET.getlist("partner")) if each.strip()), "")
    rows = Organisation.objects.filter(merged_into=None, name_zh__icontains=typed) if len(typed) > 1 else []
    return render(request, "challenges/bids/partner_options.html", {"options": rows[:12]})


@require_POST
def load_bid(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """Puts a downloaded copy into this draft."""
    found = _draft(request, draft)
    upload = request.FILES.get("copy")
    try:
        if upload is None or upload.size is None or upload.size > MAX_COPY_BYTES:
            raise ValueError
        content = json.load(upload)["content"]
        challenge = Challenge.objects.prefetch_related("specs").get(
            call=found.call_id, number=content["challenge"]
        )
        actions.load_copy(actor=request.user, draft_uuid=found.uuid, typed=typed_of(content, challenge))
    except actions.HandedInError:
        return _locked(request, found)
    except (ValueError, LookupError, TypeError, ArithmeticError, Challenge.DoesNotExist):
        messages.warning(request, _("Nothing was loaded: this file is no copy of a bid for this call."))
    else:
        messages.success(
            request, _("The copy is loaded into the draft. Please declare anew what you declared.")
        )
    return redirect(found)


@require_POST
def reopen_bid(request: HttpRequest, draft: uuid.UUID) -> HttpResponse:
    """Opens a handed-in bid for changes, with the key in this browser."""
    found = _draft(request, draft)
    key = _key(request, found)
    try:
        if key is None:
            raise vault.LockedError
        actions.reopen_draft(actor=request.user, draft_uuid=found.uuid, key=key)
    except vault.LockedError:
        messages.warning(
            request,
            _(
                "This browser does not hold the key of your copy. Start a new bid and load the copy that you kept."
            ),
        )
        return redirect("my_bids")
    return redirect(found)


@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt, for the one who handed in."""
    envelope = _envelope(request, number)
    draft = envelope.draft
    copy = _copy(request, envelope)
    context = {
        "envelope": envelope,
        "may_withdraw": envelope.withdrawn_at is None and envelope.call.accepts(clock()),
        "has_copy": copy is not None,
        "draft": draft,
        "is_newest": draft is not None and draft.is_locked,
        "bid": getattr(envelope, "bid", None),
    }
    return render(request, "challenges/bids/receipt.html", context)


@require_safe
def receipt_copy(request: HttpRequest, number: str) -> HttpResponse:
    """The bidder's own copy as a file; only this browser's key opens it."""
    envelope = _envelope(request, number)
    copy = _copy(request, envelope)
    if copy is None:
        raise Http404
    content = {
        "type": COPY_TYPE,
        "version": 1,
        "receipt": envelope.number,
        "submitted_at": envelope.submitted_at.isoformat(),
        "sha256": envelope.sha256,
        "content": copy,
    }
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = f'attachment; filename="bid-{envelope.number}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_bid(request: HttpRequest, number: str) -> HttpResponse:
    """Takes a sealed bid back; GET says what will happen."""
    envelope = _envelope(request, number)
    if request.method == "POST":
        try:
            actions.withdraw_envelope(actor=request.user, number=number)
            messages.success(request, _("The bid is withdrawn; it will not be opened."))
        except actions.WindowError:
            messages.warning(request, _("Nothing was done: the deadline has passed."))
        return redirect(envelope)
    return render(request, "challenges/bids/withdraw.html", {"envelope": envelope})


def _save(request: HttpRequest, draft: BidDraft) -> HttpResponse:
    tab, token = _tab(request), request.POST.get("token", "")
    if not 20 <= len(token) <= 64:
        token = _token()
    try:
        typed = _typed(request, draft)
    except vault.LockedError:  # handed in: the same form again gives the same receipt
        return _hand_in(request, draft, None, tab, token)
    if "submit" in request.POST:
        return _hand_in(request, draft, typed, tab, token)
    try:
        saved = actions.save_draft(
            actor=request.user, draft_uuid=draft.uuid, version=_version(request), typed=typed, tab=tab
        )
    except actions.DraftChangedError as error:
        return _conflict(request, bid_page.Page(draft, typed, tab=tab, token=token), error.draft)
    except actions.HandedInError:
        return _locked(request, draft)
    if "more" in request.POST:
        page = bid_page.Page(saved, typed, tab=tab, token=token, blank_steps=3, blank_partners=2)
        return render(request, "challenges/bids/bid.html", page.context())
    messages.success(request, _("The draft is saved."))
    return redirect("my_bids")


def _hand_in(
    request: HttpRequest, draft: BidDraft, typed: Typed | None, tab: str, token: str
) -> HttpResponse:
    def page() -> bid_page.Page:
        """The page with what was typed; made only where it is shown, since at a deadline every moment counts."""
        return bid_page.Page(draft, typed or Typed(), tab=tab, token=token)

    try:
        done = actions.submit_bid(
            actor=request.user,
            draft_uuid=draft.uuid,
            version=_version(request),
            token=token,
            typed=typed,
            tab=tab,
        )
    except actions.DraftChangedError as error:
        return _conflict(request, page(), error.draft)
    except actions.HandedInError:
        return _locked(request, draft)
    except actions.WindowError as error:
        return _late(request, page(), error)
    except actions.IncompleteBidError:
        shown = page()
        shown.refresh()
        shown.shows_problems = True
        return render(request, "challenges/bids/bid.html", shown.context(), status=422)
    response = redirect(done.envelope)
    response.set_cookie(
        _cookie(draft),
        vault.to_text(done.copy_key),
        max_age=_COOKIE_DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _late(request: HttpRequest, page: bid_page.Page, error: actions.WindowError) -> HttpResponse:
    """The deadline has passed: what was typed is in the draft, and on the page."""
    page.refresh()
    page.late = error
    return render(request, "challenges/bids/bid.html", page.context(), status=409)


def _conflict(request: HttpRequest, page: bid_page.Page, theirs: BidDraft) -> HttpResponse:
    page.theirs = actions.typed_of_draft(theirs)
    page.version = theirs.version
    return render(request, "challenges/bids/bid.html", page.context(), status=409)


def _locked(request: HttpRequest, draft: BidDraft) -> HttpResponse:
    envelope = draft.envelopes.first()
    messages.info(request, _("This bid is handed in."))
    return redirect(envelope) if envelope else redirect("my_bids")


def _draft(request: HttpRequest, draft_uuid: uuid.UUID) -> BidDraft:
    """The user's own draft.

    Raises:
        Refused: not signed in, so that someone whose session has ended gets the form back.
        Http404
    """
    require(request.user, "challenges.write_bid")
    draft = call_queries.draft_of(request.user, draft_uuid)
    if draft is None:
        raise Http404
    require(request.user, "challenges.edit_bid", draft)
    return draft


def _envelope(request: HttpRequest, number: str) -> Envelope:
    require(request.user, "challenges.write_bid")
    envelope = call_queries.own_envelopes(request.user).filter(number=number).first()
    if envelope is None or not allowed(request.user, "challenges.see_receipt", envelope):
        raise Http404
    return envelope


def _typed(request: HttpRequest, draft: BidDraft) -> Typed:
    return Typed.of_post(request.POST, actions.typed_of_draft(draft).files)


def _copy(request: HttpRequest, envelope: Envelope) -> dict[str, Any] | None:
    """The bidder's copy of exactly this envelope, where this browser has its key."""
    draft = envelope.draft
    key = _key(request, draft) if draft else None
    if draft is None or key is None or draft.envelopes.first() != envelope:
        return None
    try:
        return actions.own_copy(draft, key)
    except vault.LockedError:
        return None


def _key(request: HttpRequest, draft: BidDraft) -> bytes | None:
    return vault.from_text(request.COOKIES.get(_cookie(draft), ""))


def _cookie(draft: BidDraft) -> str:
    return f"bid-{draft.uuid.hex}"


def _token() -> str:
    return secrets.token_urlsafe(24)


def _tab(request: HttpRequest) -> str:
    return request.POST.get("tab", "")[:36]


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
