"""Progress of long work, written on a connection of its own so that it shows before the work commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from innovalley.registry.models import Progress

T = TypeVar("T")


class CancelledError(Exception):
    """Someone asked this job to stop; what it did in its transaction is rolled back."""


def start(name: str, total: int) -> None:
    """Shows job `name` at its begin, 0 of `total` steps.

    Raises:
        CancelledError: the job was asked to stop before it began.
    """
    report(name, 0, total)


def report(name: str, done: int, total: int) -> None:
    """Notes that `done` of `total` steps of job `name` are done.

    Raises:
        CancelledError: the job was asked to stop.
    """
    if _apart(lambda: _report(name, done, total)):
        raise CancelledError(name)


def ask_to_stop(name: str) -> None:
    """Asks job `name` to stop at its next report; the wish stands until the job ends with `clear`."""
    Progress.objects.update_or_create(name=name, defaults={"cancelled": True})


def clear(name: str) -> None:
    """Forgets the progress of work that has ended, however it did, and a wish to stop it."""
    _apart(lambda: Progress.objects.filter(name=name).delete())


def of(name: str) -> Progress | None:
    """The progress of job `name`, None when it is not under way."""
    return Progress.objects.filter(name=name).first()


def _report(name: str, done: int, total: int) -> bool:
    row, _created = Progress.objects.update_or_create(
        name=name, defaults={"done": min(done, total), "total": total}
    )
    return row.cancelled


def _apart(work: Callable[[], T]) -> T:
    """Runs `work` in a thread, whose database connection is not in the caller's transaction."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()
