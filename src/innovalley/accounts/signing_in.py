"""Every sign-in, failed or not, stands in the log: who, from where."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

log = logging.getLogger("innovalley.accounts")


@receiver(user_logged_in)
def _signed_in(request: HttpRequest | None, user: Any, **more: Any) -> None:
    log.info("signed in: %s from %s", user.email, _address(request))


@receiver(user_logged_out)
def _signed_out(request: HttpRequest | None, user: Any, **more: Any) -> None:
    if user is not None:
        log.info("signed out: %s from %s", user.email, _address(request))


@receiver(user_login_failed)
def _refused(credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any) -> None:
    # repr: what was typed may hold line breaks, meant to forge lines of the log.
    log.warning("sign-in failed: %.200r from %s", credentials.get("email", ""), _address(request))


def _address(request: HttpRequest | None) -> str:
    if request is None:
        return "the command line"
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:  # a request that came over no network
        return "an unknown address"
