"""`innovalley specs`: texts in, a table of specifications out, bad input refused in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from innovalley.cli.main import main
from innovalley.cli.specs import HEADERS
from innovalley.cli.tables import read_table, write_table

ROWS = [
    ("D1", "耐压强度不低于80MPa，显气孔率≤16％"),
    ("D2", "没有指标"),
    ("D3", "吨焦能耗降低12%以上"),
]


@pytest.fixture(params=["csv", "xlsx"])
def demands(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / f"demands.{request.param}"
    write_table(path, ["ID", "Text"], ROWS)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_writes_each_spec_with_its_place(demands: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"specs.{ending}"
    result = CliRunner().invoke(main, ["specs", str(demands), "--out", str(out)])
    assert result.exit_code == 0, result.output
    rows = read_table(out)
    assert tuple(rows[0]) == HEADERS
    assert [(row["id"], row["quantity"], row["comparison"], row["low"], row["high"]) for row in rows] == [
        ("D1", "耐压强度", ">=", "80", ""),
        ("D1", "显气孔率", "<=", "", "16"),
        ("D3", "吨焦能耗", ">=", "12", ""),
    ]
    texts = dict(ROWS)
    for row in rows:
        assert texts[row["id"]][int(row["start"]) : int(row["end"])] == row["statement"]


def test_prints_a_table_without_out(demands: Path) -> None:
    result = CliRunner().invoke(main, ["specs", str(demands)])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].split() == list(HEADERS)
    assert "耐压强度" in lines[1]
    assert len(lines) == 4


def test_rows_without_an_id_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text\n无\n纯度≥99%\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["specs", str(path)])
    assert result.output.splitlines()[1].split()[:2] == ["2", "纯度"]


def test_another_column_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,摘要\n1,纯度≥99%\n", encoding="gb18030")
    result = CliRunner().invoke(main, ["specs", str(path), "--column", "摘要"])
    assert "纯度" in result.output.splitlines()[1]


@pytest.mark.parametrize(
    ("content", "words"), [("id,title\n1,a\n", "no column text"), ("", "is empty"), (None, "cannot be read")]
)
def test_bad_input_is_one_line_and_fails(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, ["specs", str(path)])
    assert result.exit_code != 0
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_an_output_of_another_kind_is_refused(demands: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["specs", str(demands), "--out", str(tmp_path / "o.txt")])
    assert result.exit_code != 0
    assert "must end in .csv or .xlsx" in result.output


def test_help_shows_an_example() -> None:
    assert "Example: innovalley specs" in CliRunner().invoke(main, ["specs", "--help"]).output


def test_needs_neither_settings_nor_database(demands: Path) -> None:
    code = (
        "import sys; from innovalley.cli import main; main(['specs', sys.argv[1]], standalone_mode=False); "
    )
    code += "assert 'django' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code, str(demands)],
        env={"PATH": "", "PYTHONPATH": "src", "PYTHONIOENCODING": "utf-8"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "耐压强度" in done.stdout
