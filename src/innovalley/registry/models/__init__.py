"""The registry: taxonomies, organisations, persons, teams, achievements and their specs."""

from innovalley.registry.models.achievements import Achievement, AchievementSpec
from innovalley.registry.models.organisations import Holding, Membership, Organisation
from innovalley.registry.models.people import Person, Team, TeamMember
from innovalley.registry.models.specs import SpecRow
from innovalley.registry.models.taxonomies import Field, Industry, Region, Taxon

__all__ = [
    "Achievement",
    "AchievementSpec",
    "Field",
    "Holding",
    "Industry",
    "Membership",
    "Organisation",
    "Person",
    "Region",
    "SpecRow",
    "Taxon",
    "Team",
    "TeamMember",
]
