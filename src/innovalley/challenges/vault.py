"""What the site itself keeps encrypted: drafts of bids, contributed shares, and bidders' own copies.

The site's key is derived from the secret key of the installation; the one before is still tried while a new one
takes over. A bidder's own copy is locked by a key made of the token of the form that was handed in: the database
does not hold that token, the bidder's browser does.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from innovalley.engine.sealing import canonical

_SMALLEST = 4096


class LockedError(Exception):
    """It was locked with another key, or altered."""


def lock(content: Mapping[str, Any], key: bytes | None = None) -> bytes:
    """A JSON-able content, encrypted with `key` (32 bytes; without one, with the site's).

    It is filled up with blanks to one of few sizes, so that its length does not tell what it is about.
    """
    plain = canonical(content)
    size = _SMALLEST
    while size < len(plain):
        size *= 2
    return bytes(SecretBox(key or next(_site_keys())).encrypt(plain.ljust(size)))


def unlock(locked: bytes, key: bytes | None = None) -> dict[str, Any]:
    """The content again.

    Raises:
        LockedError
    """
    for each in [key] if key else _site_keys():
        try:
            content: dict[str, Any] = json.loads(SecretBox(each).decrypt(bytes(locked)))
        except (CryptoError, ValueError, TypeError):
            continue
        return content
    raise LockedError


def copy_key(token: str) -> bytes:
    """The key that locks a bidder's own copy."""
    return hashlib.blake2b(token.encode(), digest_size=SecretBox.KEY_SIZE, person=b"bid own copy").digest()


def token_hash(token: str) -> str:
    """What is kept of a form's token."""
    return hashlib.sha256(b"bid token " + token.encode()).hexdigest()


def to_text(key: bytes) -> str:
    """A key as it stands in a cookie."""
    return base64.urlsafe_b64encode(key).decode()


def from_text(text: str) -> bytes | None:
    """The key of a cookie; None when it is none."""
    try:
        key = base64.urlsafe_b64decode(text.encode())
    except ValueError:
        return None
    return key if len(key) == SecretBox.KEY_SIZE else None


def _site_keys() -> Iterator[bytes]:
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        yield hashlib.blake2b(
            secret.encode(), digest_size=SecretBox.KEY_SIZE, person=b"bids of a call"
        ).digest()
