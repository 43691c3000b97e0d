"""What the worker does for notifications."""

from __future__ import annotations

from procrastinate.contrib.django import app

from innovalley.notices.mailing import send_due


@app.periodic(cron="* * * * *")
@app.task(name="notices.send_mails", lock="notices.send_mails", queueing_lock="notices.send_mails")
def send_mails(timestamp: int = 0) -> None:
    """Sends what is due: mails at once, and digests at their hour."""
    send_due()
