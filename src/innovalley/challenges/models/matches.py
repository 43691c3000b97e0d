"""What the matching engine found for a demand: achievements and teams, best first."""

from __future__ import annotations

from django.db import models

from innovalley.challenges.models.demands import Demand


class MatchRun(models.Model):
    """What the matching engine last found for a demand; written by a job, read by the demand's page."""

    demand = models.OneToOneField(Demand, models.CASCADE, related_name="match_run")
    demand_version = models.PositiveIntegerField()  # of the demand when it was ranked
    supply_stamp = models.CharField(max_length=64)  # of the achievements it was ranked against
    semantic = models.BooleanField()  # whether every text had its embedding
    considered = models.PositiveIntegerField()  # how many achievements were compared
    finished = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.demand_id} v{self.demand_version}"


class AchievementMatch(models.Model):
    """One achievement in a run, best first; `explanation` is engine.matching.Explanation as JSON."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="achievements")
    achievement = models.ForeignKey("registry.Achievement", models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    explanation = models.JSONField()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["run", "rank"], name="achievement_match_rank_unique"),
            models.UniqueConstraint(fields=["run", "achievement"], name="achievement_match_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.achievement}"


class TeamMatch(models.Model):
    """One team in a run, best first; `evidence` lists the ids of its achievements that count, best first."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="teams")
    team = models.ForeignKey("registry.Team", models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    evidence = models.JSONField()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["run", "rank"], name="team_match_rank_unique"),
            models.UniqueConstraint(fields=["run", "team"], name="team_match_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.team}"
