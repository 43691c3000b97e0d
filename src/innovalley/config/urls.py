"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("innovalley.web.urls")),
    path("", include("innovalley.registry.urls")),
    path("", include("innovalley.challenges.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
