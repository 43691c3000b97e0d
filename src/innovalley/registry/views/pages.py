"""The pages of one team, achievement, organisation and person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from innovalley.accounts.permissions import allowed, require
from innovalley.registry import details, readiness
from innovalley.registry.models import Achievement, Organisation, Person, Team
from innovalley.registry.panels import panels


@require_safe
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """Who they are and what they can do, for everyone."""
    rows = Team.objects.select_related("organisation__region", "leader", "field")
    team = get_object_or_404(rows, pk=pk)
    levels = details.levels(team=pk)
    return render(
        request,
        "registry/team.html",
        {
            "team": team,
            "sees_persons": allowed(request.user, "registry.see_persons"),
            "members": details.members(team),
            "achievements": details.best_achievements(team=pk),
            "achievements_count": Achievement.objects.filter(team=pk).count(),
            "columns": readiness.columns(levels) if levels else [],
            "places": details.way_to(team.field),
            "panels": panels(request, team),
        },
    )


@require_safe
def achievement(request: HttpRequest, pk: int) -> HttpResponse:
    """What was achieved, with its specs where they stand in the text, for everyone."""
    rows = Achievement.objects.select_related("team__leader", "organisation__region", "field")
    achievement = get_object_or_404(rows.prefetch_related("specs"), pk=pk)
    specs = details.specs_in(achievement)
    pieces = details.pieces(achievement.display_text, specs)
    return render(
        request,
        "registry/achievement.html",
        {
            "achievement": achievement,
            "pieces": pieces,
            "specs": details.numbered(specs, pieces),
            "steps": readiness.steps(achievement.trl) if achievement.trl else [],
            "phases": readiness.phases(),
            "level_words": readiness.LEVELS.get(achievement.trl or 0, ""),
            "places": details.way_to(achievement.field),
            "more": details.more_in_field(achievement),
            "panels": panels(request, achievement),
        },
    )


@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """What an organisation is, who belongs to it and what it has achieved, for everyone.

    One that was merged into another leads to that one.
    """
    rows = Organisation.objects.select_related("region", "merged_into").prefetch_related("industries")
    organisation = get_object_or_404(rows, pk=pk)
    if organisation.merged_into is not None:
        return redirect(organisation.merged_into, permanent=True)
    levels = details.levels(organisation=pk)
    teams = Team.objects.filter(organisation=pk).select_related("field", "leader")
    return render(
        request,
        "registry/organisation.html",
        {
            "organisation": organisation,
            "sees_persons": allowed(request.user, "registry.see_persons"),
            "region_places": details.way_to(organisation.region),
            "family": details.family(organisation),
            "persons_count": Person.objects.filter(organisation=pk, merged_into=None).count(),
            "teams": teams.order_by("name_zh", "pk")[: details.SHOWN],
            "teams_count": teams.count(),
            "achievements": details.best_achievements(organisation=pk),
            "columns": readiness.columns(levels) if levels else [],
            "achievements_count": Achievement.objects.filter(organisation=pk).count(),
            "panels": panels(request, organisation),
        },
    )


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """A person with the addresses, for the office alone."""
    require(request.user, "registry.see_persons")
    rows = Person.objects.select_related("organisation", "merged_into").prefetch_related("fields")
    person = get_object_or_404(rows, pk=pk)
    if person.merged_into is not None:
        return redirect("person", pk=person.merged_into.pk, permanent=True)
    teams = Team.objects.filter(members=pk).select_related("organisation", "field").order_by("name_zh", "pk")
    return render(
        request,
        "registry/person.html",
        {
            "person": person,
            "teams": teams,
            "ways": details.ways_to(person.fields.all()),
            "panels": panels(request, person),
        },
    )
