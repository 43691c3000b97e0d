"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from innovalley.challenges.views import acts, desk, lists, pages

urlpatterns = [
    path("demands/", lists.demands, name="demands"),
    path("demands/<int:pk>/", pages.demand, name="demand"),
    path("demands/<int:pk>/progress/", pages.demand_progress, name="demand_progress"),
    path("demands/<int:pk>/why/<int:achievement>/", pages.demand_why, name="demand_why"),
    path("demands/<int:pk>/<slug:act>/", acts.act, name="demand_act"),
    path("my/demands/", lists.my_demands, name="my_demands"),
    path("my/demands/new/", desk.new_demand, name="new_demand"),
    path("my/demands/specs/", desk.specs_of_text, name="specs_of_text"),
    path("my/demands/<int:pk>/edit/", desk.edit_demand, name="edit_demand"),
    path("my/demands/<int:pk>/autosave/", desk.autosave, name="autosave_demand"),
    path("vetting/", lists.vetting, name="vetting"),
]
