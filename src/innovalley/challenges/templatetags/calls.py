"""What pages of calls write: how long until a deadline, by the server's clock."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def time_left(deadline: dt.datetime | None, now: dt.datetime) -> str:
    """How long from `now` until `deadline`: in days and hours, then in hours and minutes; "" when it has passed."""
    if deadline is None or deadline <= now:
        return ""
    minutes = int((deadline - now).total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(days)s days %(hours)s hours left") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s hours %(minutes)s minutes left") % {"hours": hours, "minutes": rest}
    return _("%(minutes)s minutes left") % {"minutes": rest}
