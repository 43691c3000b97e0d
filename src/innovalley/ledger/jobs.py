"""What the worker does for the ledger."""

from __future__ import annotations

from procrastinate.contrib.django import app

from innovalley.ledger.sealing import seal_all


@app.periodic(cron="* * * * *")
@app.task(name="ledger.seal", lock="ledger.seal", queueing_lock="ledger.seal")
def seal(timestamp: int = 0) -> None:
    """Seals what was recorded since the last minute; without new entries there is no new seal."""
    seal_all()
