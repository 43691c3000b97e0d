"""How long exact panels take, and that they equal a plain minimum-cost flow where only loads matter."""

from __future__ import annotations

import random
import time
from decimal import Decimal

import numpy as np
from ortools.graph.python import min_cost_flow

from innovalley.engine.panels import Expert, InfeasibleError, Objective, Problem, solve

TITLE = "Expert panels of five (seconds)"


def run() -> list[tuple[str, str]]:
    """(instance, what was reached in which time)."""
    dense = _problem(300, 600, None, grouped=True)
    sparse = _problem(2000, 4000, 50, grouped=True)
    plain = _problem(300, 600, None, grouped=False)
    started = time.perf_counter()
    assignment = solve(plain)
    rows = [
        _timed("300 items × 600 experts, one of an organisation, total", dense),
        _timed("2,000 items × 4,000 experts, 50 candidates each, total", sparse),
        _timed(
            "30 items × 60 experts, worst panel first", _problem(30, 60, None, grouped=True), Objective.FAIR
        ),
        (
            "300 × 600, loads only: our total and a plain flow's",
            f"{assignment.total} and {_plain_flow(plain)} ({time.perf_counter() - started:.2f} s)",
        ),
    ]
    started = time.perf_counter()
    try:
        solve(_problem(300, 600, None, grouped=True, max_load=2))
    except InfeasibleError as error:
        seconds = time.perf_counter() - started
        changes = len(error.diagnosis.relaxations)
        rows.append(
            (
                "300 × 600 with too little time of experts: the reasons",
                f"{changes} changes named ({seconds:.2f} s)",
            )
        )
    return rows


def _timed(name: str, problem: Problem, objective: Objective = Objective.TOTAL) -> tuple[str, str]:
    started = time.perf_counter()
    assignment = solve(problem, objective=objective)
    proof = "proven optimal" if assignment.proven else f"gap {assignment.gap}"
    return (
        name,
        f"{time.perf_counter() - started:.2f} s, {proof}, total {assignment.total}, worst {assignment.worst}",
    )


def _problem(
    items: int, experts: int, candidates: int | None, *, grouped: bool, max_load: int = 8
) -> Problem:
    dice = random.Random(7)
    people = tuple(Expert(f"E{n}", {"org": f"O{dice.randrange(experts // 10)}"}) for n in range(experts))
    names = tuple(f"I{n}" for n in range(items))
    fit = {
        (item, expert.id): Decimal(dice.randrange(10_000)) / 10_000
        for item in names
        for expert in (people if candidates is None else dice.sample(people, candidates))
    }
    return Problem(names, people, fit, 5, max_load, group_limits={"org": 1} if grouped else {})


def _plain_flow(problem: Problem) -> Decimal:
    """The same question as the textbook draws it: source, items, experts, sink."""
    items = {item: 1 + n for n, item in enumerate(problem.items)}
    experts = {expert.id: 1 + len(items) + n for n, expert in enumerate(problem.experts)}
    sink = 1 + len(items) + len(experts)
    arcs = [(0, node, problem.panel_size, 0) for node in items.values()]
    arcs += [(items[i], experts[e], 1, -problem.values[i, e]) for i, e in problem.fit]
    arcs += [(node, sink, problem.max_load, 0) for node in experts.values()]
    table = np.array(arcs, dtype=np.int64)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(*table.T)
    seats = problem.panel_size * len(items)
    solver.set_nodes_supplies(np.array([0, sink]), np.array([seats, -seats], dtype=np.int64))
    if solver.solve() != solver.OPTIMAL:
        raise AssertionError("the plain flow has no solution")
    return Decimal(-solver.optimal_cost()) / 10_000
