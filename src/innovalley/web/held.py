"""Forms that arrived after the session had ended: what was typed is handed back, to be sent again.

Nothing is stored: the page itself carries the fields.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

_NEVER_KEPT = ("csrfmiddlewaretoken", "password", "code")


def kept_fields(request: HttpRequest) -> dict[str, Any]:
    """What the page "web/held.html" needs: the fields as (name, value), and whether files were among them.

    Secrets are left out, and files cannot be handed back.
    """
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(word in name.lower() for word in _NEVER_KEPT)
    ]
    return {"fields": fields, "had_files": bool(request.FILES), "action": request.get_full_path()}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token is out of date, as after signing in in another tab.

    Only what came from a page of this site is handed back: another site must not get its own content sent
    with one click of the user.
    """
    context: dict[str, Any] = {
        "reason": _("The page had been open for too long, or you signed in meanwhile.")
    }
    if not _is_own(request):
        return render(request, "web/refused.html", context, status=403)
    return render(request, "web/held.html", {**context, **kept_fields(request)}, status=403)


def _is_own(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent the form."""
    if fetched_from := request.headers.get("Sec-Fetch-Site"):
        return fetched_from == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(sender)
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())
