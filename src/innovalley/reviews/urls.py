"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from innovalley.reviews.views import desk

urlpatterns = [
    path("reviews/", desk.my_reviews, name="my_reviews"),
    path("reviews/<int:pk>/", desk.my_reviews, name="review"),
    path("rounds/<int:pk>/", desk.my_reviews, name="round"),
    path("rounds/<int:pk>/conflicts/", desk.my_reviews, name="round_conflicts"),
]
