"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from innovalley.registry.views import lists, pages

urlpatterns = [
    path("teams/", lists.teams, name="teams"),
    path("teams/<int:pk>/", pages.team, name="team"),
    path("achievements/", lists.achievements, name="achievements"),
    path("achievements/<int:pk>/", pages.achievement, name="achievement"),
    path("organisations/", lists.organisations, name="organisations"),
    path("organisations/<int:pk>/", pages.organisation, name="organisation"),
    path("persons/", lists.persons, name="persons"),
    path("persons/<int:pk>/", pages.person, name="person"),
]
