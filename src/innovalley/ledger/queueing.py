"""Puts jobs into the queue in the caller's own transaction, so that an act and its job stand or fall together."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager


def manager() -> JobManager:
    """The queue, seen through Django's connection: in a worker too, where the app has one of its own."""
    return JobManager(DjangoConnector())


def defer(task: str, *, key: str | None = None, **arguments: Any) -> bool:
    """Queues `task` (its name, "registry.check_import") with `arguments`; False when it waits already.

    Jobs of one `key` run one after the other, and at most one of them waits. A key is a task's name with
    what it works on ("registry.check_import:12"); without one it is the task's name.
    """
    key = key or task
    prepared = app.configure_task(task, allow_unknown=False, lock=key, queueing_lock=key)
    try:
        with transaction.atomic():  # a refusal must not end the caller's transaction
            JobDeferrer(job_manager=manager(), job=prepared.job).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
