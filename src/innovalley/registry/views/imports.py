"""Imports, for the office: choose a file, see what is wrong with it or what it would do, confirm, watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from innovalley.accounts.permissions import require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.registry import listing, progress
from innovalley.registry.exporting import ExportColumn, export_report, template
from innovalley.registry.forms import UploadForm
from innovalley.registry.importing import actions, runs
from innovalley.registry.importing.kinds import KINDS
from innovalley.registry.importing.tables import UnreadableError
from innovalley.registry.listing import word
from innovalley.registry.models import ImportRun
from innovalley.registry.views.exports import download, export_table

PROBLEMS_A_PAGE = 50
PERMISSION = "registry.import"


@require_safe
def imports(request: HttpRequest) -> HttpResponseBase:
    """All imports, newest first: ?kind= ?state="""
    require(request.user, PERMISSION)
    state = {name: word(request, name) for name in ("kind", "state")}
    rows = runs.runs(**state)
    titles = {name: kind.title for name, kind in runs.kinds().items()}
    if request.GET.get("export"):
        return export_table(request, _columns(titles), rows, name=_("Imports"))
    page = listing.page_of(request, rows)
    for run in page:
        run.kind_title = titles.get(run.kind, run.kind)
    kinds, states = list(titles.items()), ImportRun.State.choices
    return render(
        request, "registry/imports.html", {"page": page, "filter": state, "kinds": kinds, "states": states}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """The form for a table; ?kind= and ?skip_existing=on fill it in beforehand."""
    require(request.user, PERMISSION)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid() and (run := _upload(request, form)):
            return redirect("import_run", pk=run.pk)
    else:
        form = UploadForm(
            initial={"kind": word(request, "kind"), "skip_existing": word(request, "skip_existing")}
        )
    status = 422 if form.errors else 200
    return render(request, "registry/import_new.html", {"form": form, "kinds": _kinds()}, status=status)


def _upload(request: HttpRequest, form: UploadForm) -> ImportRun | None:
    data = form.cleaned_data
    try:
        return actions.upload_table(
            actor=request.user,
            kind=data["kind"],
            file_name=data["file"].name,
            content=data["file"].read(),
            skip_existing=data["skip_existing"],
        )
    except UnreadableError as error:
        form.add_error("file", str(error))
        return None


@require_safe
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import stands; its problems by row and column (?column=, ?page=)."""
    require(request.user, PERMISSION)
    run = _get(pk)
    is_under_way = run.state in (ImportRun.State.CHECKING, ImportRun.State.IMPORTING)
    if request.headers.get("HX-Request") and not is_under_way:
        return HttpResponseClientRefresh()  # the progress bar asked: the page has something else to show now
    report = runs.report_of(run)
    column = word(request, "column")
    problems = [p for p in report.problems if column in ("", p.column)] if report else []
    kind = KINDS.get(run.kind)
    progressed = progress.of(run.progress_name) if is_under_way else None
    context: dict[str, Any] = {
        "run": run,
        "kind": kind,
        "kind_title": kind.title if kind else run.kind,
        "report": report,
        "is_under_way": is_under_way,
        "progress": progressed,
        "percent": progressed.percent if progressed else 0,
        "page": listing.page_of(request, problems, PROBLEMS_A_PAGE),
        "column": column,
        "columns": runs.by_column(report.problems) if report else [],
        "list_address": kind.list_address if kind else "",
    }
    return render(request, "registry/import_run.html", context)


@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was checked. Sent twice, it is done once."""
    require(request.user, PERMISSION)
    _get(pk)
    try:
        actions.confirm_run(actor=request.user, run_id=pk)
    except WrongStateError:
        messages.warning(request, _("This import cannot be written as it stands now; see below."))
    return redirect("import_run", pk=pk)


@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it up; what is being written leaves nothing."""
    require(request.user, PERMISSION)
    _get(pk)
    try:
        run = actions.cancel_run(actor=request.user, run_id=pk)
    except WrongStateError:
        messages.warning(request, _("All rows are written already: there is nothing left to cancel."))
    else:
        if run.state != ImportRun.State.CANCELLED:
            messages.info(request, _("The import is being stopped."))
    return redirect("import_run", pk=pk)


@require_safe
def import_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The problems by row and column as a workbook, to mend the file by."""
    require(request.user, PERMISSION)
    run = _get(pk)
    report = runs.report_of(run)
    if report is None:
        raise Http404
    return download(export_report(report))


@require_safe
def import_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """A workbook with the header of this kind, and what may stand in each column."""
    require(request.user, PERMISSION)
    if kind not in KINDS:
        raise Http404
    return download(template(kind))


def _get(pk: int) -> ImportRun:
    try:
        return runs.with_report(pk)
    except ImportRun.DoesNotExist:
        raise Http404 from None


def _columns(titles: Mapping[str, Any]) -> list[ExportColumn]:
    return [
        ExportColumn(_("File"), lambda run: run.file_name),
        ExportColumn(_("Kind"), lambda run: titles.get(run.kind, run.kind)),
        ExportColumn(_("State"), lambda run: run.get_state_display()),
        ExportColumn(_("Rows"), lambda run: run.ready),
        ExportColumn(_("Problems"), lambda run: run.problem_count),
        ExportColumn(_("Chosen by"), lambda run: run.created_by or _("command line")),
        ExportColumn(_("Chosen at"), lambda run: run.created),
        ExportColumn(_("Written"), lambda run: run.finished),
        ExportColumn("SHA-256", lambda run: run.sha256),
    ]


def _kinds() -> list[dict[str, Any]]:
    """The kinds with their columns, for the help beside the form."""
    return [
        {
            "name": name,
            "title": kind.title,
            "identity": kind.identity,
            "columns": [column for column in kind().columns if column.exported],
        }
        for name, kind in runs.kinds().items()
    ]
