"""`innovalley import`: the same engine, a report in lines, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from innovalley.cli.importing import KINDS, import_table
from innovalley.ledger.models import Entry
from innovalley.registry.importing import actions, kinds
from innovalley.registry.models import ImportRun, Organisation
from tests.registry import factories as make
from tests.registry.importing.files import csv_file, xlsx_file

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = ["统一社会信用代码", "名称", "类型"]
GOOD = [HEADER, [make.code(1), "晋钢", "企业"], [make.code(2), "太重", "企业"]]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(import_table, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def write(folder: Path, content: bytes, name: str = "表.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_table_is_imported_by_the_only_administrator(tmp_path: Path) -> None:
    administrator = make.user(is_superuser=True)
    result = run("organisation", write(tmp_path, xlsx_file(GOOD), "表.xlsx"), "--yes")
    assert result.exit_code == 0
    assert result.output.splitlines() == ["表.xlsx: 2 rows, 2 ready", "2 rows imported."]
    assert Organisation.objects.count() == 2
    assert ImportRun.objects.get().state == ImportRun.State.DONE
    assert Entry.objects.get(act="import.write").actor == administrator


def test_a_dry_run_needs_no_account_and_keeps_nothing(tmp_path: Path) -> None:
    result = run("organisation", write(tmp_path, csv_file(GOOD, encoding="gbk")), "--dry-run")
    assert result.exit_code == 0
    assert result.output.splitlines() == ["表.csv: 2 rows, 2 ready, read as gb18030"]
    assert not Organisation.objects.exists()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("how", ["--dry-run", "--yes"])
def test_each_problem_is_a_line_and_the_exit_code_is_1(tmp_path: Path, how: str) -> None:
    make.user(is_superuser=True)
    rows = [[*HEADER, "电话"], [make.code(1), "", "企业", ""], [make.code(2), "太重", "工厂", "1"]]
    result = run("organisation", write(tmp_path, csv_file(rows)), how)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "表.csv: 2 rows, 0 ready, 2 with problems, read as utf-8",
        "Columns that are not read: 电话",
    ]
    first, second = result.stderr.splitlines()
    assert first == "row 2, 名称: must not be empty"
    assert second.startswith("row 3, 类型: “工厂” is none of: Company")
    assert not Organisation.objects.exists()
    assert not ImportRun.objects.exclude(state=ImportRun.State.CANCELLED).exists()


def test_twenty_problems_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    rows = [HEADER, *([make.code(i), "", "企业"] for i in range(50))]
    lines = run("organisation", write(tmp_path, csv_file(rows)), "--dry-run").stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "… and 30 problems more"


def test_without_yes_and_without_a_terminal_nothing_is_written(tmp_path: Path) -> None:
    make.user(is_superuser=True)
    result = run("organisation", write(tmp_path, csv_file(GOOD)))
    assert result.exit_code == 1
    assert "add --yes" in result.stderr
    assert not Organisation.objects.exists()
    assert ImportRun.objects.get().state == ImportRun.State.CANCELLED


def test_known_rows_are_skipped_when_asked(tmp_path: Path) -> None:
    make.user(is_superuser=True)
    make.organisation("晋钢", code=make.code(1))
    path = write(tmp_path, csv_file(GOOD))
    assert run("organisation", path, "--yes").exit_code == 1
    result = run("organisation", path, "--yes", "--skip-existing")
    assert "1 known already and skipped" in result.stdout
    assert result.exit_code == 0
    assert (
        run("organisation", path, "--yes", "--skip-existing").stderr == "Error: There is nothing to write.\n"
    )


def test_who_imports_must_be_known_and_may_import(tmp_path: Path) -> None:
    path = write(tmp_path, csv_file(GOOD))
    assert "Say who imports" in run("organisation", path, "--yes").stderr
    assert (
        "no active account nobody@a.org" in run("organisation", path, "--yes", "--as", "nobody@a.org").stderr
    )
    make.user("company", email="company@a.org")
    refused = run("organisation", path, "--yes", "--as", "company@a.org")
    assert refused.stderr == "Error: Only the programme office imports into the registry.\n"
    make.user("office", email="office@a.org")
    assert run("organisation", path, "--yes", "--as", "Office@a.org").exit_code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "This is an old .xls file."),
        (b"PK\x03\x04" + bytes(100), "The workbook is damaged"),
    ],
)
def test_a_file_that_is_no_table_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    make.user(is_superuser=True)
    for how in ("--dry-run", "--yes"):
        result = run("organisation", write(tmp_path, content), how)
        assert result.exit_code == 1
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gross.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    result = run("organisation", path, "--dry-run")
    assert result.stderr == "Error: The file has 200 MB; at most 20 MB can be imported. Please split it.\n"


def test_a_missing_file_and_an_unknown_kind_are_told() -> None:
    assert "does not exist" in run("organisation", "/no/such.csv").stderr
    assert "'treaty' is not one of" in run("treaty", "/no/such.csv").stderr


def test_an_interrupted_import_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make.user(is_superuser=True)

    class Interrupted(kinds.KINDS["organisation"]):  # type: ignore[misc]
        def write(self, rows: object, **options: object) -> None:
            super().write(rows, **options)
            raise KeyboardInterrupt

    monkeypatch.setitem(actions.KINDS, "organisation", Interrupted)
    assert run("organisation", write(tmp_path, csv_file(GOOD)), "--yes").exit_code == 1
    assert not Organisation.objects.exists()
    assert ImportRun.objects.get().state == ImportRun.State.CANCELLED


def test_the_report_is_chinese_on_a_chinese_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    rows = [HEADER, [make.code(1), "", "企业"]]
    assert "不能为空" in run("organisation", write(tmp_path, csv_file(rows)), "--dry-run").stderr


def test_every_kind_can_be_imported_from_the_command_line() -> None:
    assert sorted(KINDS) == sorted(kinds.KINDS)
