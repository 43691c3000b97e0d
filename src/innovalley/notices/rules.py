"""Who may do what with notices, objections and mails."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import has_role, permit
from innovalley.documents.owners import register_owner
from innovalley.notices.kinds import Channel, register_kind

is_office = has_role(Role.OFFICE)


@rules.predicate
def is_signed_in(user: Any) -> bool:
    """Whoever has an account."""
    return bool(user and user.is_authenticated and user.is_active)


@rules.predicate
def is_recipient(user: Any, notification: Any = None) -> bool:
    """The notification is the user's own."""
    return notification is not None and notification.recipient_id == user.pk


@rules.predicate
def is_administrator(user: Any) -> bool:
    """Who runs the installation."""
    return bool(user and user.is_authenticated and user.is_active and user.is_superuser)


permit("notices.have_notifications", is_signed_in, otherwise=_("Sign in to see your notifications."))
permit(
    "notices.read_notification", is_signed_in & is_recipient, otherwise=_("This is not your notification.")
)
permit("notices.manage_mails", is_administrator, otherwise=_("Only the administrator looks after the mails."))
permit("notices.publish", is_office, otherwise=_("Only the programme office publishes notices."))
permit("notices.see_objections", is_office, otherwise=_("Only the programme office sees objections."))
permit("notices.decide_objection", is_office, otherwise=_("Only the programme office decides on objections."))

register_owner(
    "notices.objection",
    can_read=lambda user, _objection: is_office(user),
    can_write=lambda _user, _objection: False,  # evidence comes with the objection, and stays as it came
)
register_kind("notices.objection_received", _("An objection to a notice was received"), default=Channel.MAIL)
