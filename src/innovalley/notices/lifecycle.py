"""The states of an objection and of a notice, as data."""

from __future__ import annotations

from typing import Any

from innovalley.engine.lifecycle import Lifecycle, Transition
from innovalley.notices.models import NoticeState, ObjectionState

O: Any = ObjectionState  # noqa: E741
N: Any = NoticeState

OBJECTION = Lifecycle(
    O.values,
    [
        Transition("accept", (O.RECEIVED,), O.ACCEPTED, "notices.decide_objection"),
        Transition("refuse", (O.RECEIVED,), O.REFUSED, "notices.decide_objection"),
        Transition("uphold", (O.ACCEPTED,), O.UPHELD, "notices.decide_objection"),
        Transition("dismiss", (O.ACCEPTED,), O.DISMISSED, "notices.decide_objection"),
    ],
)
UNDECIDED = (O.RECEIVED, O.ACCEPTED)

NOTICE = Lifecycle(N.values, [Transition("withdraw", (N.PUBLISHED,), N.WITHDRAWN, "notices.publish")])
