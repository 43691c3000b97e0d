"""Downloads, each with its own permission check, and the forms that add and remove files."""

from __future__ import annotations

import uuid as uuids
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.documents import actions, cleaning, owners, storing
from innovalley.documents.kinds import MEDIA_TYPES, Kind, UnacceptableError
from innovalley.documents.models import Document

# Whatever a browser makes of it, it runs nothing and shows nothing of the site.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@require_safe
def document(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    """The file itself, as a download."""
    row = get_object_or_404(Document, uuid=uuid)
    require(request.user, "documents.read", row)
    return _download(row, storing.path_of(row.sha256), row.name)


@require_safe
def document_clean(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    """The copy without metadata, under a name that tells nothing."""
    row = get_object_or_404(Document, uuid=uuid)
    require(request.user, "documents.read_clean", row)
    try:
        place = cleaning.clean_copy(row)
    except cleaning.CannotCleanError as error:
        return render(request, "documents/no_clean_copy.html", {"reason": str(error)}, status=409)
    return _download(row, place, cleaning.blind_name(row))


@require_http_methods(["GET", "HEAD", "POST"])
def document_remove(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """Ask, then take the file away from its owner; ?next= is where to go back to."""
    row = get_object_or_404(Document, uuid=uuid)
    require(request.user, "documents.write", owners.load(row.owner_type, row.owner_id))
    back = _back(request)
    if request.method == "POST":
        actions.remove_document(actor=request.user, document_id=row.pk)
        messages.success(request, _("“%(name)s” is removed.") % {"name": row.name})
        return redirect(back)
    return render(request, "documents/remove.html", {"document": row, "back": back})


@require_POST
def document_upload(request: HttpRequest, owner_type: str, owner_id: int) -> HttpResponse:
    """Add the sent files to their owner; those that are not accepted are named with the reason."""
    if not request.user.is_authenticated:
        require(request.user, "documents.write")
    owner = owners.load(owner_type, owner_id)
    if owner is None:
        raise Http404
    require(request.user, "documents.write", owner)
    added, refused = add_files(request, owner)
    if request.headers.get("HX-Request"):
        context = {"refused": refused, **listing(request, owner)}
        return render(request, "documents/parts/files.html", context, status=422 if refused else 200)
    for name, reason in refused:
        messages.error(request, _("“%(name)s” was not added: %(reason)s") % {"name": name, "reason": reason})
    if added:
        messages.success(request, _("Added: %(names)s") % {"names": _(", ").join(d.name for d in added)})
    return redirect(_back(request))


def add_files(request: HttpRequest, owner: Any) -> tuple[list[Document], list[tuple[str, str]]]:
    """Adds the files of field "files"; returns the documents, and (name, reason) of those that were not accepted."""
    added: list[Document] = []
    refused: list[tuple[str, str]] = []
    for file in request.FILES.getlist("files"):
        name = str(file.name)
        try:
            added.append(actions.upload_document(actor=request.user, owner=owner, file=file, name=name))
        except UnacceptableError as error:
            refused.append((name, str(error)))
    return added, refused


def listing(request: HttpRequest, owner: Any) -> dict[str, Any]:
    """What the part "documents/parts/files.html" shows: the owner's files and, for who may, the form to add some."""
    from innovalley.documents.queries import documents_of

    return {
        "documents": documents_of(owner),
        "owner_type": owners.type_of(owner),
        "owner_id": owner.pk,
        "may_write": allowed(request.user, "documents.write", owner),
        "back": request.get_full_path(),
        "most_megabytes": actions.MAX_BYTES // 1024**2,
        "most_files": actions.MAX_DOCUMENTS,
    }


def _download(row: Document, place: Path, name: str) -> FileResponse:
    try:
        file = place.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    media_type = MEDIA_TYPES[Kind(row.kind)] if row.kind in list(Kind) else "application/octet-stream"
    response = FileResponse(file, as_attachment=True, filename=name, content_type=media_type)
    for header, value in _HEADERS.items():
        response.headers[header] = value
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "") or request.GET.get("next", "")
    hosts = {request.get_host()}
    return (
        target if url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure()) else "/"
    )
