"""Progress bars on the screen; none where nobody watches, and none of them in what a command writes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def watched(items: Sequence[Item], what: str, unit: str) -> Iterator[Item]:
    """`items`, with a bar that says `what` is done to them."""
    from tqdm import tqdm

    yield from tqdm(items, desc=what, unit=f" {unit}", file=sys.stderr, disable=None, leave=False)


@contextlib.contextmanager
def bar(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how much is done, and of how much."""
    from tqdm import tqdm

    with tqdm(desc=what, unit=f" {unit}", file=sys.stderr, disable=None, leave=False) as shown:

        def advance(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield advance
