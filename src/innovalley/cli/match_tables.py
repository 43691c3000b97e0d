"""The tables that `innovalley match` reads; each mistake in them is one clear line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from innovalley.cli.tables import read_table, require_columns
from innovalley.engine.matching import Demand, Judgement, Supply, Weights

MAX_LEVEL = 10  # a gain doubles with each level


def read_demands(path: Path) -> list[Demand]:
    """The demands of `path`.

    Raises:
        click.ClickException: a column or id is missing, an id stands twice, a demand says nothing.
    """
    rows = _rows_with_ids([path])
    demands = [Demand(r["id"], r["title"], r.get("text", ""), r.get("field", "")) for r in rows]
    silent = [demand.id for demand in demands if not demand.title and not demand.text]
    if silent:
        raise click.ClickException(f"{path}: neither title nor text in the demand {_some(silent)}.")
    return demands


def read_supply(paths: Sequence[Path], *, needs_owner: bool = False) -> list[Supply]:
    """The achievements of all `paths`; those without a title and text are reported and kept.

    Raises:
        click.ClickException: a column or id is missing, an id stands twice.
    """
    rows = _rows_with_ids(paths, ["owner"] if needs_owner else [])
    supply = [
        Supply(r["id"], r["title"], r.get("text", ""), r.get("owner", ""), r.get("field", "")) for r in rows
    ]
    if needs_owner and not any(item.owner for item in supply):
        raise click.ClickException(f"{paths[0]}: the column owner is empty.")
    silent = [item.id for item in supply if not item.title and not item.text]
    if silent:
        click.echo(f"Warning: neither title nor text in {_some(silent)}; nothing speaks for them.", err=True)
    return supply


def read_pairs(path: Path, demands: Sequence[Demand], supply: Sequence[Supply]) -> dict[str, list[str]]:
    """The achievements to score, by demand; a pair that stands twice counts once.

    Raises:
        click.ClickException: a column is missing, an id is not among `demands` or `supply`.
    """
    rows = read_table(path)
    require_columns(rows, ["demand_id", "achievement_id"], path)
    _refuse_unknown(path, rows, demands, supply)
    pairs: dict[str, dict[str, None]] = {}
    for row in rows:
        pairs.setdefault(row["demand_id"], {})[row["achievement_id"]] = None
    return {demand: list(achievements) for demand, achievements in pairs.items()}


def read_judgements(path: Path, demands: Sequence[Demand], supply: Sequence[Supply]) -> list[Judgement]:
    """The graded pairs of `path`.

    Raises:
        click.ClickException: as `read_pairs`, or a level is no whole number from 0 to MAX_LEVEL.
    """
    rows = read_table(path)
    require_columns(rows, ["demand_id", "achievement_id", "level"], path)
    _refuse_unknown(path, rows, demands, supply)
    wrong = [row["level"] for row in rows if not _is_level(row["level"])]
    if wrong:
        raise click.ClickException(
            f"{path}: a level must be a whole number from 0 to {MAX_LEVEL}, not {_some(wrong)}."
        )
    return [Judgement(row["demand_id"], row["achievement_id"], int(row["level"])) for row in rows]


def read_weights(path: Path) -> Weights:
    """The weights that `innovalley match tune` wrote.

    Raises:
        click.ClickException: no such file, or another one.
    """
    try:
        return Weights.from_json(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} holds no weights of `innovalley match tune`: {error}.") from error


def _rows_with_ids(paths: Sequence[Path], columns: Sequence[str] = ()) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    seen: set[str] = set()
    for path in paths:
        table = read_table(path)
        require_columns(table, ["id", "title", *columns], path)
        for number, row in enumerate(table, start=1):
            if not row["id"]:
                raise click.ClickException(f"{path}: row {number} has no id.")
            if row["id"] in seen:
                raise click.ClickException(f"{path}: the id {row['id']} stands twice.")
            seen.add(row["id"])
        rows += table
    return rows


def _refuse_unknown(
    path: Path, rows: Sequence[dict[str, str]], demands: Sequence[Demand], supply: Sequence[Supply]
) -> None:
    for column, known in (
        ("demand_id", {demand.id for demand in demands}),
        ("achievement_id", {item.id for item in supply}),
    ):
        unknown = [row[column] for row in rows if row[column] not in known]
        if unknown:
            raise click.ClickException(f"{path}: unknown {column} {_some(unknown)}.")


def _is_level(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= MAX_LEVEL


def _some(names: Iterable[str]) -> str:
    """The first few of `names`, and how many more there are."""
    distinct = list(dict.fromkeys(names))
    shown = ", ".join(name or "(empty)" for name in distinct[:3])
    return shown if len(distinct) <= 3 else f"{shown} and {len(distinct) - 3} more"
