"""A list as a file."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse


def export(request: HttpRequest, kind: str, rows: QuerySet[Any]) -> HttpResponse:
    """All `rows` as the file that ?export= asks for."""
    raise Http404
