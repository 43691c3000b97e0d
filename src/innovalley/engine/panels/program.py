"""The assignment as an integer program (CP-SAT): every rule, fairness between panels, and relaxations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from innovalley.engine.panels.model import Objective, Pair, Problem


@dataclass
class Found:
    """Pairs of the best assignment found; `gap` is how much better the objective could be, 0 when proven."""

    pairs: list[Pair]
    gap: int = 0


@dataclass
class Program:
    """The rules of a problem as a model that others add to."""

    problem: Problem
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    chosen: dict[Pair, cp_model.IntVar] = field(default_factory=dict)

    def add_pairs(self, pairs: Iterable[Pair]) -> None:
        """A yes-or-no variable for each pair."""
        for pair in pairs:
            self.chosen[pair] = self.model.new_bool_var("")

    def seats(self, item: str, experts: Iterable[str] | None = None) -> cp_model.LinearExprT:
        """How many of `experts` (None: all candidates) sit in the panel of `item`."""
        names = self.problem.candidates[item] if experts is None else experts
        return cp_model.LinearExpr.sum([self.chosen[item, e] for e in names if (item, e) in self.chosen])

    def loads(self) -> dict[str, cp_model.LinearExprT]:
        """How many items each expert has."""
        taken: dict[str, list[cp_model.IntVar]] = {expert.id: [] for expert in self.problem.experts}
        for (_item, expert), variable in self.chosen.items():
            taken[expert].append(variable)
        return {expert: cp_model.LinearExpr.sum(variables) for expert, variables in taken.items()}

    def panel_value(self, item: str) -> cp_model.LinearExprT:
        """The sum of fits of the panel of `item`."""
        pairs = [(item, expert) for expert in self.problem.candidates[item]]
        return cp_model.LinearExpr.weighted_sum(
            [self.chosen[pair] for pair in pairs], [self.problem.values[pair] for pair in pairs]
        )

    def total(self) -> cp_model.LinearExprT:
        """The sum of all fits."""
        return cp_model.LinearExpr.weighted_sum(
            list(self.chosen.values()), [self.problem.values[pair] for pair in self.chosen]
        )

    def answered(self, item: str) -> list[tuple[int, cp_model.LinearExprT]]:
        """For each need of `item`: the count asked for, and how many of the panel answer it."""
        by_id = self.problem.by_id
        return [
            (
                need.count,
                self.seats(item, [e for e in self.problem.candidates[item] if need.is_answered_by(by_id[e])]),
            )
            for need in self.problem.needs
            if need.concerns(item)
        ]


def best(
    problem: Problem, objective: Objective, *, seed: int | None, seconds: float, hint: Iterable[Pair] = ()
) -> Found | None:
    """The best assignment by `objective` found in `seconds`; None when none keeps the rules.

    Raises:
        TimeoutError: the time ran out before any assignment was found or excluded.
    """
    program = Program(problem)
    program.add_pairs((item, expert) for item in problem.items for expert in problem.candidates[item])
    _add_rules(program)
    for pair in hint:
        program.model.add_hint(program.chosen[pair], 1)
    if objective == Objective.TOTAL or not problem.items:
        return _maximise(program, program.total(), seed=seed, seconds=seconds)
    largest = sum(abs(value) for value in problem.values.values())
    worst = program.model.new_int_var(-largest, largest, "worst")
    for item in problem.items:
        program.model.add(program.panel_value(item) >= worst)
    first = _maximise(program, worst, seed=seed, seconds=seconds / 2)
    if first is None:
        return None
    reached = min(_sum(problem, first.pairs, item) for item in problem.items)
    program.model.add(worst >= reached)
    program.model.clear_hints()  # type: ignore[no-untyped-call]
    for pair in first.pairs:
        program.model.add_hint(program.chosen[pair], 1)
    second = _maximise(program, program.total(), seed=seed, seconds=seconds / 2)
    if second is None:  # cannot be: the first answer keeps every rule of the second question
        raise AssertionError("the second step lost the first step's answer")
    return Found(second.pairs, max(first.gap, second.gap))


def _add_rules(program: Program) -> None:
    problem, model = program.problem, program.model
    for item in problem.items:
        model.add(program.seats(item) == problem.panel_size)
        for attribute, limit in problem.group_limits.items():
            for members in problem.groups_of(item, attribute).values():
                if len(members) > limit:
                    model.add(program.seats(item, members) <= limit)
        for count, seats in program.answered(item):
            model.add(seats >= count)
    for expert, load in program.loads().items():
        model.add_linear_constraint(load, problem.least(expert), problem.most(expert))
    for pair in problem.locked:
        model.add(program.chosen[pair] == 1)


def _maximise(
    program: Program, goal: cp_model.LinearExprT, *, seed: int | None, seconds: float
) -> Found | None:
    program.model.maximize(goal)
    solver = solver_for(seconds, seed)
    status = solver.solve(program.model)
    if status == cp_model.INFEASIBLE:
        return None
    if status == cp_model.UNKNOWN:
        raise TimeoutError(f"no assignment was found in {seconds:.0f} s")
    pairs = [pair for pair, variable in program.chosen.items() if solver.boolean_value(variable)]
    gap = 0 if status == cp_model.OPTIMAL else round(solver.best_objective_bound - solver.objective_value)
    return Found(pairs, gap)


def solver_for(seconds: float, seed: int | None) -> cp_model.CpSolver:
    """A solver that gives the same answer to the same question each time, unless the time runs out."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.parameters.interleave_search = True  # deterministic, whatever the machine does meanwhile
    solver.parameters.random_seed = (seed or 0) % 2**31
    solver.parameters.randomize_search = seed is not None
    return solver


def _sum(problem: Problem, pairs: list[Pair], item: str) -> int:
    return sum(problem.values[pair] for pair in pairs if pair[0] == item)
