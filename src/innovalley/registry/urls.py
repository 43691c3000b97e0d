"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from innovalley.registry.views import imports, lists, merges, pages

urlpatterns = [
    path("teams/", lists.teams, name="teams"),
    path("teams/<int:pk>/", pages.team, name="team"),
    path("achievements/", lists.achievements, name="achievements"),
    path("achievements/<int:pk>/", pages.achievement, name="achievement"),
    path("organisations/", lists.organisations, name="organisations"),
    path("organisations/<int:pk>/", pages.organisation, name="organisation"),
    path("persons/", lists.persons, name="persons"),
    path("persons/<int:pk>/", pages.person, name="person"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_run, name="import_run"),
    path("imports/<int:pk>/confirm/", imports.import_confirm, name="import_confirm"),
    path("imports/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/report.xlsx", imports.import_report, name="import_report"),
    path("imports/template/<slug:kind>.xlsx", imports.import_template, name="import_template"),
    path("merges/", merges.merges, name="merges"),
    path("merges/search/", merges.merges_search, name="merges_search"),
    path("merges/<int:pk>/", merges.merge, name="merge"),
    path("merges/<int:pk>/different/", merges.merge_refuse, name="merge_refuse"),
]
