"""What the worker does for the registry. Every job may be repeated: a killed worker's jobs are run again."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from innovalley.registry.importing import actions
from innovalley.registry.merging import actions as merging

STALLED_SECONDS = 30  # three missed heartbeats
KEPT_HOURS = 72
MAX_ATTEMPTS = 5  # a job that kills its worker each time must not do so for ever

# The database restarted, or two jobs were in each other's way: all was rolled back and can be done again.
AGAIN = RetryStrategy(max_attempts=MAX_ATTEMPTS, wait=5, retry_exceptions={OperationalError})

logger = logging.getLogger(__name__)


@app.task(name="registry.check_import", retry=AGAIN)
def check_import(run_id: int) -> None:
    """The dry run of an uploaded table."""
    actions.check_run(run_id=run_id)


@app.task(name="registry.write_import", retry=AGAIN)
def write_import(run_id: int) -> None:
    """Writes a confirmed table."""
    actions.write_run(run_id=run_id)


@app.task(name="registry.propose_merges", retry=AGAIN)
def propose_merges(kind: str) -> None:
    """Looks for duplicates among "organisation" or "person"."""
    merging.propose_merges(kind=kind)


@app.periodic(cron="* * * * *")
@app.task(name="registry.retry_stalled", queueing_lock="registry.retry_stalled")
async def retry_stalled(timestamp: int = 0) -> None:
    """Gives the jobs of killed workers back to the queue."""
    await retry_stalled_jobs(app.job_manager)


@app.periodic(cron="23 3 * * *")
@app.task(name="registry.forget_old_jobs", queueing_lock="registry.forget_old_jobs")
async def forget_old_jobs(timestamp: int = 0) -> None:
    """Removes jobs that succeeded days ago; failed ones stay for who looks into them."""
    await app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)


async def retry_stalled_jobs(manager: Any, *, now: dt.datetime | None = None) -> int:
    """Queues each job anew whose worker has not been heard of for STALLED_SECONDS; returns how many.

    One that has been tried MAX_ATTEMPTS times, or whose work another waiting job will do, ends as failed.
    """
    retried = 0
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            if job.attempts < MAX_ATTEMPTS:
                await manager.retry_job(job, retry_at=now or timezone.now())
                retried += 1
                continue
            logger.error("job %s (%s) was given up after %s attempts", job.id, job.task_name, job.attempts)
        except ConnectorException:  # its queueing lock is taken: the same work waits already
            logger.info("job %s (%s) waits already", job.id, job.task_name)
        await manager.finish_job(job, Status.FAILED, delete_job=False)
    return retried
