"""The only write path of this room: one transaction each, with its entry in the ledger."""

from innovalley.challenges.actions.demands import (
    CONTENT,
    ChangedElsewhereError,
    IncompleteError,
    missing_for_submission,
    publish_demand,
    return_demand,
    save_demand,
    start_demand,
    submit_demand,
    withdraw_demand,
    write_demand,
)

__all__ = [
    "CONTENT",
    "ChangedElsewhereError",
    "IncompleteError",
    "missing_for_submission",
    "publish_demand",
    "return_demand",
    "save_demand",
    "start_demand",
    "submit_demand",
    "withdraw_demand",
    "write_demand",
]
