"""A list as a file, in pieces as it is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from innovalley.registry.exporting import FORMATS, ExportColumn, ExportFile, export_kind, export_rows


def export(
    request: HttpRequest, kind: str, rows: QuerySet[Any], *, public: bool = True
) -> StreamingHttpResponse:
    """All `rows` of a kind of import as the file that ?export= asks for, "xlsx" or "csv"."""
    return download(export_kind(kind, rows, fmt=_format(request), public=public))


def export_table(
    request: HttpRequest, columns: Sequence[ExportColumn], rows: Iterable[Any], *, name: str
) -> StreamingHttpResponse:
    """`rows` that are of no kind of import, in `columns`, as the file that ?export= asks for."""
    return download(export_rows(columns, rows, fmt=_format(request), name=name))


def _format(request: HttpRequest) -> str:
    fmt = request.GET.get("export", "")
    if fmt not in FORMATS:
        raise Http404
    return fmt


def download(file: ExportFile) -> StreamingHttpResponse:
    """The answer that gives `file` to keep."""
    response = StreamingHttpResponse(file.pieces, content_type=file.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
