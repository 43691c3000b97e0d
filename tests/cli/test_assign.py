"""`innovalley assign`: panels from tables, and a reason where there are none."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from innovalley.cli import main

FILES = {
    "items.csv": "id\nI1\nI2\n",
    "experts.csv": "id,org\na,north\nb,north\nc,south\nd,south\n",
    "scores.csv": "item_id,expert_id,score\n"
    + "".join(
        f"{i},{e},{s}\n"
        for i in ("I1", "I2")
        for e, s in zip("abcd", ("0.9", "0.8", "0.30", "0.1"), strict=True)
    ),
    "conflicts.csv": "item_id,expert_id,reason\nI1,a,same unit\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def assign(*more: str, out: str = "out.csv", size: str = "2", load: str = "2") -> Result:
    arguments = ["--items", "items.csv", "--experts", "experts.csv", "--scores", "scores.csv"]
    return CliRunner().invoke(
        main, ["assign", *arguments, "--panel-size", size, "--max-load", load, "--out", out, *more]
    )


def rows(path: Path) -> list[tuple[str, str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(r["item_id"], r["expert_id"], r["score"]) for r in csv.DictReader(file)]


def test_the_best_panels_are_written_with_their_scores_as_given(folder: Path) -> None:
    done = assign("--conflicts", "conflicts.csv", "--group-limit", "org=1")
    assert done.exit_code == 0, done.output
    assert rows(folder / "out.csv") == [
        ("I1", "b", "0.8"),
        ("I1", "c", "0.30"),
        ("I2", "a", "0.9"),
        ("I2", "c", "0.30"),
    ]
    assert "total 2.30" in done.output
    assert "proven optimal" in done.output


def test_infeasible_ends_with_3_and_says_what_to_relax(folder: Path) -> None:
    done = assign(size="3", load="1")
    assert done.exit_code == 3
    assert "No assignment keeps all rules." in done.output
    assert "max_load 2" in done.output
    assert not (folder / "out.csv").exists()


def test_fair_raises_the_worst_panel(folder: Path) -> None:
    (folder / "scores.csv").write_text(
        "item_id,expert_id,score\nI1,a,9\nI1,b,5\nI2,a,8\nI2,b,1\n", encoding="utf-8"
    )
    assert assign(size="1", load="1").exit_code == 0
    assert rows(folder / "out.csv") == [("I1", "b", "5"), ("I2", "a", "8")]
    (folder / "scores.csv").write_text(
        "item_id,expert_id,score\nI1,a,9\nI1,b,3\nI2,a,4\nI2,b,1\n", encoding="utf-8"
    )
    assert assign(size="1", load="1").exit_code == 0
    assert rows(folder / "out.csv") == [("I1", "a", "9"), ("I2", "b", "1")]
    assert assign("--objective", "fair", size="1", load="1").exit_code == 0
    assert rows(folder / "out.csv") == [("I1", "b", "3"), ("I2", "a", "4")]


def test_no_conflicts_is_a_table_without_rows(folder: Path) -> None:
    (folder / "conflicts.csv").write_text("item_id,expert_id\n", encoding="utf-8")
    assert assign("--conflicts", "conflicts.csv").exit_code == 0


@pytest.mark.parametrize(
    ("file", "content", "arguments", "complaint"),
    [
        ("scores.csv", "item_id,expert_id,score\nI1,a,good\n", (), "scores.csv, row 2: 'good' is no number"),
        (
            "scores.csv",
            "item_id,expert_id,score\nI1,a,1\nI1,a,2\n",
            (),
            "row 3: item I1 and expert a stand twice",
        ),
        ("scores.csv", "item_id,expert_id,score\nI9,a,1\n", (), "unknown item 'I9'"),
        ("scores.csv", "item,expert,score\nI1,a,1\n", (), "no column item_id, expert_id"),
        ("items.csv", "id\nI1\nI1\n", (), "item 'I1' stands twice"),
        ("experts.csv", "", (), "is empty"),
        ("items.csv", "id\nI1\n", ("--group-limit", "unit=1"), "no column unit"),
        ("items.csv", "id\nI1\n", ("--group-limit", "org"), "write COLUMN=N"),
        ("items.csv", "id\nI1\n", ("--min-load", "5"), "min_load lies between 0 and max_load"),
    ],
)
def test_bad_input_gets_one_clear_line(
    folder: Path, file: str, content: str, arguments: tuple[str, ...], complaint: str
) -> None:
    (folder / file).write_text(content, encoding="utf-8")
    done = assign(*arguments)
    assert done.exit_code == 1
    assert complaint in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert "Traceback" not in done.output
