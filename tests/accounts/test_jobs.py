"""What has ended is forgotten, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from innovalley.accounts.jobs import forget_expired


@pytest.mark.django_db
def test_only_what_has_ended_is_forgotten() -> None:
    now = timezone.now()
    for key, days in (("ended", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + dt.timedelta(days=days))
    cache.set("counted-now", 1, 60)
    cache.set("counted-long-ago", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE site_cache SET expires = now() - interval '1 hour' WHERE cache_key LIKE '%%long-ago'"
        )
    forget_expired()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["running"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM site_cache WHERE cache_key LIKE '%%counted%%'")
        assert cursor.fetchall() == [(cache.make_key("counted-now"),)]
