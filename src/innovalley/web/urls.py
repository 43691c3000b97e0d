"""Addresses of the public front."""

from __future__ import annotations

from django.urls import path

from innovalley.web import views

urlpatterns = [
    path("", views.home, name="home"),
]
