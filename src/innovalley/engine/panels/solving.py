"""Chooses the method that fits the rules and returns the best assignment."""

from __future__ import annotations

from decimal import Decimal

from innovalley.engine.panels import flow, program
from innovalley.engine.panels.diagnosis import Diagnosis, diagnose
from innovalley.engine.panels.model import Assignment, Objective, Problem, assignment_of


class InfeasibleError(Exception):
    """No assignment keeps all rules; `diagnosis` names the fewest to relax."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__("; ".join(str(relaxation) for relaxation in diagnosis.relaxations))
        self.diagnosis = diagnosis


def solve(
    problem: Problem,
    *,
    objective: Objective = Objective.TOTAL,
    seed: int | None = None,
    seconds: float = 60,
) -> Assignment:
    """The best assignment by `objective`.

    With `seed`, one of the equally good assignments is drawn, the same one for the same problem and seed: who
    knows the method before but not the seed cannot foretell the panels. `seconds` bounds the search where the
    rules do not have the shape of a network; `Assignment.proven` says whether it sufficed.

    Raises:
        InfeasibleError: no assignment keeps all rules.
        TimeoutError: `seconds` were too few to find any.
    """
    if objective == Objective.TOTAL and flow.fits_a_network(problem):
        pairs = flow.best_total(problem, seed=seed)
        if pairs is None:
            raise InfeasibleError(diagnose(problem, seconds=seconds))
        return assignment_of(problem, pairs)
    start = flow.best_total(problem) if flow.fits_a_network(problem) else []
    found = (
        None if start is None else program.best(problem, objective, seed=seed, seconds=seconds, hint=start)
    )
    if found is None:
        raise InfeasibleError(diagnose(problem, seconds=seconds))
    scale = _scale(problem)
    return assignment_of(problem, found.pairs, proven=found.gap == 0, gap=found.gap / scale)


def _scale(problem: Problem) -> Decimal:
    """How many whole units of the solver make one unit of fit."""
    pair = next((pair for pair, value in problem.fit.items() if value and problem.values[pair]), None)
    return Decimal(1) if pair is None else abs(Decimal(problem.values[pair]) / problem.fit[pair])
