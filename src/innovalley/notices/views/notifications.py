"""What the site tells a user, how the user wants it told, and the mails that need the administrator's word."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import require
from innovalley.notices import actions, queries
from innovalley.notices.forms import ChoicesForm
from innovalley.notices.models import Mail, Notification

ROWS_A_PAGE = 20


@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """All of one's own, newest first; ?unread=1 those not read yet."""
    require(request.user, "notices.have_notifications")
    rows = queries.notifications_of(request.user)
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.filter(read_at=None)
    context = {
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "only_unread": only_unread,
        "unread": queries.unread_count(request.user),
    }
    return render(request, "notices/notifications.html", context)


@require_POST
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go where it leads."""
    if not request.user.is_authenticated:
        require(request.user, "notices.have_notifications")
    row = get_object_or_404(Notification, pk=pk, recipient=request.user.pk)
    require(request.user, "notices.read_notification", row)
    actions.mark_read(actor=request.user, notification_ids=[row.pk])
    is_ours = url_has_allowed_host_and_scheme(row.url, None)
    return redirect(row.url if is_ours else "notifications")


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    actions.mark_read(actor=request.user)
    return redirect("notifications")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """How each kind shall come."""
    require(request.user, "notices.have_notifications")
    form = ChoicesForm(
        request.POST if request.method == "POST" else None, chosen=queries.channels_of(request.user)
    )
    if request.method == "POST" and form.is_valid():
        actions.choose_channels(actor=request.user, channels=form.cleaned_data)
        messages.success(request, _("Your choices are kept."))
        return redirect("notification_choices")
    return render(request, "notices/choices.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Mails that may or may not have left when something broke, and those that could not be sent."""
    require(request.user, "notices.manage_mails")
    page = Paginator(queries.mails_to_settle(), ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "notices/mails.html", {"page": page})


@require_POST
def mail_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it again (again=1), or give it up."""
    require(request.user, "notices.manage_mails")
    get_object_or_404(Mail, pk=pk)
    again = request.POST.get("again") == "1"
    actions.settle_mail(actor=request.user, mail_id=pk, again=again)
    messages.success(request, _("The mail waits to be sent.") if again else _("The mail is given up."))
    return redirect("mails")
