"""The public front."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What the site is, and the ways in."""
    return render(request, "web/home.html")
