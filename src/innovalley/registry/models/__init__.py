"""The registry: taxonomies, organisations, persons, teams, achievements and their specs."""

from innovalley.registry.models.achievements import Achievement, AchievementSpec
from innovalley.registry.models.jobs import Embedding, ImportRun, MergeProposal, Progress
from innovalley.registry.models.organisations import Holding, Membership, Organisation
from innovalley.registry.models.people import Person, Team, TeamMember
from innovalley.registry.models.specs import SpecRow
from innovalley.registry.models.taxonomies import Field, Industry, Region, Taxon

__all__ = [
    "Achievement",
    "AchievementSpec",
    "Embedding",
    "Field",
    "Holding",
    "ImportRun",
    "Industry",
    "Membership",
    "MergeProposal",
    "Organisation",
    "Person",
    "Progress",
    "Region",
    "SpecRow",
    "Taxon",
    "Team",
    "TeamMember",
]
