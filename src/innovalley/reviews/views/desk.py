"""The expert's desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from innovalley.accounts.permissions import require


def my_reviews(request: HttpRequest, **_places: int) -> HttpResponse:
    """The expert's invitations and reviews."""
    require(request.user, "reviews.have_desk")
    return HttpResponse("")
