"""Imports step by step: upload, dry run as a job, confirm, write as a job (all or nothing), or cancel."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from innovalley.accounts.models import User
from innovalley.accounts.permissions import require
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.actions import record
from innovalley.registry import progress
from innovalley.registry.importing.checking import Report, check
from innovalley.registry.importing.kinds import KINDS, ImportKind, Values
from innovalley.registry.importing.reading import read_table
from innovalley.registry.importing.tables import UnreadableError, check_size
from innovalley.registry.locking import hold_registry
from innovalley.registry.merging.actions import MODELS, queue_proposals
from innovalley.registry.models import ImportRun
from innovalley.registry.queueing import defer
from innovalley.registry.signals import supply_changed

__all__ = [
    "cancel_run",
    "check_run",
    "confirm_run",
    "supply_changed",
    "upload_table",
    "write_run",
]

State: Any = ImportRun.State
Watch = Callable[[int, int], None]  # told how many of how many rows are done
logger = logging.getLogger(__name__)


@transaction.atomic
def upload_table(
    *,
    actor: Any,
    kind: str,
    file_name: str,
    content: bytes,
    skip_existing: bool = False,
    queued: bool = True,
) -> ImportRun:
    """Takes a file in for its dry run, which `check_run` does as a job.

    Its report will be in the language that is active now. The caller of `queued=False` (the command line)
    runs `check_run` and `write_run` itself. A form that was sent twice gives one run: while a file waits for
    its check, the same file of the same person is that run again.

    Raises:
        Refused: the actor does not import.
        UnreadableError: the file is empty or too large.
        KeyError: there is no such kind.
    """
    require(actor, "registry.import")
    KINDS[kind]
    check_size(len(content))
    sha256 = hashlib.sha256(content).hexdigest()
    if queued:
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # one upload of a person after the other
        same = ImportRun.objects.filter(
            created_by=actor, kind=kind, sha256=sha256, skip_existing=skip_existing
        )
        if sent_before := same.filter(state=State.CHECKING, queued=True).defer("content").first():
            return sent_before
    run = ImportRun.objects.create(
        kind=kind,
        file_name=file_name[-200:],
        sha256=sha256,
        content=content,
        skip_existing=skip_existing,
        language=translation.get_language() or "",
        queued=queued,
        created_by=actor,
    )
    record(actor=actor, act="import.upload", subject=run, kind=kind, sha256=run.sha256)
    if queued:
        defer("registry.check_import", key=f"registry.check_import:{run.pk}", run_id=run.pk)
    return run


def check_run(*, run_id: int, watch: Watch = lambda done, total: None) -> Report | None:
    """The dry run of an uploaded table (a job; repeating it is harmless).

    None when there is nothing to check, or someone cancelled meanwhile.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state != State.CHECKING:
        return None
    report: Report | None = None
    try:
        report, _values, _kind = _examine(run, watch)
    except progress.CancelledError:
        return None
    except OperationalError:
        raise  # the database went away: the job is run again
    except Exception:
        report = _failure(
            run, gettext_lazy("An error in the program, noted in its log, kept the table from being checked.")
        )
        raise
    finally:
        if report is not None:
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
    run = ImportRun.objects.select_for_update(of=("self",)).defer("content").get(pk=run_id)
    if run.state in (State.IMPORTING, State.DONE):
        return run
    if run.state != State.CHECKED or not (run.report or {}).get("ok"):
        raise WrongStateError("confirm", run.state)
    run.state = State.IMPORTING
    run.save(update_fields=["state"])
    record(actor=actor, act="import.confirm", subject=run, rows=run.report["ready"])
    if run.queued:
        defer("registry.write_import", key=f"registry.write_import:{run.pk}", run_id=run.pk)
    return run


