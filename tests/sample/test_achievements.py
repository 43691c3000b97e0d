"""The sample achievements show what each team can do, in texts of their own."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from innovalley.accounts.models import User
from innovalley.registry.models import Achievement, Team

pytestmark = pytest.mark.usefixtures("province")


def test_there_are_250_and_every_team_shows_some() -> None:
    assert Achievement.objects.count() == 250
    for team in Team.objects.prefetch_related("achievements"):
        assert 3 <= len(team.achievements.all()) <= 4, team


def test_every_text_is_as_long_as_real_ones_and_states_figures() -> None:
    for achievement in Achievement.objects.prefetch_related("specs"):
        assert 110 <= len(re.sub(r"\s", "", achievement.text)) <= 280, achievement.key
        assert 50 <= len(achievement.text_en.split()) <= 120, achievement.key
        assert len(achievement.specs.all()) >= 2, achievement.key


def test_all_stages_of_maturity_and_all_kinds_occur() -> None:
    readiness = Counter(Achievement.objects.values_list("trl", flat=True))
    assert set(readiness) >= {3, 4, 5, 6, 7, 8, 9}
    assert set(Achievement.objects.values_list("kind", flat=True)) == set(Achievement.Kind.values)


def test_fields_without_a_team_of_their_own_have_achievements() -> None:
    for code in ("environment.waste.flyash", "agriculture.seed", "health.drug"):
        assert Achievement.objects.filter(field__code=code).exists(), code


def test_the_team_account_has_achievements() -> None:
    person = User.objects.get(email="team@example.org").person
    assert Achievement.objects.filter(team__leader=person).exists()
