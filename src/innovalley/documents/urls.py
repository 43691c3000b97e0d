"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from innovalley.documents import views

urlpatterns = [
    path("documents/<uuid:uuid>/", views.document, name="document"),
    path("documents/<uuid:uuid>/blind/", views.document_clean, name="document_clean"),
    path("documents/<uuid:uuid>/remove/", views.document_remove, name="document_remove"),
    path("documents/of/<str:owner_type>/<int:owner_id>/", views.document_upload, name="document_upload"),
]
