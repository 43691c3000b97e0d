"""Why no assignment keeps all rules: the fewest rules to relax, and by how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from innovalley.engine.panels import flow
from innovalley.engine.panels.model import Problem, Rule
from innovalley.engine.panels.program import Program, solver_for

_ONE_MORE_RULE = 1_000_000  # one rule less to relax is worth any amount
_SMALL = 20_000  # pairs; for more, the least change in seats is proposed, which a network finds at once


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One rule to relax at one place.

    item, expert  where ("" where it does not matter)
    group         for GROUP_LIMIT and NEED the attribute and its value(s) ("org=Northern University")
    limit         the rule's figure now (0 for CONFLICT and LOCK)
    by            by how much it is to be relaxed, at least 1
    """

    rule: Rule
    item: str
    expert: str
    group: str
    limit: int
    by: int

    def __str__(self) -> str:
        sentence = {
            Rule.MAX_LOAD: "let expert {expert} take {more} items instead of at most {limit}",
            Rule.MIN_LOAD: "let expert {expert} take {less} items instead of at least {limit}",
            Rule.GROUP_LIMIT: "allow {more} experts of {group} in the panel of {item} instead of {limit}",
            Rule.NEED: "accept {less} experts of {group} in the panel of {item} instead of {limit}",
            Rule.LOCK: "release expert {expert} from the panel of {item}",
            Rule.PANEL_SIZE: "make the panel of {item} {less} experts instead of {limit}, or find {by} more for it",
            Rule.CONFLICT: "override the conflict of expert {expert} with {item}",
        }[self.rule]
        return sentence.format(
            item=self.item,
            expert=self.expert,
            group=self.group,
            limit=self.limit,
            by=self.by,
            more=self.limit + self.by,
            less=self.limit - self.by,
        )


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The fewest rules to relax so that an assignment exists.

    relaxations   together they suffice
    proven        whether no smaller set would; False when the time ran out
    alternatives  figures that would suffice if one rule were changed for everybody: ("max_load", 9)
    """

    relaxations: tuple[Relaxation, ...]
    proven: bool
    alternatives: tuple[tuple[str, int], ...]


def diagnose(problem: Problem, *, seconds: float = 60) -> Diagnosis:
    """The fewest rules that must be relaxed for an assignment to exist; none when one exists."""
    pairs = len(problem.fit) if problem.items else 0
    if flow.fits_a_network(problem) and pairs > _SMALL:
        relaxations, proven = _least_change(problem), False
    else:
        relaxations, proven = _Elastic(problem).solve(seconds)
    return Diagnosis(relaxations, proven, _alternatives(problem) if relaxations else ())


def _least_change(problem: Problem) -> tuple[Relaxation, ...]:

    def limit_of(rule: Rule, expert: str, group: str) -> int:
        if rule == Rule.PANEL_SIZE:
            return problem.panel_size
        if rule in (Rule.MAX_LOAD, Rule.MIN_LOAD):
            return problem.most(expert) if rule == Rule.MAX_LOAD else problem.least(expert)
        return problem.group_limits[group.partition("=")[0]]

    return tuple(
        Relaxation(
            rule,
            item,
            expert,
            group,
            limit_of(rule, expert, group),
            by,
        )
        for rule, item, expert, group, by in flow.least_change(problem)
    )


class _Elastic:
    """The problem with every rule made to give way at a price; no expert's load more than doubles."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._program = Program(problem)
        self._slacks: list[tuple[cp_model.IntVar, Callable[[int], Relaxation], Rule]] = []
        candidates = [(item, e) for item in problem.items for e in problem.candidates[item]]
        overridable = [pair for pair in problem.conflicts if pair in problem.fit]
        self._program.add_pairs(candidates + overridable)
        self._extra: dict[str, list[str]] = {}
        for item, expert in overridable:
            self._extra.setdefault(item, []).append(expert)
            chosen = self._program.chosen[item, expert]
            self._give(chosen, Rule.CONFLICT, item=item, expert=expert)
        for item in problem.items:
            self._soften_item(item)
        self._soften_loads()
        for item, expert in sorted(problem.locked):
            released = self._slack(1, Rule.LOCK, item=item, expert=expert)
            self._program.model.add(self._program.chosen[item, expert] + released == 1)

    def solve(self, seconds: float) -> tuple[tuple[Relaxation, ...], bool]:
        """The cheapest relaxations, and whether they are proven to be."""
        model = self._program.model
        cost: list[tuple[cp_model.IntVar, int]] = []
        for slack, _relaxation, rule in self._slacks:
            used = model.new_bool_var("")
            model.add(slack >= 1).only_enforce_if(used)
            model.add(slack == 0).only_enforce_if(used.negated())
            cost += [(used, _ONE_MORE_RULE), (slack, rule.harshness)]
        model.minimize(cp_model.LinearExpr.weighted_sum([v for v, _c in cost], [c for _v, c in cost]))
        solver = solver_for(seconds, None)
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return (), False
        found = [
            relaxation(solver.value(slack)) for slack, relaxation, _r in self._slacks if solver.value(slack)
        ]
        return tuple(found), status == cp_model.OPTIMAL

    def _soften_item(self, item: str) -> None:
        problem, model = self._problem, self._program.model
        everyone = problem.candidates[item] + self._extra.get(item, [])
        short = self._slack(problem.panel_size, Rule.PANEL_SIZE, item=item, limit=problem.panel_size)
        model.add(self._program.seats(item, everyone) == problem.panel_size - short)
        for attribute, limit in problem.group_limits.items():
            groups: dict[str, list[str]] = {}
            for expert in everyone:
                if value := problem.by_id[expert].attributes.get(attribute, ""):
                    groups.setdefault(value, []).append(expert)
            for value, members in groups.items():
                if len(members) > limit:
                    over = self._slack(
                        len(members), Rule.GROUP_LIMIT, item=item, group=f"{attribute}={value}", limit=limit
                    )
                    model.add(self._program.seats(item, members) <= limit + over)
        for need in problem.needs:
            if need.concerns(item):
                answering = [e for e in everyone if need.is_answered_by(problem.by_id[e])]
                group = f"{need.attribute}={'/'.join(sorted(need.values))}"
                lacking = self._slack(need.count, Rule.NEED, item=item, group=group, limit=need.count)
                model.add(self._program.seats(item, answering) >= need.count - lacking)

    def _soften_loads(self) -> None:
        problem, model = self._problem, self._program.model
        for expert, load in self._program.loads().items():
            most, least = problem.most(expert), problem.least(expert)
            over = self._slack(problem.max_load, Rule.MAX_LOAD, expert=expert, limit=most)
            model.add(load <= most + over)
            if least:
                under = self._slack(least, Rule.MIN_LOAD, expert=expert, limit=least)
                model.add(load >= least - under)

    def _slack(
        self, most: int, rule: Rule, *, item: str = "", expert: str = "", group: str = "", limit: int = 0
    ) -> cp_model.IntVar:
        slack = self._program.model.new_int_var(0, most, "")
        self._give(slack, rule, item=item, expert=expert, group=group, limit=limit)
        return slack

    def _give(
        self,
        slack: cp_model.IntVar,
        rule: Rule,
        *,
        item: str = "",
        expert: str = "",
        group: str = "",
        limit: int = 0,
    ) -> None:
        self._slacks.append((slack, lambda by: Relaxation(rule, item, expert, group, limit, by), rule))


