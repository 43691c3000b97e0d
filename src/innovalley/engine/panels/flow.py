"""The assignment as a minimum-cost flow: exact and fast where the rules have the shape of a network.

item ──(panel size)──► item's group ──(group limit)──► expert ──(load)──► sink. One grouping at most keeps this
shape; needs, several groupings and fairness between panels do not (see `program`).
"""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from innovalley.engine.panels.model import Pair, Problem, Rule

_ROOM = 2**62  # the solver counts in 64 bits


def fits_a_network(problem: Problem) -> bool:
    """Whether `best_total` can solve it."""
    return len(problem.group_limits) <= 1 and not problem.needs


def best_total(problem: Problem, *, seed: int | None = None) -> list[Pair] | None:
    """The pairs with the highest total fit; None when no assignment keeps the rules.

    With a seed, equally good assignments are drawn from by small random values too small to matter against fits.
    """
    if not _locks_keep_rules(problem):
        return None
    network = _Network(problem)
    flows = network.solve(_costs(problem, network.pairs, seed, network.size))
    return None if flows is None else network.chosen(flows)


def least_change(problem: Problem) -> list[tuple[Rule, str, str, str, int]]:
    """Changes of rules that together make an assignment possible, as little as can be, weighed by harshness.

    Each is (rule, item, expert, group, by how much). Conflicts and locks are kept as they are.
    """
    network = _Network(problem, elastic=True)
    flows = network.solve(np.zeros(len(network.pairs), dtype=object))
    if flows is None:  # more experts locked into a panel than it has seats
        return []
    return [(*change, int(flows[arc])) for arc, change in network.changes.items() if flows[arc]]


def _locks_keep_rules(problem: Problem) -> bool:
    """Whether panels, loads and groups hold what is locked; the network has no arcs for it."""
    seats = Counter(item for item, _expert in problem.locked)
    loads = Counter(expert for _item, expert in problem.locked)
    in_panels = max(seats.values(), default=0) <= problem.panel_size
    in_loads = all(load <= problem.most(expert) for expert, load in loads.items())
    for attribute, limit in problem.group_limits.items():
        values = (
            (item, problem.by_id[expert].attributes.get(attribute, "")) for item, expert in problem.locked
        )
        if max(Counter(pair for pair in values if pair[1]).values(), default=0) > limit:
            return False
    return in_panels and in_loads