def write_run(*, run_id: int, watch: Watch = lambda done, total: None) -> ImportRun:
    """Writes a confirmed table in one transaction (a job; a retry after a crash starts from nothing written).

    The table is checked once more inside the transaction, since the registry may have changed; if a problem
    has come up, nothing is written and the run is back at `checked` with the new report.
    """
    try:
        with transaction.atomic():
            run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
            if run.state != State.IMPORTING:
                return run
            hold_registry()
            report, values, kind = _examine(run, watch)
            run.report = report.as_json()
            if report.ok:
                _write(run, kind, values, watch)
            else:
                run.state = State.CHECKED
                run.save(update_fields=["state", "report"])
    except progress.CancelledError:
        run = _end(run_id, lambda run: _cancel(run, actor=None))
    except OperationalError:
        raise  # the database went away: nothing is written, and the job is run again
    except Exception:
        message = gettext_lazy(
            "An error in the program, noted in its log, kept the table from being written."
        )
        _end(run_id, lambda run: _back_to_checked(run, _failure(run, message)))
        raise
    finally:
        progress.clear(ImportRun(pk=run_id).progress_name)
    return run


@transaction.atomic
def cancel_run(*, actor: Any, run_id: int) -> ImportRun:
    """Gives up a table that is not yet written; one being written stops and leaves nothing.

    Raises:
        Refused, ImportRun.DoesNotExist
        WrongStateError: it is done.
    """
    require(actor, "registry.import")
    rows = ImportRun.objects.defer("content")
    run = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=run_id).first()
    if run is None:  # the job that writes it has it, so the wish is left where the job looks for it
        run = rows.get(pk=run_id)
        progress.ask_to_stop(run.progress_name)
        record(actor=actor, act="import.ask_to_stop", subject=run)
        return run
    if run.state == State.DONE:
        raise WrongStateError("cancel", run.state)
    if run.state == State.CHECKING:
        progress.ask_to_stop(run.progress_name)
    _cancel(run, actor=actor)
    return run


def _cancel(run: ImportRun, *, actor: Any) -> None:
    if run.state in (State.CANCELLED, State.DONE):
        return
    run.state = State.CANCELLED
    run.content = b""
    run.save(update_fields=["state", "content"])
    record(actor=actor, act="import.cancel", subject=run)


def _back_to_checked(run: ImportRun, report: Report) -> None:
    run.state, run.report = State.CHECKED, report.as_json()
    run.save(update_fields=["state", "report"])


@transaction.atomic
def _end(run_id: int, change: Callable[[ImportRun], None]) -> ImportRun:
    """After the writing was rolled back: what becomes of the run, unless someone else decided meanwhile."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state == State.IMPORTING:
        change(run)
    return run


def _failure(run: ImportRun, message: Promise) -> Report:
    logger.exception("import %s (%s) failed", run.pk, run.kind)
    report = Report()
    with _in_its_language(run):
        report.add(0, "", "", str(message))
    return report


def _in_its_language(run: ImportRun) -> translation.override:
    return translation.override(run.language or settings.LANGUAGE_CODE)


def _write(run: ImportRun, kind: ImportKind, values: list[Values], watch: Watch) -> None:
    total = len(values)
    _watched(run, watch)(0, total)
    kind.write(values, actor=run.created_by, progress=lambda done: _watched(run, watch)(done, total))
    run.state = State.DONE
    run.finished = timezone.now()
    run.content = b""  # the rows are in the registry; the hash stays
    run.save(update_fields=["state", "report", "finished", "content"])
    record(
        actor=run.created_by, act="import.write", subject=run, kind=run.kind, rows=total, sha256=run.sha256
    )
    if kind.changes_supply:
        supply_changed.send(sender=kind.model)
    if kind.name in MODELS:
        queue_proposals(kind.name)


def _examine(run: ImportRun, watch: Watch) -> tuple[Report, list[Values], ImportKind]:
    kind: ImportKind = KINDS[run.kind]()
    with _in_its_language(run):
        try:
            table = read_table(bytes(run.content), run.file_name)
        except UnreadableError as error:
            report = Report()
            report.add(0, "", "", str(error))
            return report, [], kind
        total = len(table.rows)
        report_progress = _watched(run, watch)
        report_progress(0, total)
        report, values = check(
            table,
            kind,
            skip_existing=run.skip_existing,
            progress=lambda done: report_progress(done, total),
        )
    return report, values, kind


def _watched(run: ImportRun, watch: Watch) -> Watch:
    def tell(done: int, total: int) -> None:
        progress.report(run.progress_name, done, total)
        watch(done, total)

    return tell
