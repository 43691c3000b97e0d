"""An import from the upload to its last row: all or nothing, once, whatever happens meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from innovalley.accounts.permissions import Refused
from innovalley.engine.lifecycle import WrongStateError
from innovalley.ledger.models import Entry
from innovalley.registry import jobs, progress
from innovalley.registry.importing.actions import cancel_run, check_run, confirm_run, upload_table, write_run
from innovalley.registry.importing.kinds import KINDS
from innovalley.registry.importing.tables import UnreadableError
from innovalley.registry.models import ImportRun, Organisation, Person, Progress
from innovalley.registry.signals import supply_changed
from tests.registry import factories as make
from tests.registry.importing.files import csv_file, xlsx_file
from tests.registry.threads import at_once, beside

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = ["统一社会信用代码", "名称", "类型"]
State = ImportRun.State


def organisations(count: int, start: int = 0) -> bytes:
    return csv_file([HEADER, *([make.code(i), f"单位{i}", "企业"] for i in range(start, start + count))])


def uploaded(content: bytes, *, kind: str = "organisation", actor: Any = None, **options: Any) -> ImportRun:
    return upload_table(actor=actor or make.user(), kind=kind, file_name="表.csv", content=content, **options)


def confirmed(content: bytes, **options: Any) -> ImportRun:
    office = make.user()
    run = uploaded(content, actor=office, **options)
    check_run(run_id=run.pk)
    return confirm_run(actor=office, run_id=run.pk)


def acts(run: ImportRun) -> list[str]:
    return list(
        Entry.objects.filter(subject_type="registry.importrun", subject_id=run.pk)
        .order_by("id")
        .values_list("act", flat=True)
    )


# Step by step --------------------------------------------------------------------------------------


def test_from_upload_to_the_last_row() -> None:
    office = make.user()
    run = uploaded(organisations(3), actor=office)
    assert run.state == State.CHECKING
    assert not Organisation.objects.exists()
    report = check_run(run_id=run.pk)
    assert report is not None
    assert (report.ready, report.ok) == (3, True)
    run.refresh_from_db()
    assert (run.state, run.report["ready"]) == (State.CHECKED, 3)
    assert not Organisation.objects.exists()
    assert confirm_run(actor=office, run_id=run.pk).state == State.IMPORTING
    assert not Organisation.objects.exists()
    run = write_run(run_id=run.pk)
    assert run.state == State.DONE
    assert run.finished is not None
    assert Organisation.objects.count() == 3
    assert acts(run) == ["import.upload", "import.confirm", "import.write"]
    entry = Entry.objects.get(act="import.write")
    assert (entry.actor, entry.data["rows"], entry.data["sha256"]) == (office, 3, run.sha256)


def test_the_jobs_run_an_import_from_the_queue() -> None:
    office = make.user()
    run = uploaded(organisations(2), actor=office)
    run_worker()
    run.refresh_from_db()
    assert run.state == State.CHECKED
    confirm_run(actor=office, run_id=run.pk)
    run_worker()
    run.refresh_from_db()
    assert (run.state, Organisation.objects.count()) == (State.DONE, 2)


def run_worker() -> None:
    """The tasks of the waiting jobs of this room, as the worker would call them."""
    for job in ProcrastinateJob.objects.filter(status="todo", task_name__contains="_import").order_by("id"):
        getattr(jobs, job.task_name.removeprefix("registry.")).func(**job.args)


def test_a_table_with_problems_is_not_confirmed() -> None:
    office = make.user()
    run = uploaded(csv_file([HEADER, [make.code(1), "", "企业"]]), actor=office)
    check_run(run_id=run.pk)
    with pytest.raises(WrongStateError):
        confirm_run(actor=office, run_id=run.pk)
    write_run(run_id=run.pk)
    assert not Organisation.objects.exists()


def test_a_file_that_is_no_table_is_reported_like_any_problem() -> None:
    run = uploaded(b"\x89PNG\r\n" + bytes(range(256)))
    report = check_run(run_id=run.pk)
    assert report is not None
    assert not report.ok
    assert [(p.row, p.message) for p in report.problems] == [
        (0, "“表.csv”既不是 CSV 文件（UTF-8 或 GBK），也不是 XLSX 文件。")
    ]


def test_the_report_is_in_the_language_of_who_uploaded_the_table() -> None:
    with translation.override("en"):
        run = uploaded(csv_file([HEADER, [make.code(1), "", "企业"]]))
    with translation.override("zh-hans"):  # as the worker has it
        report = check_run(run_id=run.pk)
    assert report is not None
    assert report.problems[0].message == "must not be empty"


def test_only_the_office_imports() -> None:
    for actor in (*map(make.user, ["company", "team", "expert", "leader", "park"]), AnonymousUser()):
        with pytest.raises(Refused):
            uploaded(organisations(1), actor=actor)
    run = uploaded(organisations(1))
    for act in (confirm_run, cancel_run):
        with pytest.raises(Refused):
            act(actor=make.user("company"), run_id=run.pk)


def test_an_empty_or_huge_file_and_an_unknown_kind_leave_nothing() -> None:
    for content in (b"", b"x" * (20 * 1024 * 1024 + 1)):
        with pytest.raises(UnreadableError):
            uploaded(content)
    with pytest.raises(KeyError):
        uploaded(organisations(1), kind="treaty")
    assert not ImportRun.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_the_file_is_not_kept_once_its_rows_are() -> None:
    run = write_run(run_id=confirmed(organisations(1)).pk)
    run.refresh_from_db()
    assert bytes(run.content) == b""
    assert len(run.sha256) == 64


def test_progress_is_gone_when_the_work_is() -> None:
    write_run(run_id=confirmed(organisations(1)).pk)
    assert not Progress.objects.exists()


# Twenty thousand rows ------------------------------------------------------------------------------


def test_twenty_thousand_rows_are_checked_and_written_with_progress() -> None:
    university = make.organisation("中北大学")
    rows = [["编号", "姓名", "单位"], *([f"P{i}", f"人{i}", university.code] for i in range(20_000))]
    told: list[tuple[int, int]] = []
    run = confirmed(xlsx_file(rows), kind="person")
    write_run(run_id=run.pk, watch=lambda done, total: told.append((done, total)))
    assert Person.objects.count() == 20_000
    assert told[-1] == (20_000, 20_000)
    assert len(told) > 100


# All or nothing ------------------------------------------------------------------------------------


def test_what_the_registry_learned_meanwhile_stops_the_import_with_a_report() -> None:
    run = confirmed(organisations(3))
    make.organisation("早到一步", code=make.code(1))
    run = write_run(run_id=run.pk)
    assert run.state == State.CHECKED
    assert [(p["row"], p["column"]) for p in run.report["problems"]] == [(3, "统一社会信用代码")]
    assert Organisation.objects.count() == 1


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A kind with a fault of its own after its first rows are written."""

    class Broken(KINDS["organisation"]):  # type: ignore[misc]
        def write(self, rows: Any, **options: Any) -> None:
            super().write(rows, **options)
            raise ZeroDivisionError

    monkeypatch.setitem(KINDS, "organisation", Broken)
    return


