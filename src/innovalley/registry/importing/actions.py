"""Imports step by step: upload, dry run as a job, confirm, write as a job (all or nothing), or cancel."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from innovalley.accounts.permissions import require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.actions import record
from innovalley.registry import progress
from innovalley.registry.importing.checking import Report, check
from innovalley.registry.importing.kinds import KINDS, ImportKind, Values
from innovalley.registry.importing.reading import read_table
from innovalley.registry.importing.tables import UnreadableError, check_size
from innovalley.registry.models import ImportRun
from innovalley.registry.queueing import defer

State: Any = ImportRun.State
supply_changed = Signal()  # achievements were added or changed: what was ranked against them is stale


@transaction.atomic
def upload_table(
    *, actor: Any, kind: str, file_name: str, content: bytes, skip_existing: bool = False
) -> ImportRun:
    """Takes a file in for its dry run, which `check_run` does as a job.

    Raises:
        Refused: the actor does not import.
        UnreadableError: the file is empty or too large.
        KeyError: there is no such kind.
    """
    require(actor, "registry.import")
    KINDS[kind]
    check_size(len(content))
    run = ImportRun.objects.create(
        kind=kind,
        file_name=file_name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        skip_existing=skip_existing,
        created_by=actor,
    )
    record(actor=actor, act="import.upload", subject=run, kind=kind, sha256=run.sha256)
    defer("registry.check_import", key=f"registry.check_import:{run.pk}", run_id=run.pk)
    return run


def check_run(*, run_id: int) -> Report | None:
    """The dry run of an uploaded table (a job; repeating it is harmless). None when there is nothing to check."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state != State.CHECKING:
        return None
    report, _values = _examine(run)
    with transaction.atomic():
        ImportRun.objects.filter(pk=run_id, state=State.CHECKING).update(
            state=State.CHECKED, report=report.as_json()
        )
    progress.clear(run.progress_name)
    return report


@transaction.atomic
def confirm_run(*, actor: Any, run_id: int) -> ImportRun:
    """Releases a checked table without problems for writing, which `write_run` does as a job.

    Confirming again what is confirmed changes nothing.

    Raises:
        Refused, ImportRun.DoesNotExist
        WrongStateError: it is not checked, or has problems.
    """
    require(actor, "registry.import")
    run = ImportRun.objects.select_for_update().defer("content").get(pk=run_id)
    if run.state in (State.IMPORTING, State.DONE):
        return run
    if run.state != State.CHECKED or not (run.report or {}).get("ok"):
        raise WrongStateError("confirm", run.state)
    run.state = State.IMPORTING
    run.save(update_fields=["state"])
    record(actor=actor, act="import.confirm", subject=run, rows=run.report["ready"])
    defer("registry.write_import", key=f"registry.write_import:{run.pk}", run_id=run.pk)
    return run


def write_run(*, run_id: int) -> ImportRun:
    """Writes a confirmed table in one transaction (a job; a retry after a crash starts from nothing written).

    The table is checked once more inside the transaction, since the registry may have changed; if a problem
    has come up, nothing is written and the run is back at `checked` with the new report.
    """
    try:
        with transaction.atomic():
            run = ImportRun.objects.select_for_update().get(pk=run_id)
            if run.state != State.IMPORTING:
                return run
            report, values = _examine(run)
            run.report = report.as_json()
            if not report.ok:
                run.state = State.CHECKED
                run.save(update_fields=["state", "report"])
            else:
                _write(run, values)
    except progress.CancelledError:
        with transaction.atomic():
            run = ImportRun.objects.select_for_update().get(pk=run_id)
            run.state = State.CANCELLED
            run.save(update_fields=["state"])
            record(actor=None, act="import.cancel", subject=run)
    progress.clear(run.progress_name)
    return run


def _write(run: ImportRun, values: list[Values]) -> None:
    kind = KINDS[run.kind]()
    total = len(values)
    progress.start(run.progress_name, total)
    kind.write(values, lambda done: progress.report(run.progress_name, done, total))
    run.state = State.DONE
    run.finished = timezone.now()
    run.content = b""  # the rows are in the registry; the hash stays
    run.save(update_fields=["state", "report", "finished", "content"])
    record(
        actor=run.created_by, act="import.write", subject=run, kind=run.kind, rows=total, sha256=run.sha256
    )
    transaction.on_commit(lambda: supply_changed.send(sender=kind.model))


@transaction.atomic
def cancel_run(*, actor: Any, run_id: int) -> ImportRun:
    """Gives up a table that is not yet written; one being written stops and leaves nothing.

    Raises:
        Refused, ImportRun.DoesNotExist
        WrongStateError: it is done.
    """
    require(actor, "registry.import")
    # A run being written holds its row's lock until it ends, so the wish is left where the job looks for it.
    progress.ask_to_stop(f"import-{run_id}")
    run = ImportRun.objects.select_for_update(skip_locked=True).defer("content").filter(pk=run_id).first()
    if run is None:
        return ImportRun.objects.defer("content").get(pk=run_id)
    if run.state == State.CANCELLED:
        return run
    if run.state == State.DONE:
        raise WrongStateError("cancel", run.state)
    run.state = State.CANCELLED
    run.save(update_fields=["state"])
    record(actor=actor, act="import.cancel", subject=run)
    return run


def _examine(run: ImportRun) -> tuple[Report, list[Values]]:
    kind: ImportKind = KINDS[run.kind]()
    try:
        table = read_table(bytes(run.content), run.file_name)
    except UnreadableError as error:
        report = Report()
        report.add(0, "", "", str(error))
        return report, []
    total = len(table.rows)
    progress.start(run.progress_name, total)
    return check(
        table,
        kind,
        skip_existing=run.skip_existing,
        progress=lambda done: progress.report(run.progress_name, done, total),
    )
