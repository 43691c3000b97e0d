"""`innovalley match`: from a table of demands and a table of achievements to a table of ranked answers."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from innovalley import __version__
from innovalley.cli.match_reasons import owner_reason, reason
from innovalley.cli.match_tables import read_demands, read_judgements, read_pairs, read_supply, read_weights
from innovalley.cli.progress import bar, watched
from innovalley.cli.tables import write_table
from innovalley.engine.matching import DEFAULT, Demand, Embedder, Matcher, Supply, Weights

FILE = click.Path(dir_okay=False, path_type=Path)
Line = tuple[object, ...]


class Order(NamedTuple):
    """What is to be ranked, and how many answers a demand is to have (None: the usual number)."""

    demands: list[Demand]
    supply: list[Supply]
    pairs: dict[str, list[str]] | None
    by_owner: bool
    top: int | None


@click.group(invoke_without_command=True)
@click.option("--demands", "demands_path", type=FILE, help="Demands: id, title[, text][, field].")
@click.option("--supply", "supply_path", type=FILE, help="Achievements: id, title[, text][, owner][, field].")
@click.option("--out", type=FILE, help="Where to write: .csv or .xlsx.")
@click.option(
    "--by",
    type=click.Choice(["achievement", "owner"]),
    default="achievement",
    show_default=True,
    help="What to rank; an owner is ranked by its best few achievements.",
)
@click.option("--pairs", "pairs_path", type=FILE, help="Score only these: demand_id, achievement_id.")
@click.option(
    "--top",
    type=click.IntRange(min=1),
    help="Answers for each demand. [default: 50 achievements, 20 owners, all pairs]",
)
@click.option("--weights", "weights_path", type=FILE, help="Weights that `innovalley match tune` wrote.")
@click.option("--no-semantic", is_flag=True, help="Without the language model: faster, a little worse.")
@click.option("--no-reasons", is_flag=True, help="Leave out the column that says why.")
@click.pass_context
def match(
    context: click.Context,
    demands_path: Path | None,
    supply_path: Path | None,
    out: Path | None,
    by: str,
    pairs_path: Path | None,
    top: int | None,
    weights_path: Path | None,
    no_semantic: bool,
    no_reasons: bool,
) -> None:
    """Rank achievements or their owners for each demand, with reasons. All tables are CSV or XLSX.

    Writes demand_id, achievement_id (or owner), score and reason, best first; a score compares within one
    demand only. Needs neither a server nor a database.

    \b
    Example: innovalley match --demands demands.csv --supply teams.xlsx --out ranked.xlsx
    Example: innovalley match --demands demands.csv --supply teams.xlsx --by owner --top 10 --out teams.csv
    """
    if context.invoked_subcommand:
        return
    if demands_path is None or supply_path is None or out is None:
        given = {"--demands": demands_path, "--supply": supply_path, "--out": out}
        raise click.UsageError(
            f"Missing option {', '.join(name for name, path in given.items() if path is None)}."
        )
    if pairs_path and by == "owner":
        raise click.UsageError("--pairs scores achievements; leave out --by owner.")
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise click.UsageError(f"--out must end in .csv or .xlsx: {out}")
    demands = read_demands(demands_path)
    supply = read_supply([supply_path], needs_owner=by == "owner")
    pairs = read_pairs(pairs_path, demands, supply) if pairs_path else None
    weights = read_weights(weights_path) if weights_path else DEFAULT
    order = Order(demands, supply, pairs, by == "owner", top)
    with embedding_errors_as_messages():
        matcher = fitted(supply, None if no_semantic else embedder(), weights)
        lines = [
            line
            for demand in watched(demands, "ranking", "demand")
            for line in (_owners if order.by_owner else _achievements)(matcher, demand, order, not no_reasons)
        ]
    headers = ["demand_id", "owner" if order.by_owner else "achievement_id", "score", "reason"]
    write_table(out, headers[: 3 if no_reasons else 4], lines)
    click.echo(f"{len(lines)} answers to {len(demands)} demands: {out}", err=True)


@match.command()
@click.argument("judgement_paths", metavar="JUDGEMENTS...", nargs=-1, required=True, type=FILE)
@click.option(
    "--demands", "demands_path", type=FILE, required=True, help="Demands: id, title[, text][, field]."
)
@click.option(
    "--supply",
    "supply_paths",
    type=FILE,
    required=True,
    multiple=True,
    help="Achievements: id, title[, text][, field]; may be given more than once.",
)
@click.option("--out", type=FILE, help="Write the weights to this .json, for `innovalley match --weights`.")
@click.option("--no-semantic", is_flag=True, help="Fit only the weights used without the language model.")
def tune(
    judgement_paths: tuple[Path, ...],
    demands_path: Path,
    supply_paths: tuple[Path, ...],
    out: Path | None,
    no_semantic: bool,
) -> None:
    """Fit the weights of the evidence to the graded judgements of people who know both sides.

    JUDGEMENTS are tables of demand_id, achievement_id and level (a whole number, larger is better). Prints how
    well the ranking agrees with them, on the demands fitted to and on demands left out (cross-validation).

    \b
    Example: innovalley match tune judged.csv --demands demands.csv --supply teams.csv --out weights.json
    """
    from innovalley.engine.matching import tuning

    demands, supply = read_demands(demands_path), read_supply(supply_paths)
    judgements = [one for path in judgement_paths for one in read_judgements(path, demands, supply)]
    with embedding_errors_as_messages(), bar("reading", "demand") as advance:
        try:
            tuned = tuning.tune(
                judgements,
                demands,
                supply,
                embedder=None if no_semantic else watched_embedder(embedder()),
                progress=advance,
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{tuned.demands} demands with {tuned.judgements} judgements that tell something")
    click.echo(f"{'':<10}{'ndcg@10':>10}{'left out':>18}{'tau':>10}{'left out':>18}")
    for mode, fit in tuned.fits.items():
        columns = [
            f"{inside:>10.4f}{f'{outside:.4f} ± {spread / 2:.4f}':>18}"
            for inside, outside, spread in zip(
                (fit.in_fold.ndcg, fit.in_fold.tau),
                (fit.out_of_fold.ndcg, fit.out_of_fold.tau),
                (fit.spread.ndcg, fit.spread.tau),
                strict=True,
            )
        ]
        click.echo(f"{mode:<10}{''.join(columns)}")
    if out is not None:
        weights = Weights(tuned.weights.semantic, tuned.weights.lexical, _provenance(tuned))
        text = json.dumps(weights.as_json(), indent=2, ensure_ascii=False) + "\n"
        try:
            out.write_text(text, "utf-8")
        except OSError as error:
            raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
        click.echo(f"Weights: {out}", err=True)


def _provenance(tuned: Any) -> dict[str, Any]:
    return {
        "date": dt.date.today().isoformat(),
        "innovalley": __version__,
        "demands": tuned.demands,
        "judgements": tuned.judgements,
        "sha256": tuned.digest,
        "agreement": {
            mode: {
                "ndcg@10": round(fit.in_fold.ndcg, 4),
                "tau": round(fit.in_fold.tau, 4),
                "ndcg@10 out of fold": round(fit.out_of_fold.ndcg, 4),
                "tau out of fold": round(fit.out_of_fold.tau, 4),
            }
            for mode, fit in tuned.fits.items()
        },
    }


# ranking -------------------------------------------------------------------------------------------


def fitted(supply: Sequence[Supply], model: Embedder | None, weights: Weights) -> Matcher:
    """A matcher of `supply`, with progress."""
    with bar("reading", "achievement") as advance:
        return Matcher.fit(supply, embedder=watched_embedder(model), weights=weights, progress=advance)


def _achievements(matcher: Matcher, demand: Demand, order: Order, with_reason: bool) -> Iterator[Line]:
    if order.pairs is None:
        ranked = [(one.id, one.score) for one in matcher.rank(demand, order.top or 50)]
        among = None
    else:
        among = order.pairs.get(demand.id, [])
        scores = matcher.score(demand, among) if among else []
        ranked = sorted(zip(among, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))[: order.top]
    for achievement_id, score in ranked:
        line: Line = (demand.id, achievement_id, score)
        yield (*line, reason(demand, matcher.explain(demand, achievement_id, among))) if with_reason else line


def _owners(matcher: Matcher, demand: Demand, order: Order, with_reason: bool) -> Iterator[Line]:
    for owner in matcher.rank_owners(demand, order.top or 20):
        line: Line = (demand.id, owner.owner, owner.score)
        if with_reason:
            why = owner_reason(demand, owner.evidence, matcher.explain(demand, owner.evidence[0]))
            line = (*line, why)
        yield line


# the language model --------------------------------------------------------------------------------


def embedder() -> Embedder | None:
    """The model that the environment names, on all processors."""
    from innovalley.config.embedders import default_embedder

    return default_embedder(threads=min(os.cpu_count() or 1, 4))


@contextlib.contextmanager
def embedding_errors_as_messages() -> Iterator[None]:
    """What an endpoint does wrong, in one line."""
    from innovalley.config.embedders import EmbeddingsError

    try:
        yield
    except EmbeddingsError as error:
        raise click.ClickException(f"{error} (--no-semantic does without)") from error


def watched_embedder(model: Embedder | None) -> Embedder | None:
    """`model` with a progress bar over what it reads of the supply."""
    return _Watched(model) if model else None


class _Watched:
    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.name = model.name

    @property
    def dimension(self) -> int:
        return self._model.dimension

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        batches = [texts[start : start + 64] for start in range(0, len(texts), 64)]
        done = [
            self._model.passages(batch) for batch in watched(batches, "understanding", "× 64 achievements")
        ]
        return np.concatenate(done) if done else np.zeros((0, self.dimension), dtype=np.float32)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._model.queries(texts)