@pytest.mark.usefixtures("broken")
def test_a_fault_of_the_program_leaves_nothing_and_a_message(caplog: pytest.LogCaptureFixture) -> None:
    run = confirmed(organisations(3))
    with pytest.raises(ZeroDivisionError):
        write_run(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == State.CHECKED
    assert "程序出错" in run.report["problems"][0]["message"]
    assert not Organisation.objects.exists()
    assert "failed" in caplog.text


# Two at once ---------------------------------------------------------------------------------------


def test_two_confirms_at_once_queue_one_job_and_write_once() -> None:
    office = make.user()
    run = uploaded(organisations(3), actor=office)
    check_run(run_id=run.pk)
    outcomes = at_once(*[lambda: confirm_run(actor=office, run_id=run.pk)] * 2)
    assert [outcome.state for outcome in outcomes] == [State.IMPORTING] * 2
    assert acts(run).count("import.confirm") == 1
    assert ProcrastinateJob.objects.filter(task_name="registry.write_import").count() == 1
    outcomes = at_once(*[lambda: write_run(run_id=run.pk)] * 2)
    assert [outcome.state for outcome in outcomes] == [State.DONE] * 2
    assert Organisation.objects.count() == 3
    assert acts(run).count("import.write") == 1


def test_two_tables_with_the_same_row_at_once_write_it_once() -> None:
    first, second = confirmed(organisations(3)), confirmed(organisations(3, start=2))
    outcomes = at_once(*[lambda run=run: write_run(run_id=run.pk) for run in (first, second)])
    assert sorted(outcome.state for outcome in outcomes) == [State.CHECKED, State.DONE]
    assert Organisation.objects.count() == 3


def test_the_other_of_confirm_and_cancel_at_once_is_told() -> None:
    office = make.user()
    run = uploaded(organisations(3), actor=office)
    check_run(run_id=run.pk)
    at_once(
        lambda: confirm_run(actor=office, run_id=run.pk),
        lambda: cancel_run(actor=office, run_id=run.pk),
    )
    write_run(run_id=run.pk)
    run.refresh_from_db()
    # Whichever came first: a cancelled one is never written, and a cancel after the confirm still cancels.
    assert run.state == State.CANCELLED
    assert not Organisation.objects.exists()


# Cancelling ----------------------------------------------------------------------------------------


def test_a_cancel_before_the_writing_leaves_nothing() -> None:
    office = make.user()
    run = confirmed(organisations(3))
    assert cancel_run(actor=office, run_id=run.pk).state == State.CANCELLED
    assert write_run(run_id=run.pk).state == State.CANCELLED
    assert not Organisation.objects.exists()
    assert cancel_run(actor=office, run_id=run.pk).state == State.CANCELLED  # again: nothing new
    assert acts(run)[-1] == "import.cancel"
    assert acts(run).count("import.cancel") == 1


def test_a_cancel_while_it_is_written_stops_it_and_leaves_nothing() -> None:
    office = make.user()
    run = confirmed(organisations(1200))
    writing, asked = threading.Event(), threading.Event()

    def watch(done: int, total: int) -> None:
        if done == 500 and Organisation.objects.count() == 500:  # a batch is written
            writing.set()
            assert asked.wait(30)

    with beside(lambda: write_run(run_id=run.pk, watch=watch)) as written:
        assert writing.wait(30)
        cancel_run(actor=office, run_id=run.pk)
        asked.set()
        assert written.result(30).state == State.CANCELLED
    assert not Organisation.objects.exists()
    assert not Progress.objects.exists()
    run.refresh_from_db()
    assert (run.state, bytes(run.content)) == (State.CANCELLED, b"")


def test_a_cancel_between_the_begin_of_the_writing_and_its_first_row_is_not_lost() -> None:
    office = make.user()
    run = confirmed(organisations(3))
    begun, asked = threading.Event(), threading.Event()

    def watch(done: int, total: int) -> None:
        begun.set()
        assert asked.wait(30)

    with beside(lambda: write_run(run_id=run.pk, watch=watch)) as written:
        assert begun.wait(30)
        cancel_run(actor=office, run_id=run.pk)
        asked.set()
        assert written.result(30).state == State.CANCELLED
    assert not Organisation.objects.exists()


def test_a_cancel_while_it_is_checked_ends_the_check() -> None:
    office = make.user()
    run = uploaded(organisations(1000), actor=office)
    told: list[int] = []

    def watch(done: int, total: int) -> None:
        told.append(done)
        if done == 200:
            cancel_run(actor=office, run_id=run.pk)

    assert check_run(run_id=run.pk, watch=watch) is None
    assert told == [0, 200]
    run.refresh_from_db()
    assert (run.state, run.report) == (State.CANCELLED, None)


def test_what_is_done_cannot_be_cancelled() -> None:
    run = write_run(run_id=confirmed(organisations(1)).pk)
    with pytest.raises(WrongStateError):
        cancel_run(actor=make.user(), run_id=run.pk)
    assert Organisation.objects.count() == 1


# A killed worker -----------------------------------------------------------------------------------


def test_a_worker_killed_while_it_writes_leaves_nothing_and_the_retry_writes_once() -> None:
    run = confirmed(organisations(1200))

    def kill(done: int, total: int) -> None:
        if done == 500 and Organisation.objects.exists():
            with connection.cursor() as cursor:  # what the database sees of a killed process
                cursor.execute("SELECT pg_backend_pid()")
                mine = cursor.fetchone()
            with beside(lambda: terminate(*mine)):
                pass

    def terminate(pid: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    with beside(lambda: write_run(run_id=run.pk, watch=kill)) as written:
        assert isinstance(written.exception(30), OperationalError)
    run.refresh_from_db()
    assert run.state == State.IMPORTING
    assert not Organisation.objects.exists()
    assert write_run(run_id=run.pk).state == State.DONE
    assert write_run(run_id=run.pk).state == State.DONE
    assert Organisation.objects.count() == 1200
    assert acts(run).count("import.write") == 1


# What follows --------------------------------------------------------------------------------------


def test_an_import_that_changes_the_supply_says_so_in_its_transaction() -> None:
    heard: list[tuple[type, bool]] = []

    def hear(sender: type, **_other: Any) -> None:
        heard.append((sender, connection.in_atomic_block))

    supply_changed.connect(hear)
    try:
        write_run(run_id=confirmed(organisations(1)).pk)
        assert heard == []
        make.team("煤转化")
        rows = [["编号", "标题", "团队"], ["A1", "催化剂", "煤转化"]]
        write_run(run_id=confirmed(csv_file(rows), kind="achievement").pk)
    finally:
        supply_changed.disconnect(hear)
    assert heard == [(KINDS["achievement"].model, True)]


def test_an_import_of_the_command_line_queues_no_jobs() -> None:
    run = confirmed(organisations(1), queued=False)
    assert not ProcrastinateJob.objects.exists()
    assert write_run(run_id=run.pk).state == State.DONE


def test_progress_shows_while_the_work_is_not_yet_committed() -> None:
    run = confirmed(organisations(600))
    seen: list[tuple[int, int, int]] = []

    def look() -> None:
        row = progress.of(run.progress_name)
        assert row is not None
        seen.append((row.done, row.total, row.percent))

    def watch(done: int, total: int) -> None:
        if done == 500:
            with beside(look) as looked:
                looked.result(30)

    write_run(run_id=run.pk, watch=watch)
    assert (500, 600, 83) in seen
