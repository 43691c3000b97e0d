"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from innovalley.notices.views import desk, notices, notifications

urlpatterns = [
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.mark_read, name="notifications_read"),
    path("notifications/<int:pk>/", notifications.notification, name="notification"),
    path("notifications/choices/", notifications.preferences, name="notification_choices"),
    path("mails/", notifications.mails, name="mails"),
    path("mails/<int:pk>/", notifications.mail_settle, name="mail_settle"),
    path("notices/", notices.public_notices, name="public_notices"),
    path("notices/<str:number>/", notices.public_notice, name="public_notice"),
    path("notices/<str:number>/object/", notices.object_to, name="object_to_notice"),
    path("notices/<str:number>/withdraw/", desk.withdraw, name="withdraw_notice"),
    path("objections/", desk.objections, name="objections"),
    path("objections/<int:pk>/", desk.objection, name="objection"),
    path("objections/<int:pk>/<slug:act>/", desk.objection_act, name="objection_act"),
    path("objections/status/", notices.objection_status, name="objection_status"),
]
