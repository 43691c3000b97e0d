"""A list as a file, in pieces as it is made."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from innovalley.registry.exporting import FORMATS, ExportFile, export_kind


def export(
    request: HttpRequest, kind: str, rows: QuerySet[Any], *, public: bool = True
) -> StreamingHttpResponse:
    """All `rows` of a kind of import as the file that ?export= asks for, "xlsx" or "csv"."""
    fmt = request.GET.get("export", "")
    if fmt not in FORMATS:
        raise Http404
    return download(export_kind(kind, rows, fmt=fmt, public=public))


def download(file: ExportFile) -> StreamingHttpResponse:
    """The answer that gives `file` to keep."""
    response = StreamingHttpResponse(file.pieces, content_type=file.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
