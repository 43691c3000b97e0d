"""The kinds of notifications: each room says what it sends, and users choose how it reaches them.

register_kind("challenges.demand_returned", _("A demand of yours was returned"), default=Channel.MAIL)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a notification reaches its reader."""

    SITE = "site", _("on this site only")
    MAIL = "mail", _("by e-mail at once")
    DIGEST = "digest", _("by e-mail once a day")
    NONE = "none", _("not at all")


_CHANNELS: Any = Channel


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """One kind. One that `must` arrive cannot be turned off."""

    name: str
    label: str | Promise
    default: str  # a Channel
    must: bool

    def channels(self) -> list[Any]:
        """Those a user may choose from."""
        return [channel for channel in _CHANNELS if not (self.must and channel == Channel.NONE)]


_kinds: dict[str, NotificationKind] = {}


def register_kind(
    name: str, label: str | Promise, *, default: Any = Channel.DIGEST, must: bool = False
) -> None:
    """Says that notifications called `name` ("room.what_happened") are sent; in AppConfig.ready."""
    _kinds[name] = NotificationKind(name, label, default, must)


def kind(name: str) -> NotificationKind:
    """The kind called `name`.

    Raises:
        KeyError: no room registered it.
    """
    return _kinds[name]


def all_kinds() -> list[NotificationKind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
