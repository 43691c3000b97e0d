"""Contents on disk, named by their SHA-256, so that the same file is kept once.

They lie under MEDIA_ROOT/documents in nested folders, and nothing else of the product writes there. A content is
written beside its place and then renamed, so that it is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

CHUNK_BYTES = 1 << 20
_LOCKS = 7_420_300  # first key of PostgreSQL's advisory locks of contents


def folder() -> Path:
    """Where the contents lie."""
    return Path(settings.MEDIA_ROOT) / "documents"


def path_of(sha256: str) -> Path:
    """Where the content with this digest lies, or would.

    Raises:
        ValueError: that is no digest.
    """
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("a content is named by the SHA-256 of its bytes")
    return folder() / sha256[:2] / sha256[2:4] / sha256


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    """The SHA-256 of the rest of `file`, which stands at its beginning again afterwards, and its size in bytes."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return digest.hexdigest(), size


def keep(file: IO[bytes], sha256: str) -> Path:
    """Writes the content of `file` (with this digest) to its place, unless it lies there already.

    It is called in the transaction that writes the row: until that ends, the clearing away of contents without
    rows leaves it alone.
    """
    hold(sha256, shared=True)
    place = path_of(sha256)
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=_unfinished())
    try:
        with open(handle, "wb") as out:
            file.seek(0)
            while chunk := file.read(CHUNK_BYTES):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        os.replace(partial, place)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return place


def hold(sha256: str, *, shared: bool) -> None:
    """Until the transaction ends, keeps others from removing (shared) or from keeping this content."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_LOCKS, int(sha256[:7], 16)])


def contents() -> Iterator[Path]:
    """Every content on disk."""
    root = folder()
    if root.exists():
        yield from (path for path in root.glob("??/??/*") if len(path.name) == 64)


def drop_unfinished(*, older_than_seconds: float) -> int:
    """Removes what killed processes left half-written; returns how many."""
    dropped = 0
    for path in _unfinished().iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - older_than_seconds:
                path.unlink()
                dropped += 1
    return dropped


def _unfinished() -> Path:
    path = folder() / "unfinished"
    path.mkdir(parents=True, exist_ok=True)
    return path
