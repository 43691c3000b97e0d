"""`innovalley specs`: the technical specifications in a table of texts."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click

from innovalley.cli.tables import read_table, require_columns, write_table
from innovalley.engine.specs import Spec, find

HEADERS = ("id", "quantity", "comparison", "low", "high", "unit", "change", "start", "end", "statement")
MAX_SHOWN = 40  # columns of a cell on the screen


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--column", default="text", show_default=True, help="The column that holds the texts.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this .csv or .xlsx instead of the screen.",
)
def specs(file: Path, column: str, out: Path | None) -> None:
    """Find the technical specifications in the texts of FILE (CSV or XLSX; columns id and text).

    Each row of the result is one quantitative requirement or promise: its name, comparison (>= <= > < = range ±),
    bounds, unit, whether it is a level or a change, and where it stands in the text.

    \b
    Example: innovalley specs demands.csv --out specs.xlsx
    """
    rows = read_table(file)
    column = column.strip().lower()
    require_columns(rows, [column], file)
    found = _found(rows, column)
    if out is not None:
        written = list(found)
        write_table(out, HEADERS, written)
        click.echo(f"{len(written)} specifications in {len(rows)} texts: {out}", err=True)
        return
    _print(list(found))


def _found(rows: list[dict[str, str]], column: str) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(_with_progress(rows), start=1):
        text = row[column]
        for spec in find(text):
            yield _cells(row.get("id") or str(number), spec, text)


def _cells(row_id: str, spec: Spec, text: str) -> tuple[object, ...]:
    return (
        row_id,
        spec.quantity,
        spec.comparison.value,
        spec.low,
        spec.high,
        spec.unit,
        spec.change.value,
        spec.start,
        spec.end,
        text[spec.start : spec.end],
    )


def _with_progress(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    from tqdm import tqdm

    quiet = len(rows) < 1000 or not sys.stderr.isatty()
    yield from tqdm(rows, disable=quiet, unit="text", file=sys.stderr)


def _print(rows: list[tuple[object, ...]]) -> None:
    """The rows as a table of aligned columns; wide characters take two columns."""
    shown = [list(HEADERS)] + [[_shown(cell) for cell in row] for row in rows]
    widths = [max(_width(row[at]) for row in shown) for at in range(len(HEADERS))]
    for row in shown:
        line = "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def _shown(cell: object) -> str:
    text = "" if cell is None else " ".join(str(cell).split())
    while _width(text) > MAX_SHOWN:
        text = text[:-2] + "…" if text.endswith("…") else text[:-1] + "…"
    return text


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
