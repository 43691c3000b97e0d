"""The entries of the navigation: which pages there are, and who is shown them.

An entry appears when its address is known to the site and its reader may go there; a page that other rooms
bring shows up by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import allowed


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the navigation; open to everyone unless it names a permission or roles."""

    name: str  # of the address
    label: str | Promise
    icon: str
    permission: str = ""
    roles: tuple[Any, ...] = ()

    def shown_to(self, user: Any) -> bool:
        """Whether `user` may use the page."""
        if self.permission:
            return allowed(user, self.permission)
        if self.roles:
            return user.is_authenticated and user.is_active and user.role in self.roles
        return True


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page shows it."""

    url: str
    label: str | Promise
    icon: str
    is_current: bool


PUBLIC = (
    Entry("calls", _("Calls"), "megaphone"),
    Entry("demands", _("Demands"), "light-bulb"),
    Entry("teams", _("Teams"), "user-group"),
    Entry("achievements", _("Achievements"), "beaker"),
    Entry("organisations", _("Organisations"), "building-office-2"),
    Entry("public_notices", _("Public notices"), "megaphone"),
)
DESK = (
    Entry("my_demands", _("My demands"), "pencil-square", permission="challenges.write_demand"),
    Entry("my_bids", _("My bids"), "paper-airplane", permission="challenges.write_bid"),
    Entry("my_keys", _("My keys"), "key", permission="challenges.keep_keys"),
    Entry("vetting", _("Vet demands"), "clipboard-document-check", permission="challenges.vet_demand"),
    Entry("my_reviews", _("My reviews"), "pencil", roles=(Role.EXPERT,)),
    Entry("rounds", _("Review rounds"), "scale", roles=(Role.OFFICE,)),
    Entry("imports", _("Imports"), "arrow-up-tray", permission="registry.import"),
    Entry("merges", _("Duplicates"), "square-2-stack", permission="registry.merge"),
    Entry("persons", _("Persons"), "users", roles=(Role.OFFICE,)),
    Entry("objections", _("Objections"), "hand-raised", permission="notices.see_objections"),
    Entry("mails", _("Mails"), "envelope", permission="notices.manage_mails"),
)


def address(name: str, *arguments: Any) -> str:
    """The address called `name`, "" when the site has none."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def links(entries: Iterable[Entry], user: Any, path: str) -> list[Link]:
    """Those of `entries` that exist and that `user` may use; the one `path` lies under is current."""
    shown = []
    for entry in entries:
        url = address(entry.name)
        if url and entry.shown_to(user):
            shown.append(Link(url, entry.label, entry.icon, path.startswith(url)))
    return shown
