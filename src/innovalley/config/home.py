"""Where an installation keeps what it writes, its secret key, and what its environment says."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path


class SetupError(Exception):
    """The installation cannot run as it is set up; the text tells the operator why and what to do."""


def folder() -> Path:
    """INNOVALLEY_HOME, or `.data` beside the checkout (made when missing).

    Raises:
        SetupError: it cannot be made or written.
    """
    default = Path(__file__).resolve().parents[3] / ".data"
    path = Path(os.environ.get("INNOVALLEY_HOME") or default).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"The folder {path} cannot be made ({error.strerror}). Set INNOVALLEY_HOME to a folder you may write."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise SetupError(
            f"The folder {path} cannot be written. Mend its permissions, or set INNOVALLEY_HOME to another folder."
        )
    return path


def secret_key() -> str:
    """The key that signs sessions: INNOVALLEY_SECRET_KEY, else one made once for this home.

    The second serves only an installation on the embedded database (one machine, one user); with a
    DATABASE_URL several processes on several machines must agree, so the key must be given.

    Raises:
        SetupError: DATABASE_URL is set and INNOVALLEY_SECRET_KEY is not.
    """
    if given := os.environ.get("INNOVALLEY_SECRET_KEY"):
        return given
    if os.environ.get("DATABASE_URL"):
        raise SetupError("INNOVALLEY_SECRET_KEY must be set when DATABASE_URL is (see docs/operations.md).")
    return kept_secret_key()


def kept_secret_key() -> str:
    """The key kept in the home, made at the first call; several processes may be first at once."""
    path = folder() / "secret-key"
    if not path.exists():
        handle, partial = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
        with open(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
        os.unlink(partial)
    return path.read_text()


def whole_number(variable: str, default: int) -> int:
    """The number that an environment variable holds.

    Raises:
        SetupError: it holds none.
    """
    given = os.environ.get(variable) or str(default)
    if not (given.isascii() and given.isdigit()):
        raise SetupError(f"{variable} must be a whole number, not {given!r}.")
    return int(given)


def one_of(variable: str, default: str, known: Sequence[str]) -> str:
    """The word that an environment variable holds, in capitals or not.

    Raises:
        SetupError: it is none of the `known` ones.
    """
    given = (os.environ.get(variable) or default).upper()
    if given not in known:
        raise SetupError(f"{variable} must be one of {', '.join(known)}, not {given!r}.")
    return given
