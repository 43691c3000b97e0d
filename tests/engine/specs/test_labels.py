"""How well the specs of real demands and papers are found, held to what `python -m benchmarks specs` measured.

The texts are not in the repository (see tests/data/README.md). Where they are absent, one test says so.
"""

from __future__ import annotations

import warnings

import pytest

from benchmarks import specs as benchmark

FOLDER = benchmark.data_folder()

if FOLDER is None:

    def test_the_labelled_texts_are_absent() -> None:
        assert "absent" in benchmark.run()[0][1]
        warnings.warn("The demand-match texts are absent: finding specs was not measured.", stacklevel=1)

else:
    TEXTS = benchmark.read_texts(FOLDER)

    def test_at_least_two_hundred_statements_are_labelled() -> None:
        labels = [
            spec
            for half in benchmark.HALVES
            for specs in benchmark.read_labels(half).values()
            for spec in specs
        ]
        assert len(labels) >= 200

    def test_no_demand_is_in_both_halves() -> None:
        build, held = (benchmark.read_labels(half) for half in benchmark.HALVES)
        assert not set(build) & set(held)

    @pytest.mark.parametrize("half", benchmark.HALVES)
    def test_labels_lie_within_their_texts(half: str) -> None:
        for demand, labels in benchmark.read_labels(half).items():
            for label in labels:
                assert 0 <= label.start < label.end <= len(TEXTS[demand])

    def test_a_paper_states_what_its_labels_say() -> None:
        path = benchmark.papers_file()
        if path is None:
            warnings.warn(
                "The papers-csl texts are absent: finding specs in papers was not measured.", stacklevel=1
            )
            return
        abstracts = benchmark.read_abstracts(path)
        for paper, labels in benchmark.read_labels(benchmark.PAPERS).items():
            for label in labels:
                assert 0 <= label.start < label.end <= len(abstracts[paper])
        score = benchmark.measure(benchmark.PAPERS, abstracts)
        assert score.precision >= 0.9
        assert score.recall >= 0.9

    @pytest.mark.parametrize(("half", "precision", "recall"), [("build", 0.95, 0.95), ("held", 0.85, 0.85)])
    def test_specs_are_found(half: str, precision: float, recall: float) -> None:
        score = benchmark.measure(half, TEXTS)
        assert score.precision >= precision
        assert score.recall >= recall
