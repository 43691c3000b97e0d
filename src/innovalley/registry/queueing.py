"""Jobs of the rooms from the registry upwards; see ledger.queueing."""

from __future__ import annotations

from innovalley.ledger.queueing import defer, manager

__all__ = ["defer", "manager"]
