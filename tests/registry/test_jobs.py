"""Jobs are queued with the act that needs them, once, and survive the worker that ran them."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import TaskNotFound

from innovalley.registry.importing.actions import confirm_run, upload_table
from innovalley.registry.jobs import MAX_ATTEMPTS, retry_stalled_jobs
from innovalley.registry.models import Organisation
from innovalley.registry.queueing import defer, manager
from tests.registry import factories as make
from tests.registry.importing.files import csv_file

pytestmark = pytest.mark.django_db


def waiting() -> list[tuple[str, dict[str, object]]]:
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("id")
    return list(jobs.values_list("task_name", "args"))


def test_a_job_of_one_key_waits_once_and_the_transaction_goes_on() -> None:
    with transaction.atomic():
        assert defer("registry.check_import", key="check:1", run_id=1)
        assert not defer("registry.check_import", key="check:1", run_id=1)
        assert defer("registry.check_import", key="check:2", run_id=2)
    assert waiting() == [("registry.check_import", {"run_id": 1}), ("registry.check_import", {"run_id": 2})]


def test_a_job_vanishes_with_the_act_that_failed() -> None:
    @transaction.atomic
    def fail() -> None:
        defer("registry.check_import", key="check:1", run_id=1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert waiting() == []


def test_an_unknown_task_is_refused_when_it_is_queued() -> None:
    with pytest.raises(TaskNotFound):
        defer("registry.no_such")


def start_job(*, silent_for: int, attempts: int = 0) -> int:
    """A job that a worker took and that has been silent for so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - %s * interval '1 second') RETURNING id",
            [silent_for],
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s"
            " WHERE status = 'todo' RETURNING id",
            [worker, attempts],
        )
        return int(cursor.fetchone()[0])


def test_the_job_of_a_killed_worker_waits_again_and_that_of_a_living_one_does_not() -> None:
    defer("registry.check_import", key="check:1", run_id=1)
    start_job(silent_for=5)
    assert async_to_sync(retry_stalled_jobs)(manager()) == 0
    assert waiting() == []
    connection.cursor().execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    assert async_to_sync(retry_stalled_jobs)(manager()) == 1
    assert waiting() == [("registry.check_import", {"run_id": 1})]


@pytest.mark.django_db(transaction=True)
def test_a_killed_job_whose_work_waits_already_makes_way_for_it() -> None:
    defer("registry.check_import", key="check:1", run_id=1)
    killed = start_job(silent_for=3600)
    defer("registry.check_import", key="check:1", run_id=1)
    assert async_to_sync(retry_stalled_jobs)(manager()) == 0
    assert ProcrastinateJob.objects.get(pk=killed).status == "failed"
    assert len(waiting()) == 1


def test_a_job_that_kills_its_worker_each_time_is_given_up() -> None:
    defer("registry.check_import", key="check:1", run_id=1)
    killed = start_job(silent_for=3600, attempts=MAX_ATTEMPTS)
    async_to_sync(retry_stalled_jobs)(manager())
    assert ProcrastinateJob.objects.get(pk=killed).status == "failed"


@pytest.mark.django_db(transaction=True)
def test_the_worker_of_the_site_checks_and_writes_an_import() -> None:
    office = make.user()
    content = csv_file([["统一社会信用代码", "名称", "类型"], [make.code(1), "晋钢", "企业"]])
    run = upload_table(actor=office, kind="organisation", file_name="表.csv", content=content)
    work_off_the_queue()
    confirm_run(actor=office, run_id=run.pk)
    work_off_the_queue()
    assert Organisation.objects.get().name_zh == "晋钢"
    assert not ProcrastinateJob.objects.exclude(status="succeeded").exists()
    done = set(ProcrastinateJob.objects.values_list("task_name", flat=True))
    assert {"registry.check_import", "registry.write_import", "registry.propose_merges"} <= done


@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_what_a_killed_worker_left() -> None:
    run = upload_table(actor=make.user(), kind="organisation", file_name="表.csv", content=b"x\n1\n")
    start_job(silent_for=3600)
    assert waiting() == []
    defer("registry.retry_stalled")  # as it is each minute, at times by the very worker that starts below
    work_off_the_queue()
    run.refresh_from_db()
    assert run.state == "checked"


@pytest.mark.django_db(transaction=True)
def test_jobs_that_succeeded_days_ago_are_forgotten_and_failed_ones_are_kept() -> None:
    with connection.cursor() as cursor:
        for status in ("succeeded", "failed"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, status)"
                " VALUES ('old', 'default', %s) RETURNING id",
                [status],
            )
            (job,) = cursor.fetchone()
            cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [job])
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at)"
                " VALUES (%s, %s, now() - interval '80 hours')",
                [job, status],
            )
    defer("registry.forget_old_jobs")
    work_off_the_queue()
    assert list(ProcrastinateJob.objects.filter(task_name="old").values_list("status", flat=True)) == [
        "failed"
    ]


def work_off_the_queue() -> None:
    """Runs the site's worker until nothing waits."""
    call_command("procrastinate", "worker", "--one-shot", "--queues", "default")


def test_the_worker_knows_the_tasks_and_looks_for_stalled_jobs_every_minute() -> None:
    names = {name for name, _id in app.periodic_registry.periodic_tasks}
    assert {"registry.retry_stalled", "registry.forget_old_jobs"} <= names
    assert {"registry.check_import", "registry.write_import"} <= set(app.tasks)
