"""`innovalley match`: tables in, a ranking with reasons out; bad input refused in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from innovalley.cli.main import main
from innovalley.cli.tables import read_table, write_table

DEMANDS = [
    ("d1", "焦炉上升管余热回收", "荒煤气带走的热量没有利用。换热管寿命不低于5年。", "energy.coal"),
    (
        "d2",
        "Silicon anode for lithium cells",
        "We need anodes that survive 2000 cycles.",
        "materials.battery",
    ),
]
SUPPLY = [
    ("s1", "焦炉 荒煤气 余热 利用", "装置换热管寿命达到8年。", "team-a", "energy.coal"),
    ("s2", "上升管余热回收装置", "", "team-a", "energy.coal"),
    ("s3", "苹果保鲜", "", "team-b", "agriculture"),
    ("s4", "Silicon graphite anodes", "They keep 90 % after 2500 cycles.", "team-c", "materials.battery"),
    ("s5", "Wheat breeding", "", "team-b", "agriculture"),
]


@pytest.fixture(params=["csv", "xlsx"])
def tables(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    demands, supply = tmp_path / f"demands.{request.param}", tmp_path / f"supply.{request.param}"
    write_table(demands, ["ID", "Title", "Text", "Field"], DEMANDS)
    write_table(supply, ["id", "title", "text", "owner", "field"], SUPPLY)
    return demands, supply


@pytest.fixture
def demands(tmp_path: Path) -> Path:
    path = tmp_path / "d.csv"
    write_table(path, ["id", "title", "text"], [row[:3] for row in DEMANDS])
    return path


@pytest.fixture
def supply(tmp_path: Path) -> Path:
    path = tmp_path / "s.csv"
    write_table(path, ["id", "title", "text"], [row[:3] for row in SUPPLY])
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["match", *map(str, arguments)], prog_name="innovalley")


def ranked(out: Path, demand: str, column: str = "achievement_id") -> list[str]:
    return [row[column] for row in read_table(out) if row["demand_id"] == demand]


# what it does --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_ranks_achievements_with_reasons(tables: tuple[Path, Path], tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out.{ending}"
    result = run("--demands", tables[0], "--supply", tables[1], "--no-semantic", "--out", out)
    assert result.exit_code == 0, result.output
    rows = read_table(out)
    assert list(rows[0]) == ["demand_id", "achievement_id", "score", "reason"]
    assert len(rows) == 10
    assert set(ranked(out, "d1")[:2]) == {"s1", "s2"}
    assert ranked(out, "d2")[0] == "s4"
    reasons = {(row["demand_id"], row["achievement_id"]): row["reason"] for row in rows}
    assert "余热" in reasons["d1", "s1"]
    assert "满足 1 项" in reasons["d1", "s1"]
    assert reasons["d1", "s5"] == "未发现依据。"
    assert reasons["d2", "s4"].startswith("Both mention ")
    for demand in ("d1", "d2"):
        scores = [float(row["score"]) for row in rows if row["demand_id"] == demand]
        assert scores == sorted(scores, reverse=True)


def test_ranks_owners(tables: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = run(
        "--demands",
        tables[0],
        "--supply",
        tables[1],
        "--by",
        "owner",
        "--top",
        2,
        "--no-semantic",
        "--out",
        out,
    )
    assert result.exit_code == 0, result.output
    rows = read_table(out)
    assert list(rows[0]) == ["demand_id", "owner", "score", "reason"]
    assert ranked(out, "d1", "owner")[0] == "team-a"
    assert ranked(out, "d2", "owner")[0] == "team-c"
    assert len(rows) == 4
    assert "s1" in rows[0]["reason"]


def test_scores_given_pairs_only(demands: Path, supply: Path, tmp_path: Path) -> None:
    pairs, out = tmp_path / "p.csv", tmp_path / "out.csv"
    write_table(
        pairs, ["demand_id", "achievement_id"], [("d1", "s3"), ("d1", "s1"), ("d2", "s5"), ("d1", "s1")]
    )
    result = run("--demands", demands, "--supply", supply, "--pairs", pairs, "--no-semantic", "--out", out)
    assert result.exit_code == 0, result.output
    assert ranked(out, "d1") == ["s1", "s3"]
    assert ranked(out, "d2") == ["s5"]


def test_reasons_can_be_left_out_and_answers_limited(demands: Path, supply: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run("--demands", demands, "--supply", supply, "--top", 1, "--no-reasons", "--no-semantic", "--out", out)
    rows = read_table(out)
    assert list(rows[0]) == ["demand_id", "achievement_id", "score"]
    assert len(rows) == 2


def test_the_model_that_comes_along_is_used(demands: Path, supply: Path, tmp_path: Path) -> None:
    semantic, lexical = tmp_path / "semantic.csv", tmp_path / "lexical.csv"
    assert run("--demands", demands, "--supply", supply, "--out", semantic).exit_code == 0
    assert run("--demands", demands, "--supply", supply, "--no-semantic", "--out", lexical).exit_code == 0
    assert set(ranked(semantic, "d1")[:2]) == {"s1", "s2"}
    assert read_table(semantic) != read_table(lexical)


def test_needs_no_site(demands: Path, supply: Path, tmp_path: Path) -> None:
    """No database, no home folder, no Django; and nothing but messages where a script would read."""
    out, home = tmp_path / "out.csv", tmp_path / "home"
    program = "import sys; from innovalley.cli import main; main(standalone_mode=False)"
    program += "; assert 'django' not in sys.modules"
    environment = {**os.environ, "INNOVALLEY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("DATABASE_URL", None)
    arguments = ["match", "--demands", demands, "--supply", supply, "--no-semantic", "--out", out]
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert not home.exists()
    assert out.exists()


# tuning --------------------------------------------------------------------------------------------


def judgements(path: Path, rows: Sequence[tuple[object, ...]] = ()) -> Path:
    levels = {"d1": [4, 3, 1, 1, 1], "d2": [1, 1, 1, 4, 2]}
    default = [
        (demand, f"s{n}", level) for demand in levels for n, level in enumerate(levels[demand], start=1)
    ]
    write_table(path, ["demand_id", "achievement_id", "level"], rows or default)
    return path


def test_tune_prints_both_figures_and_its_weights_can_be_used(
    demands: Path, supply: Path, tmp_path: Path
) -> None:
    weights, out = tmp_path / "w.json", tmp_path / "out.csv"
    judged = judgements(tmp_path / "j.csv")
    result = run("tune", judged, "--demands", demands, "--supply", supply, "--no-semantic", "--out", weights)
    assert result.exit_code == 0, result.output
    assert "ndcg@10" in result.output
    assert "left out" in result.output
    assert result.output.splitlines()[2].startswith("lexical")
    kept = json.loads(weights.read_text("utf-8"))
    assert kept["provenance"]["judgements"] == 10
    assert {"date", "innovalley", "demands", "sha256", "agreement"} <= set(kept["provenance"])
    result = run(
        "--demands", demands, "--supply", supply, "--weights", weights, "--no-semantic", "--out", out
    )
    assert result.exit_code == 0, result.output
    assert set(ranked(out, "d1")[:2]) == {"s1", "s2"}


@pytest.mark.parametrize("level", ["high", "-1", "11", "2.5", ""])
def test_tune_refuses_a_level_that_is_none(demands: Path, supply: Path, tmp_path: Path, level: str) -> None:
    judged = judgements(tmp_path / "j.csv", [("d1", "s1", level), ("d1", "s2", "1")])
    result = run("tune", judged, "--demands", demands, "--supply", supply, "--no-semantic")
    refused(result, "whole number from 0 to 10")


def test_tune_says_when_there_is_too_little_to_learn_from(
    demands: Path, supply: Path, tmp_path: Path
) -> None:
    judged = judgements(tmp_path / "j.csv", [("d1", "s1", 2), ("d1", "s2", 1)])
    refused(
        run("tune", judged, "--demands", demands, "--supply", supply, "--no-semantic"), "at least two demands"
    )


# bad input -----------------------------------------------------------------------------------------


def refused(result: Result, *said: str) -> None:
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert result.output.count("Error:") == 1
    for text in said:
        assert text in result.output.splitlines()[-1]


def test_ids_that_stand_twice_are_named(supply: Path, tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    write_table(path, ["id", "title"], [("a", "一"), ("a", "二")])
    refused(
        run("--demands", path, "--supply", supply, "--out", tmp_path / "o.csv"), "twice.csv", "id a", "twice"
    )
    refused(
        run("--demands", supply, "--supply", path, "--out", tmp_path / "o.csv"), "twice.csv", "id a", "twice"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("id,title\n", "no rows"),
        ("id,name\n1,x\n", "no column title"),
        ("title\nx\n", "no column id"),
        ("id,title\n,x\n", "row 1 has no id"),
        ("id,title,text\nq,,\n", "neither title nor text in the demand q"),
    ],
)
def test_a_table_of_demands_that_cannot_be_used_is_refused(
    supply: Path, tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, "utf-8")
    refused(run("--demands", path, "--supply", supply, "--out", tmp_path / "o.csv"), "bad.csv", said)


def test_a_file_that_is_not_there_is_named(demands: Path, tmp_path: Path) -> None:
    refused(run("--demands", demands, "--supply", tmp_path / "no.csv", "--out", tmp_path / "o.csv"), "no.csv")


def test_pairs_of_unknown_ids_are_named(demands: Path, supply: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "p.csv"
    options = ["--demands", demands, "--supply", supply, "--pairs", pairs, "--out", tmp_path / "o.csv"]
    write_table(pairs, ["demand_id", "achievement_id"], [("d1", f"x{n}") for n in range(5)])
    refused(run(*options), "unknown achievement_id x0, x1, x2 and 2 more")
    write_table(pairs, ["demand_id", "achievement_id"], [("d9", "s1")])
    refused(run(*options), "unknown demand_id d9")
    write_table(pairs, ["demand_id", "id"], [("d1", "s1")])
    refused(run(*options), "no column achievement_id")


def test_owners_need_a_column_of_owners(demands: Path, supply: Path, tmp_path: Path) -> None:
    refused(
        run("--demands", demands, "--supply", supply, "--by", "owner", "--out", tmp_path / "o.csv"),
        "no column owner",
    )


def test_an_achievement_without_a_title_is_reported_and_stands_last(demands: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "s.csv", tmp_path / "o.csv"
    write_table(path, ["id", "title"], [(row[0], row[1]) for row in SUPPLY] + [("s9", "")])
    result = run("--demands", demands, "--supply", path, "--no-semantic", "--out", out)
    assert result.exit_code == 0, result.output
    assert "Warning: neither title nor text in s9" in result.output
    assert ranked(out, "d1").index("s9") > 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"semantic": {}, "lexical": {}}', "[" * 100_000])
def test_weights_that_are_none_are_refused(demands: Path, supply: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "w.json"
    path.write_text(content, "utf-8")
    refused(
        run("--demands", demands, "--supply", supply, "--weights", path, "--out", tmp_path / "o.csv"),
        "w.json",
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--demands"),
        (["--demands", "d.csv"], "--supply"),
        (["--demands", "d.csv", "--supply", "s.csv", "--out", "o.txt"], ".csv or .xlsx"),
        (
            [
                "--demands",
                "d.csv",
                "--supply",
                "s.csv",
                "--out",
                "o.csv",
                "--by",
                "owner",
                "--pairs",
                "p.csv",
            ],
            "--pairs",
        ),
        (["--demands", "d.csv", "--supply", "s.csv", "--out", "o.csv", "--top", "0"], "--top"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(options: list[str], said: str) -> None:
    result = run(*options)
    assert result.exit_code == 2
    assert said in result.output.splitlines()[-1]


def test_an_endpoint_that_does_not_answer_is_one_line(
    demands: Path, supply: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNOVALLEY_EMBEDDINGS_URL", "ftp://nowhere")
    refused(run("--demands", demands, "--supply", supply, "--out", tmp_path / "o.csv"), "--no-semantic")
    assert not (tmp_path / "o.csv").exists()
