"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from innovalley.notices.queries import unread_count
from innovalley.web import navigation as menu

THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the entries of the navigation, the theme, and the way back after signing in."""
    user = getattr(request, "user", None) or AnonymousUser()
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "site_name": _("InnoValley"),
        "here": here(request),
        "theme": theme if theme in THEMES else "",
        "public_links": SimpleLazyObject(lambda: menu.links(menu.PUBLIC, user, request.path)),
        "desk_links": SimpleLazyObject(lambda: menu.links(menu.DESK, user, request.path)),
        "unread": SimpleLazyObject(lambda: unread_count(user) if user.is_authenticated else 0),
        "search_url": menu.address("search"),
        "sign_in_url": sign_in_address(request),
    }


def sign_in_address(request: HttpRequest) -> str:
    """Where to sign in, and from there back to this page."""
    return f"{menu.address('account_login')}?{urlencode({'next': here(request)})}"


def here(request: HttpRequest) -> str:
    """The page to come back to: this one, or for a part that htmx asked for, the page around it."""
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.current_url_abs_path:
        return str(htmx.current_url_abs_path)
    return request.get_full_path()
