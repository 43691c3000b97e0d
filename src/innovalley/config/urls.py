"""Every address of the site."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path


def closed(request: HttpRequest, **_: str) -> HttpResponse:
    """What the accounts' package offers and this site does not: the office keeps the addresses of its users."""
    raise Http404


urlpatterns = [
    path("", include("innovalley.web.urls")),
    path("", include("innovalley.ledger.urls")),
    path("", include("innovalley.documents.urls")),
    path("", include("innovalley.notices.urls")),
    path("", include("innovalley.registry.urls")),
    path("", include("innovalley.reviews.urls")),
    path("", include("innovalley.challenges.urls")),
    path("accounts/email/", closed),
    path("accounts/confirm-email/", closed),
    path("accounts/confirm-email/<str:key>/", closed),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
