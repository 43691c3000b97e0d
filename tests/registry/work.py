"""The worker in a test: a real one, that ends when its queue is empty."""

from __future__ import annotations

from procrastinate.contrib.django import app


def work() -> None:
    """Runs every waiting job. Needs a test whose transactions commit."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