def _alternatives(problem: Problem) -> tuple[tuple[str, int], ...]:
    """Single figures that would suffice for everybody; looked for where that is quick (see `flow`)."""
    if not flow.fits_a_network(problem):
        return ()
    found: list[tuple[str, int]] = []
    higher = _first(
        range(problem.max_load + 1, len(problem.items) + 1), lambda n: replace(problem, max_load=n)
    )
    if higher is not None:
        found.append(("max_load", higher))
    for lower, rule in ((problem.min_load, "min_load"), (problem.panel_size, "panel_size")):
        least = 0 if rule == "min_load" else 1
        value = _first(
            range(lower - 1, least - 1, -1),
            lambda n, rule=rule: replace(problem, **{rule: n}),  # type: ignore[misc]
        )
        if value is not None:
            found.append((rule, value))
    for attribute, limit in problem.group_limits.items():
        value = _first(
            range(limit + 1, problem.panel_size + 1),
            lambda n, attribute=attribute: replace(problem, group_limits={attribute: n}),  # type: ignore[misc]
        )
        if value is not None:
            found.append((f"group_limit {attribute}", value))
    return tuple(found)


def _first(figures: range, changed: Callable[[int], Problem]) -> int | None:
    """The first of `figures` with which an assignment exists; once it does, it does for the rest too."""
    low, high = 0, len(figures)
    while low < high:
        middle = (low + high) // 2
        if _exists(changed(figures[middle])):
            high = middle
        else:
            low = middle + 1
    return figures[low] if low < len(figures) else None


def _exists(problem: Problem) -> bool:
    return flow.best_total(problem) is not None