class _Network:
    """The nodes and arcs of a problem; with `elastic`, every rule can give way at a cost."""

    def __init__(self, problem: Problem, *, elastic: bool = False) -> None:
        self._problem = problem
        self._elastic = elastic
        self._supplies: list[int] = []
        self._arcs: list[tuple[int, int, int, int]] = []  # tail, head, capacity, cost
        self._pair_arcs: list[int] = []
        self.pairs: list[Pair] = []
        self.changes: dict[int, tuple[Rule, str, str, str]] = {}  # by arc
        self._experts = {expert.id: self._node() for expert in problem.experts}
        self._sink = self._node()
        self._locked: dict[str, set[str]] = {}
        for item, expert in problem.locked:
            self._locked.setdefault(item, set()).add(expert)
        for item in problem.items:
            self._add_item(item)
        self._add_loads()

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return len(self._supplies)

    def solve(self, costs: NDArray[np.object_]) -> NDArray[np.int64] | None:
        """The flow on every arc at the least cost, `costs` being those of the pairs; None when impossible."""
        arcs = np.array(self._arcs, dtype=np.int64).reshape(-1, 4)
        arcs[self._pair_arcs, 3] = costs.astype(np.int64)
        solver = min_cost_flow.SimpleMinCostFlow()
        numbers = solver.add_arcs_with_capacity_and_unit_cost(arcs[:, 0], arcs[:, 1], arcs[:, 2], arcs[:, 3])
        solver.set_nodes_supplies(np.arange(self.size), np.array(self._supplies, dtype=np.int64))
        status = solver.solve()
        if status in (solver.INFEASIBLE, solver.UNBALANCED):
            return None
        if status != solver.OPTIMAL:
            raise OverflowError(f"the fits are too large or too fine for the solver (status {status})")
        return np.asarray(solver.flows(numbers), dtype=np.int64)

    def chosen(self, flows: NDArray[np.int64]) -> list[Pair]:
        """The pairs that carry flow, and the locked ones."""
        carried = (pair for pair, arc in zip(self.pairs, self._pair_arcs, strict=True) if flows[arc])
        return [*sorted(self._problem.locked), *carried]

    def _add_item(self, item: str) -> None:
        problem, locked = self._problem, self._locked.get(item, set())
        open_seats = max(0, problem.panel_size - len(locked))
        node = self._node(open_seats)
        self._soft(node, self._sink, open_seats, Rule.PANEL_SIZE, item=item)
        through = dict.fromkeys(problem.candidates[item], node)
        for attribute, limit in problem.group_limits.items():
            for value, members in problem.groups_of(item, attribute).items():
                room = max(0, limit - len(locked.intersection(members)))
                if len(members) > room:
                    group = self._node()
                    self._arc(node, group, room)
                    name = f"{attribute}={value}"
                    self._soft(node, group, len(members), Rule.GROUP_LIMIT, item=item, group=name)
                    through.update(dict.fromkeys(members, group))
        for expert in problem.candidates[item]:
            if expert not in locked:
                self._pair_arcs.append(self._arc(through[expert], self._experts[expert], 1))
                self.pairs.append((item, expert))

    def _add_loads(self) -> None:
        """Arcs to the sink; what an expert must take at least leaves the network at the expert's own node."""
        problem = self._problem
        taken = Counter(expert for _item, expert in problem.locked)
        rest = sum(self._supplies)
        for expert, node in self._experts.items():
            must = max(0, problem.least(expert) - taken[expert])
            room = problem.most(expert) - taken[expert] - must
            self._supplies[node] = -must
            rest -= must
            self._arc(node, self._sink, max(0, room))
            self._soft(node, self._sink, len(problem.items), Rule.MAX_LOAD, expert=expert)
            self._soft(self._sink, node, must, Rule.MIN_LOAD, expert=expert)
        self._supplies[self._sink] = -rest

    def _node(self, supply: int = 0) -> int:
        self._supplies.append(supply)
        return len(self._supplies) - 1

    def _arc(self, tail: int, head: int, capacity: int, cost: int = 0) -> int:
        self._arcs.append((tail, head, capacity, cost))
        return len(self._arcs) - 1

    def _soft(
        self,
        tail: int,
        head: int,
        most: int,
        rule: Rule,
        *,
        item: str = "",
        expert: str = "",
        group: str = "",
    ) -> None:
        if self._elastic and most:
            self.changes[self._arc(tail, head, most, rule.harshness)] = (rule, item, expert, group)


def _costs(problem: Problem, pairs: list[Pair], seed: int | None, nodes: int) -> NDArray[np.object_]:
    """Costs of the pairs: the fit negated, and below its last digit a random value when a seed is given."""
    values = np.array([problem.values[pair] for pair in pairs], dtype=object)
    if seed is None or not pairs:
        return -values
    seats = len(problem.items) * problem.panel_size
    largest = max(1, *(abs(v) for v in values))
    draws = min(1_000_000, _ROOM // (largest * (nodes + 1) * seats * seats))
    if draws < 2:  # fits with so many digits are hardly ever equal
        return -values
    dice = random.Random(seed)  # noqa: S311  (published with the call, not a secret)
    ranks = sorted(range(len(pairs)), key=pairs.__getitem__)  # independent of the order of the input
    noise = [0] * len(pairs)
    for n in ranks:
        noise[n] = dice.randrange(draws)
    costs: NDArray[np.object_] = -values * (draws * seats) + np.array(noise, dtype=object)
    return costs
