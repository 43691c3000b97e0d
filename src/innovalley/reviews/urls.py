"""Addresses of this room. They name seats, items and rounds by number, never what is reviewed."""

from __future__ import annotations

from django.urls import path

from innovalley.reviews.views import assignment, conflicts, desk, experts, results, rounds, writing

urlpatterns = [
    # the expert's desk
    path("reviews/", desk.my_reviews, name="my_reviews"),
    path("reviews/ties/", desk.my_ties, name="my_ties"),
    path("reviews/ties/<slug:kind>/<int:pk>/remove/", desk.my_tie_remove, name="my_tie_remove"),
    path("reviews/<int:pk>/", writing.review, name="review"),
    path("reviews/<int:pk>/answer/", desk.seat_answer, name="seat_answer"),
    path("reviews/<int:pk>/autosave/", writing.review_autosave, name="review_autosave"),
    path("reviews/<int:pk>/abstain/", writing.review_abstain, name="review_abstain"),
    # the office
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", rounds.new_round, name="new_round"),
    path("rounds/<int:pk>/", rounds.round, name="round"),
    path("rounds/<int:pk>/edit/", rounds.edit_round, name="edit_round"),
    path("rounds/<int:pk>/items/", rounds.round_items, name="round_items"),
    path("rounds/<int:pk>/minutes/", rounds.round_minutes, name="round_minutes"),
    path("rounds/<int:pk>/assignment/", assignment.round_assignment, name="round_assignment"),
    path("rounds/<int:pk>/assignment/propose/", assignment.propose, name="round_propose"),
    path("rounds/<int:pk>/assignment/apply/", assignment.apply, name="round_apply"),
    path("rounds/<int:pk>/assignment/<int:plan>/", assignment.plan_progress, name="plan_progress"),
    path("rounds/<int:pk>/conflicts/", conflicts.round_conflicts, name="round_conflicts"),
    path("rounds/<int:pk>/results/", results.round_results, name="round_results"),
    path("rounds/<int:pk>/act/<slug:act>/", rounds.round_act, name="round_act"),
    path("rounds/items/<int:pk>/", assignment.round_item, name="round_item"),
    path("rounds/items/<int:pk>/recuse/", assignment.item_recuse, name="item_recuse"),
    path("rounds/items/<int:pk>/forbid/<int:expert>/", assignment.item_forbid, name="item_forbid"),
    path("rounds/seats/<int:pk>/lock/", assignment.seat_lock, name="seat_lock"),
    path("rounds/reviews/<int:pk>/reopen/", assignment.review_reopen, name="review_reopen"),
    path("rounds/conflicts/<int:pk>/<slug:act>/", conflicts.conflict_override, name="conflict_override"),
    path("experts/", experts.experts, name="experts"),
    path("experts/<int:pk>/", experts.expert, name="expert"),
    path("rubrics/", experts.rubrics, name="rubrics"),
    path("rubrics/new/", experts.rubric_edit, name="new_rubric"),
    path("rubrics/<int:pk>/", experts.rubric_edit, name="rubric"),
]
