"""States and transitions as data: who may move what from where to where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed move.

    act         its name ("submit")
    sources     states it may start from
    target      state it ends in
    permission  the permission the actor needs ("challenges.submit_demand")
    """

    act: str
    sources: tuple[str, ...]
    target: str
    permission: str


class WrongStateError(Exception):
    """The act does not start from the object's present state."""

    def __init__(self, act: str, state: str) -> None:
        super().__init__(f"{act} is not possible in state {state}")
        self.act, self.state = act, state


class Lifecycle:
    """A checked transition table.

    Raises:
        ValueError: there are no states or one stands twice, two transitions with one act share a source or
            one has none, a state is unknown, or a state cannot be reached from the first.
    """

    def __init__(self, states: Sequence[str], transitions: Iterable[Transition]) -> None:
        self.states = tuple(states)
        if not self.states:
            raise ValueError("a lifecycle has states")
        if len(set(self.states)) < len(self.states):
            raise ValueError(f"of {list(self.states)} some stand twice")
        self.transitions = tuple(transitions)
        self._targets: dict[tuple[str, str], Transition] = {}
        for step in self.transitions:
            if not step.sources:
                raise ValueError(f"{step.act} starts nowhere")
            for source in step.sources:
                if (step.act, source) in self._targets:
                    raise ValueError(f"{step.act} from {source} stands twice")
                self._targets[step.act, source] = step
            unknown = {*step.sources, step.target} - set(self.states)
            if unknown:
                raise ValueError(f"{step.act} names unknown states {sorted(unknown)}")
        lost = set(self.states) - self._reachable()
        if lost:
            raise ValueError(f"states never reached: {sorted(lost)}")

    def step(self, act: str, state: str) -> Transition:
        """The transition `act` from `state`.

        Raises:
            WrongStateError: there is none.
        """
        try:
            return self._targets[act, state]
        except KeyError:
            raise WrongStateError(act, state) from None

    def acts_from(self, state: str) -> tuple[Transition, ...]:
        """The transitions that start from `state`, in table order."""
        return tuple(step for step in self.transitions if state in step.sources)

    def _reachable(self) -> set[str]:
        found = {self.states[0]}
        while True:
            more = {s.target for s in self.transitions if found & set(s.sources)} - found
            if not more:
                return found
            found |= more
