"""What the registry tells the rooms above it."""

from __future__ import annotations

from django.dispatch import Signal

# Teams or achievements changed: what was ranked against them is stale. Sent with the model as sender, inside
# the transaction of the act, so that a job that a listener queues stands or falls with it.
supply_changed = Signal()
