"""What the matching found, made ready for people: bars, verdicts on each requirement, quoted evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language

from innovalley.challenges.models import AchievementMatch, Demand, MatchRun, TeamMatch
from innovalley.engine.matching import Explanation
from innovalley.engine.specs import Check, Outcome, Spec, find, format_spec
from innovalley.engine.specs.writing import format_number, format_unit
from innovalley.registry.listing import Tree
from innovalley.registry.models import Achievement, Team

_SHORTEST_BAR = 0.06  # of the longest: the last of a ranking is still seen
# The names that the components use.
_OUTCOMES = {
    Outcome.MET: "met",
    Outcome.MISSED: "missed",
    Outcome.NOT_COMPARABLE: "unclear",
    Outcome.NOT_STATED: "unstated",
}


Names = Mapping[tuple[object, ...], Spec]  # by the figures of a spec


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a team or an achievement says to one requirement.

    outcome   "met", "missed", "unclear" (stated, but not comparable) or "unstated"
    required, promised   as people write them; promised is "" when nothing is stated
    amount    what is promised, without the name of the quantity
    gap       by how much it is missed, with the unit, "" otherwise
    """

    outcome: str
    required: str
    promised: str
    amount: str
    gap: str


@dataclass(frozen=True, slots=True)
class BarPart:
    """One piece of a score bar, in percent of the bar's width; `percent` is its share of the score."""

    name: str
    x: str
    width: str
    percent: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """An achievement with the reasons why it stands where it stands."""

    achievement: Achievement
    rank: int
    bar: Sequence[BarPart]
    parts: Sequence[Mapping[str, Any]]
    words: str  # that both texts say, for the filter `highlight`
    word_list: Sequence[str]
    sentence: str
    verdicts: Sequence[Verdict]
    places: Sequence[Any]  # of the field tree that both share, from the root

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements are met, missed, …"""
        return _counts(self.verdicts)


@dataclass(frozen=True, slots=True)
class RankedTeam:
    """A team with its evidence, best first, and the best verdict of any of it on each requirement."""

    team: Team
    rank: int
    bar: Sequence[BarPart]
    parts: Sequence[Mapping[str, Any]]
    evidence: Sequence[Evidence]
    verdicts: Sequence[Verdict]

    @property
    def best(self) -> Evidence | None:
        return self.evidence[0] if self.evidence else None

    @property
    def counts(self) -> dict[str, int]:
        """How many requirements are met, missed, …"""
        return _counts(self.verdicts)


@dataclass(frozen=True, slots=True)
class Answer:
    """All that was found for a demand, as its page shows it."""

    run: MatchRun
    teams: Sequence[RankedTeam]
    achievements: Sequence[Evidence]
    requirements: Sequence[str]  # as people write them, the columns of the matrix

    @property
    def stating_teams(self) -> list[RankedTeam]:
        """The teams that say something to at least one requirement, the rows of the matrix."""
        return [team for team in self.teams if team.counts["unstated"] < len(team.verdicts)]

    @property
    def silent_teams(self) -> int:
        """How many teams say nothing to any requirement."""
        return len(self.teams) - len(self.stating_teams)

    @property
    def met_by_somebody(self) -> int:
        """How many requirements at least one of the teams meets."""
        return sum(
            any(team.verdicts[n].outcome == "met" for team in self.teams if n < len(team.verdicts))
            for n in range(len(self.requirements))
        )

    @property
    def met_by_nobody(self) -> list[str]:
        """The requirements that none of the teams meets."""
        return [
            requirement
            for n, requirement in enumerate(self.requirements)
            if not any(team.verdicts[n].outcome == "met" for team in self.teams if n < len(team.verdicts))
        ]


def answer(demand: Demand, *, achievements: int, fields: Tree) -> Answer | None:
    """What was found for `demand`, in three queries; None before the first ranking.

    `achievements` says how many are listed on their own; the evidence of every team is there in any case.
    """
    run = MatchRun.objects.filter(demand=demand).first()
    if run is None:
        return None
    matches = list(_with_page(AchievementMatch.objects.filter(run=run)))
    team_matches = list(
        TeamMatch.objects.filter(run=run).select_related(
            "team__organisation__region", "team__leader", "team__field"
        )
    )
    best = max((match.score for match in matches), default=0.0)
    names = english_names(demand)
    by_id = {match.achievement_id: _evidence(match, best, fields, names) for match in matches}
    best_team = max((match.score for match in team_matches), default=0.0)
    first = next(iter(by_id.values()), None)
    return Answer(
        run=run,
        teams=[_team(match, by_id, best_team) for match in team_matches],
        achievements=list(by_id.values())[:achievements],
        requirements=[verdict.required for verdict in first.verdicts] if first else [],
    )


def evidence_of(demand: Demand, achievement_id: int, fields: Tree) -> Evidence | None:
    """Why one achievement was found for `demand`; None when it was not."""
    match = _with_page(
        AchievementMatch.objects.filter(run__demand=demand, achievement=achievement_id), with_text=True
    ).first()
    if match is None:
        return None
    top = (
        AchievementMatch.objects.filter(run=match.run_id)
        .order_by("rank")
        .values_list("score", flat=True)
        .first()
    )
    return _evidence(match, top or 0.0, fields, english_names(demand))


def _with_page(rows: Any, *, with_text: bool = False) -> Any:
    rows = rows.select_related("achievement__team", "achievement__organisation", "achievement__field")
    return rows if with_text else rows.defer("achievement__text", "achievement__text_en")


def _evidence(match: AchievementMatch, best: float, fields: Tree, names: Names) -> Evidence:
    explanation = Explanation.from_json(match.explanation)
    parts = [{"name": part.name, "share": part.share} for part in explanation.parts]
    place = fields.by_path.get(explanation.field)
    words = [word for word, _weight in explanation.words]
    return Evidence(
        achievement=match.achievement,
        rank=match.rank,
        bar=_bar(parts, _relative(match.score, best)),
        parts=parts,
        words=" ".join(words),
        word_list=words,
        sentence=explanation.sentence,
        verdicts=[_verdict(check, names) for check in explanation.checks],
        places=fields.places(place),
    )


def _team(match: TeamMatch, by_id: Mapping[int, Evidence], best: float) -> RankedTeam:
    evidence = [by_id[pk] for pk in match.evidence if pk in by_id]
    parts = _mean_parts(evidence)
    width = max((len(each.verdicts) for each in evidence), default=0)
    columns = [[each.verdicts[n] for each in evidence if n < len(each.verdicts)] for n in range(width)]
    order = list(_OUTCOMES.values())
    return RankedTeam(
        team=match.team,
        rank=match.rank,
        bar=_bar(parts, _relative(match.score, best)),
        parts=parts,
        evidence=evidence,
        verdicts=[min(column, key=lambda verdict: order.index(verdict.outcome)) for column in columns],
    )


def _mean_parts(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    shares: dict[str, float] = {}
    for each in evidence:
        for part in each.parts:
            shares[part["name"]] = shares.get(part["name"], 0.0) + part["share"] / len(evidence)
    return [
        {"name": name, "share": share} for name, share in sorted(shares.items(), key=lambda pair: -pair[1])
    ]


def _relative(score: float, best: float) -> float:
    """The length of a bar against the longest; scores compare within one demand only and may be negative."""
    return max(_SHORTEST_BAR, min(1.0, score / best)) if best > 0 else 1.0


def _bar(parts: Sequence[Mapping[str, Any]], length: float) -> list[BarPart]:
    bar, x = [], 0.0
    for part in parts:
        width = 100 * part["share"] * length
        bar.append(BarPart(part["name"], f"{x:.2f}%", f"{width:.2f}%", round(100 * part["share"])))
        x += width
    return bar


def _verdict(check: Check, names: Names) -> Verdict:
    gap = ""
    if check.outcome is Outcome.MISSED and check.gap is not None:
        gap = (
            f"{format_number(check.gap, _language())} {format_unit(check.required.unit, _language())}".strip()
        )
    promised = check.promised
    return Verdict(
        outcome=_OUTCOMES[check.outcome],
        required=written(_renamed(check.required, names)),
        promised=written(promised) if promised else "",
        amount=written(replace(promised, quantity="")) if promised else "",
        gap=gap,
    )


def _counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    return {name: sum(verdict.outcome == name for verdict in verdicts) for name in _OUTCOMES.values()}


def specs_shown(demand: Demand) -> list[Spec]:
    """The specs of a demand in the reader's language, with their places in the text that the reader sees.

    In English they get names and places from the statement of the English text that has the same figures.
    """
    rows = [row.spec for row in demand.specs.all()]
    if not _reads_english(demand):
        return rows
    names = english_names(demand)
    return [_renamed(spec, names) for spec in rows]


def english_names(demand: Demand) -> Names:
    """For an English reader: what the English text calls the quantities of the demand's specs, by their figures."""
    if not _reads_english(demand):
        return {}
    return {_figures(spec): spec for spec in reversed(find(demand.text_en))}


def _renamed(spec: Spec, names: Names) -> Spec:
    """`spec` with the name and the place that `names` knows for its figures."""
    if not names:
        return spec
    known = names.get(_figures(spec))
    if known is None:
        return replace(spec, start=0, end=0)
    return replace(spec, quantity=known.quantity or spec.quantity, start=known.start, end=known.end)


def _figures(spec: Spec) -> tuple[object, ...]:
    return (*sorted(bound for bound in (spec.low, spec.high) if bound is not None), spec.unit)


def _reads_english(demand: Demand) -> bool:
    return _language() == "en" and bool(demand.text_en)


def written(spec: Spec) -> str:
    """A spec in one line, in the reader's language."""
    return format_spec(spec, _language())


def _language() -> str:
    return "en" if get_language() == "en" else "zh"
