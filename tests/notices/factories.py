"""Users and notices for tests."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

from django.utils import timezone

from innovalley.accounts.models import Role, User
from innovalley.notices import actions
from innovalley.notices.kinds import Channel, register_kind
from innovalley.notices.models import Objection, PublicNotice

_numbers = itertools.count(1)
KIND = "tests.something"
MUST = "tests.must"
register_kind(KIND, "Something happened", default=Channel.SITE)
register_kind(MUST, "Something important happened", default=Channel.MAIL, must=True)


def user(role: Any = Role.OFFICE, **fields: Any) -> User:
    """A saved user of this role."""
    return User.objects.create_user(f"user{next(_numbers)}@example.org", role=role, **fields)


def notice(officer: User | None = None, **fields: Any) -> PublicNotice:
    """A notice of five working days about its publisher."""
    officer = officer or user()
    given = {"title": "拟立项名单", "body": {"columns": ["序号"], "rows": [["1"]]}, "working_days": 5}
    return actions.publish_notice(actor=officer, subject=officer, **(given | fields))


def end(notice: PublicNotice) -> None:
    """Lets the days of the notice be over."""
    past = timezone.now() - dt.timedelta(days=20)
    PublicNotice.objects.filter(pk=notice.pk).update(
        published_at=past, ends_at=past + dt.timedelta(days=10), first_day=past.date(), ends_on=past.date()
    )


def objection(notice: PublicNotice, **fields: Any) -> Objection:
    """An objection as it comes from the public."""
    given = {
        "token": uuid.uuid4(),
        "name": "王某",
        "contact": "13800000000",
        "reason": "成果权属有争议",
        "address": "203.0.113.7",
    }
    return actions.object_to_notice(notice_id=notice.pk, **(given | fields))
