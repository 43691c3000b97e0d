"""What other rooms show on the pages of the registry, which does not know them.

A room above registers a panel when the site starts (AppConfig.ready); the page of a team, an achievement or an
organisation asks for those of its model. A panel is a template of its room and what that template reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """One card of a page: `template` is included with the values of `context` and with `request`."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


Maker = Callable[[HttpRequest, Any], Panel | None]
_makers: dict[type[Model], list[Maker]] = {}


def show_on(model: type[Model], make: Maker) -> None:
    """Lets `make(request, subject)` give a panel for the page of each `model`; None shows nothing.

    It must show only what this reader may see, and take a fixed number of queries. Registering the same
    maker again changes nothing.
    """
    makers = _makers.setdefault(model, [])
    if make not in makers:
        makers.append(make)


def panels(request: HttpRequest, subject: Model) -> list[Panel]:
    """The panels for the page of `subject`, in the order in which they were registered."""
    made = (make(request, subject) for make in _makers.get(type(subject), ()))
    return [panel for panel in made if panel is not None]
