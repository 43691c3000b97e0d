"""Language as the reader chose it, and refusals in human words."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django_htmx.http import HttpResponseClientRedirect

from innovalley.accounts.permissions import Refused
from innovalley.web.context import sign_in_address
from innovalley.web.held import kept_fields


class ChosenLanguageMiddleware:
    """The language of the cookie that the switch sets; Chinese for everyone who has not chosen.

    Unlike Django's own it does not follow Accept-Language: browsers of Chinese offices often ask for English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class PersonalMiddleware:
    """No browser keeps what it showed a signed-in user: on a shared computer the Back button shows nothing more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_personal = request.user.is_authenticated or request.method == "POST"
        response = self.get_response(request)
        if is_personal and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
        return response


class RefusedMiddleware:
    """A refusal becomes a page that says why; one who is not signed in is shown the way, and keeps the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refuse(request, error.reason) if isinstance(error, Refused) else None


def refuse(request: HttpRequest, reason: str | Promise) -> HttpResponse:
    """The answer to someone who may not do this; `reason` is a sentence that tells nothing of the object."""
    if request.user.is_authenticated:
        return render(request, "web/refused.html", {"reason": reason}, status=403)
    is_read = request.method in ("GET", "HEAD")
    if is_read and getattr(request, "htmx", False):
        return HttpResponseClientRedirect(sign_in_address(request))
    if is_read:
        return render(request, "web/refused.html", {"reason": reason}, status=403)
    return render(request, "web/held.html", {"reason": reason, **kept_fields(request)}, status=403)
