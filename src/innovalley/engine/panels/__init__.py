"""Expert panels: the exact best assignment of experts to items under the rules of a call.

    problem = Problem(items=…, experts=…, fit={("I1", "E7"): Decimal("0.83"), …}, panel_size=5, max_load=8)
    assignment = solve(problem)            the panels with the highest total fit, proven optimal
    solve(problem, objective=FAIR)         first the worst panel as good as can be, then the total
    solve(problem, seed=7)                 drawn among equally good ones, reproducible from the published seed

Where no assignment keeps all rules, `InfeasibleError` carries a `Diagnosis`: the fewest rules to relax, and by
how much.
"""

from innovalley.engine.panels.diagnosis import Diagnosis, Relaxation, diagnose
from innovalley.engine.panels.model import Assignment, Expert, Need, Objective, Pair, Problem, Rule
from innovalley.engine.panels.solving import InfeasibleError, solve

__all__ = [
    "Assignment",
    "Diagnosis",
    "Expert",
    "InfeasibleError",
    "Need",
    "Objective",
    "Pair",
    "Problem",
    "Relaxation",
    "Rule",
    "diagnose",
    "solve",
]
