"""Django's mail settings out of INNOVALLEY_MAIL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from innovalley.config.home import SetupError

_FORM = "INNOVALLEY_MAIL looks like smtp://host:25, smtp+starttls://user:password@host:587 or smtps://…:465"
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_TIMEOUT_SECONDS = 20


def settings(address: str, folder: Path) -> dict[str, Any]:
    """The EMAIL_… settings for a mail server's address; without one, mails are kept as files in `folder`.

    Raises:
        SetupError: the address cannot be read.
    """
    if not address:
        # Nothing is lost and nothing is claimed: an operator without a mail server hands the mails out.
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": folder,
        }
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        raise SetupError(_FORM) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise SetupError(_FORM)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": _TIMEOUT_SECONDS,
    }
