"""How well, and how fast, specifications are found in the texts of real demands and papers that people labelled.

The labels are in tests/data (see the README there), the texts in the demand-match and papers-csl data, which are not
part of this repository: INNOVALLEY_DATA names their folder, by default ../shared/data beside the checkout.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from innovalley.engine.specs import Spec, find, units
from innovalley.engine.specs.model import Change, Comparison

TITLE = "Specifications found in 237 real demands and 66 abstracts of papers"

_ROOT = Path(__file__).resolve().parent.parent
LABELS = _ROOT / "tests" / "data"
HALVES = ("build", "held")
PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class Score:
    """What was found of what was labelled; a spec is correct when comparison, bounds, unit and change agree."""

    labelled: int
    found: int
    correct: int
    named: int  # of the correct ones, those with the labelled name
    elsewhere: int  # found where none is labelled
    differing: dict[str, int]  # found where one is labelled: in how many cases what differs

    @property
    def precision(self) -> float:
        return self.correct / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.correct / self.labelled if self.labelled else 0.0


def _data() -> Path:
    return Path(os.environ.get("INNOVALLEY_DATA") or _ROOT.parent / "shared" / "data")


def data_folder() -> Path | None:
    """Where the demand-match data lies; None when it does not."""
    folder = _data() / "demand-match"
    return folder if (folder / "demands.csv").is_file() else None


def papers_file() -> Path | None:
    """Where the abstracts of the papers lie; None when they do not."""
    file = _data() / "papers-csl" / "papers.jsonl"
    return file if file.is_file() else None


def read_abstracts(path: Path) -> dict[str, str]:
    """The abstracts of the papers by their id."""
    with path.open(encoding="utf-8") as file:
        papers = [json.loads(line) for line in file]
    return {paper["id"]: paper["abstract"] for paper in papers}


def read_texts(folder: Path) -> dict[str, str]:
    """The texts of the demands by their id."""
    texts: dict[str, str] = {}
    for name in ("demands.csv", "demands-unjudged.csv"):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            texts |= {row["id"]: row["text"] for row in csv.DictReader(file)}
    return texts


def read_labels(part: str) -> dict[str, list[Spec]]:
    """The labelled specs of "build", "held" or "papers" by the id of their text; an empty list for one without any."""
    labels: dict[str, list[Spec]] = defaultdict(list)
    with (LABELS / f"spec-labels-{part}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            specs = labels[row["paper_id" if part == PAPERS else "demand_id"]]
            if row["start"]:
                specs.append(_label(row))
    return labels


def _label(row: dict[str, str]) -> Spec:
    unit, factor = units.canonical(row["unit"]) or (row["unit"], Decimal(1))
    low, high = (Decimal(row[bound]) * factor if row[bound] else None for bound in ("low", "high"))
    return Spec(
        row["quantity"],
        Comparison(row["comparison"]),
        low,
        high,
        unit,
        Change(row["change"]),
        int(row["start"]),
        int(row["end"]),
    )


def overlap(found: Spec, label: Spec) -> bool:
    """Whether the two stand in the same place."""
    return found.start < label.end and label.start < found.end


def agree(found: Spec, label: Spec) -> bool:
    """Whether a found spec says what the label says, in the same place, in the same or an equivalent unit."""
    if not overlap(found, label) or (found.comparison, found.change) != (label.comparison, label.change):
        return False
    if found.unit == label.unit:
        return (found.low, found.high) == (label.low, label.high)
    first, second = units.scale(found.unit), units.scale(label.unit)
    if not found.unit or not label.unit or first is None or second is None:
        return False
    return first.dimension == second.dimension and all(
        (one is None) == (other is None)
        and (one is None or other is None or Fraction(one) * first.factor == Fraction(other) * second.factor)
        for one, other in ((found.low, label.low), (found.high, label.high))
    )


def match(
    found: list[Spec], labels: list[Spec], fits: Callable[[Spec, Spec], bool]
) -> list[tuple[Spec, Spec]]:
    """Pairs of found and labelled specs that fit, each used once."""
    rest = list(labels)
    pairs = []
    for spec in found:
        label = next((label for label in rest if fits(spec, label)), None)
        if label is not None:
            rest.remove(label)
            pairs.append((spec, label))
    return pairs


def measure(part: str, texts: dict[str, str]) -> Score:
    """The score over the texts of one half of the demands, or of the papers."""
    labelled = found = correct = named = elsewhere = 0
    differing = dict.fromkeys(("comparison", "numbers", "unit", "change"), 0)
    for name, labels in read_labels(part).items():
        specs = find(texts[name])
        pairs = match(specs, labels, agree)
        labelled += len(labels)
        found += len(specs)
        correct += len(pairs)
        named += sum(spec.quantity == label.quantity for spec, label in pairs)
        matched = {id(one) for pair in pairs for one in pair}
        wrong = [spec for spec in specs if id(spec) not in matched]
        misread = match(wrong, [label for label in labels if id(label) not in matched], overlap)
        elsewhere += len(wrong) - len(misread)
        for spec, label in misread:
            differing["comparison"] += spec.comparison is not label.comparison
            differing["numbers"] += {spec.low, spec.high} != {label.low, label.high}
            differing["unit"] += spec.unit != label.unit
            differing["change"] += spec.change is not label.change
    return Score(labelled, found, correct, named, elsewhere, differing)


def run() -> list[tuple[str, str]]:
    """The rows of the table."""
    folder = data_folder()
    if folder is None:
        return [("demand-match data", "absent: set INNOVALLEY_DATA to its folder to measure quality")]
    texts = read_texts(folder)
    rows = []
    for half in HALVES:
        rows += _quality(measure(half, texts), f"{half} half")
    if (papers := papers_file()) is not None:
        rows += _quality(measure(PAPERS, read_abstracts(papers)), PAPERS)
    return [*rows, *_speed(list(texts.values()))]


def _quality(score: Score, where: str) -> list[tuple[str, str]]:
    return [
        (f"precision, {where}", f"{score.precision:.3f} ({score.correct} of {score.found} found)"),
        (f"recall, {where}", f"{score.recall:.3f} ({score.correct} of {score.labelled} labelled)"),
        (f"where none is labelled, {where}", f"{score.elsewhere} of {score.found} found"),
        (f"misread, {where}", ", ".join(f"{what} {count}" for what, count in score.differing.items())),
        (f"same name, {where}", f"{score.named / max(1, score.correct):.3f} of the correct ones"),
    ]


def _speed(texts: list[str]) -> list[tuple[str, str]]:
    """Milliseconds for 300 characters of real text, and for a text of one million characters."""
    pieces = ["".join(texts)[start : start + 300] for start in range(0, 60_000, 300)]
    find(pieces[0])
    times = []
    for piece in pieces:
        begin = time.perf_counter()
        find(piece)
        times.append((time.perf_counter() - begin) * 1000)
    long = ("".join(texts) * 10)[:1_000_000]
    begin = time.perf_counter()
    find(long)
    took = time.perf_counter() - begin
    return [
        (
            "find() in 300 characters",
            f"median {statistics.median(times):.2f} ms, longest {max(times):.2f} ms",
        ),
        ("find() in 1,000,000 characters", f"{took:.2f} s"),
    ]
