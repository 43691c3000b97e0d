"""`innovalley assign`: expert panels from tables, without a site."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from innovalley.cli.tables import read_table, require_columns, write_table
from innovalley.engine.panels import Diagnosis, Expert, InfeasibleError, Objective, Pair, Problem, solve

INFEASIBLE = 3  # exit code
_Rows = list[dict[str, str]]


@click.command()
@click.option("--items", required=True, type=click.Path(path_type=Path), help="Table of items: id.")
@click.option(
    "--experts", required=True, type=click.Path(path_type=Path), help="Table of experts: id[,org,…]."
)
@click.option(
    "--scores",
    required=True,
    type=click.Path(path_type=Path),
    help="Table of fits: item_id,expert_id,score. A pair that is not in it is never assigned.",
)
@click.option(
    "--conflicts", type=click.Path(path_type=Path), help="Table of conflicts: item_id,expert_id[,reason]."
)
@click.option("--panel-size", required=True, type=click.IntRange(1), help="Experts of every panel.")
@click.option("--max-load", required=True, type=click.IntRange(1), help="Items of one expert at most.")
@click.option(
    "--min-load", default=0, show_default=True, type=click.IntRange(0), help="Items of one expert at least."
)
@click.option(
    "--group-limit",
    "group_limits",
    multiple=True,
    metavar="COLUMN=N",
    help="At most N experts with the same value of this column in one panel (org=1); may be repeated.",
)
@click.option(
    "--objective",
    type=click.Choice([o.value for o in Objective]),
    default=Objective.TOTAL.value,
    show_default=True,
    help="total: the highest sum of fits. fair: the worst panel as good as can be, then the total.",
)
@click.option("--seed", type=int, help="Draw among equally good assignments, reproducibly.")
@click.option(
    "--time-limit",
    "seconds",
    default=300.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Seconds to search where no quick method fits (fair, several group limits).",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="item_id,expert_id,score.")
@click.pass_context
def assign(
    context: click.Context,
    items: Path,
    experts: Path,
    scores: Path,
    conflicts: Path | None,
    panel_size: int,
    max_load: int,
    min_load: int,
    group_limits: tuple[str, ...],
    objective: str,
    seed: int | None,
    seconds: float,
    out: Path,
) -> None:
    """Assign experts to items: the exact best panels under loads, conflicts and group limits.

    Tables are CSV or XLSX. Exit code 3 when no assignment keeps all rules; the fewest rules to relax are then
    named.

    \b
    Example: innovalley assign --items bids.csv --experts experts.csv --scores fit.csv \\
                 --panel-size 5 --max-load 8 --group-limit org=1 --out panels.csv
    """
    expert_rows = read_table(experts)
    limits = dict(_limit(text, expert_rows, experts) for text in group_limits)
    texts, fit = _read_scores(scores)
    try:
        problem = Problem(
            items=tuple(_ids(read_table(items), items)),
            experts=tuple(
                Expert(expert_id, {column: row.get(column, "") for column in limits})
                for expert_id, row in zip(_ids(expert_rows, experts), expert_rows, strict=True)
            ),
            fit=fit,
            conflicts=_read_conflicts(conflicts) if conflicts else {},
            panel_size=panel_size,
            max_load=max_load,
            min_load=min_load,
            group_limits=limits,
        )
        assignment = solve(problem, objective=Objective(objective), seed=seed, seconds=seconds)
    except InfeasibleError as error:
        click.echo(_explanation(error.diagnosis), err=True)
        context.exit(INFEASIBLE)
    except (ValueError, TimeoutError, OverflowError) as error:
        raise click.ClickException(str(error)) from error
    write_table(out, ["item_id", "expert_id", "score"], [[*pair, texts[pair]] for pair in assignment.pairs])
    optimum = "proven optimal" if assignment.proven else f"at most {assignment.gap} below the optimum"
    click.echo(
        f"{len(assignment.panels)} panels, {len(assignment.pairs)} seats; total {assignment.total}, "
        f"worst panel {assignment.worst}; {optimum}. Written to {out}",
        err=True,
    )


def _ids(rows: _Rows, path: Path) -> list[str]:
    require_columns(rows, ["id"], path)
    for number, row in enumerate(rows, start=2):
        if not row["id"]:
            raise click.ClickException(f"{path}, row {number}: the id is empty")
    return [row["id"] for row in rows]


def _limit(text: str, rows: _Rows, path: Path) -> tuple[str, int]:
    column, _equals, number = text.partition("=")
    column = column.strip().lower()
    if not number.strip().isdigit() or int(number) < 1:
        raise click.ClickException(f"--group-limit {text}: write COLUMN=N with N at least 1, such as org=1")
    require_columns(rows, [column], path)
    return column, int(number)


def _read_scores(path: Path) -> tuple[dict[Pair, str], dict[Pair, Decimal]]:
    """The scores as they were written, and as numbers."""
    rows = read_table(path)
    require_columns(rows, ["item_id", "expert_id", "score"], path)
    texts: dict[Pair, str] = {}
    fit: dict[Pair, Decimal] = {}
    for number, row in enumerate(rows, start=2):
        pair = (row["item_id"], row["expert_id"])
        if pair in fit:
            raise click.ClickException(
                f"{path}, row {number}: item {pair[0]} and expert {pair[1]} stand twice"
            )
        try:
            fit[pair] = Decimal(row["score"])
        except InvalidOperation:
            raise click.ClickException(f"{path}, row {number}: {row['score']!r} is no number") from None
        texts[pair] = row["score"]
    return texts, fit


def _read_conflicts(path: Path) -> dict[Pair, str]:
    rows = read_table(path, may_be_empty=True)
    if rows:
        require_columns(rows, ["item_id", "expert_id"], path)
    return {(row["item_id"], row["expert_id"]): row.get("reason", "") for row in rows}


def _explanation(diagnosis: Diagnosis) -> str:
    shown = [f"  - {relaxation}" for relaxation in diagnosis.relaxations[:20]]
    more = len(diagnosis.relaxations) - len(shown)
    fewest = "The fewest changes that would do" if diagnosis.proven else "Changes that would do"
    lines = ["No assignment keeps all rules.", f"{fewest} ({len(diagnosis.relaxations)}):", *shown]
    if more:
        lines.append(f"  … and {more} more")
    if diagnosis.alternatives:
        lines.append("One change for everybody that would do: ")
        lines += [f"  - {rule} {value}" for rule, value in diagnosis.alternatives]
    return "\n".join(lines)
