"""Public notices, and the form by which anyone may object."""

from __future__ import annotations

import uuid

from allauth.account.adapter import get_adapter
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from innovalley.accounts.permissions import allowed
from innovalley.documents.kinds import UnacceptableError
from innovalley.notices import actions, queries
from innovalley.notices.forms import ObjectionForm
from innovalley.notices.models import NoticeState, Objection, PublicNotice

ROWS_A_PAGE = 20
RECEIPT_CHARACTERS = 24


@require_safe
def public_notices(request: HttpRequest) -> HttpResponse:
    """All notices, newest first."""
    page = Paginator(queries.public_notices(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "notices/public_notices.html", {"page": page})


@require_safe
def public_notice(request: HttpRequest, number: str) -> HttpResponse:
    """What was decided, until when one may object, and the head of the ledger."""
    notice = get_object_or_404(PublicNotice.objects.select_related("seal"), number=number)
    return render(
        request,
        "notices/public_notice.html",
        {
            "notice": notice,
            "sealed_by": queries.seal_of(notice),
            "may_publish": allowed(request.user, "notices.publish"),
            "is_withdrawn": notice.state == NoticeState.WITHDRAWN,
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, number: str) -> HttpResponse:
    """The form of an objection, open to anyone. What was typed stays when it cannot be taken."""
    notice = get_object_or_404(PublicNotice, number=number)
    if request.method != "POST":
        form = ObjectionForm(initial={"token": uuid.uuid4()})
        return _form(request, notice, form, status=200 if notice.is_running else 410)
    form = ObjectionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, notice, form, status=422)
    try:
        objection = _take(request, notice, form)
    except actions.TooLateError:
        form.add_error(
            None, _("The time for objections has ended. Nothing was sent; what you typed is still here.")
        )
        return _form(request, notice, form, status=410)
    except actions.TooManyError:
        form.add_error(
            None, _("Many objections came from your network within the hour. Please try again later.")
        )
        return _form(request, notice, form, status=429)
    except UnacceptableError as error:
        form.add_error("files", str(error))
        return _form(request, notice, form, status=422)
    return redirect(f"{reverse('objection_status')}?{urlencode({'receipt': objection.receipt})}")


@never_cache
@require_safe
def objection_status(request: HttpRequest) -> HttpResponse:
    """How an objection stands, for who has its receipt; tells nothing of who objected."""
    receipt = request.GET.get("receipt", "").strip().upper()[:RECEIPT_CHARACTERS]
    objection = None
    if receipt and "\0" not in receipt:
        objection = Objection.objects.select_related("notice").filter(receipt=receipt).first()
    return render(request, "notices/objection_status.html", {"receipt": receipt, "objection": objection})


def _take(request: HttpRequest, notice: PublicNotice, form: ObjectionForm) -> Objection:
    typed = form.cleaned_data
    return actions.object_to_notice(
        actor=request.user,
        notice_id=notice.pk,
        token=typed["token"],
        name=typed["name"],
        organisation=typed["organisation"],
        contact=typed["contact"],
        reason=typed["reason"],
        evidence=[(str(file.name), file.file) for file in typed["files"]],
        address=str(get_adapter(request).get_client_ip(request)),
    )


def _form(request: HttpRequest, notice: PublicNotice, form: ObjectionForm, *, status: int) -> HttpResponse:
    return render(request, "notices/object.html", {"notice": notice, "form": form}, status=status)
