"""What the worker does for the accounts."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="41 3 * * *")
@app.task(name="accounts.forget_expired", queueing_lock="accounts.forget_expired")
def forget_expired(timestamp: int = 0) -> None:
    """Removes the sessions and cached counts that have ended; nothing else ever does."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM site_cache WHERE expires < %s", [timezone.now()])
