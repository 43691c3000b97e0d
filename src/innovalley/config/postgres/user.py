"""As whom the embedded server runs: PostgreSQL refuses root, so root lends its folders to somebody else."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

from innovalley.config.home import SetupError


class PostgresError(SetupError):
    """The embedded server cannot serve; the text tells the operator why and what to do."""


def reachable(folder: Path) -> Path:
    """`folder`, or its stand-in in /var/tmp when the server's user could not reach it."""
    user = user_of(folder)
    if user is None or can(user, "-x", folder.parent):
        return folder
    digest = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:10]
    return Path("/var/tmp") / f"innovalley-{os.geteuid()}-{digest}"  # noqa: S108  owner checked before use


def user_of(folder: Path) -> pwd.struct_passwd | None:
    """As whom the programs run: None for the caller; as root the folder's owner, else nobody."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(FileNotFoundError, KeyError):
        owner = folder.stat().st_uid
        if owner != 0:
            return pwd.getpwuid(owner)
    return pwd.getpwnam("nobody")


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """What makes subprocess run a program as `user` (None: as the caller)."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def can(user: pwd.struct_passwd, test: str, path: Path) -> bool:
    """Whether `user` passes test(1)'s `test` (-x: may enter or run) on `path`."""
    try:
        done = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", 'test "$1" "$2"', "sh", test, str(path)],
            cwd="/",
            check=False,
            **identity(user),
        )
    except PermissionError as error:
        raise PostgresError(
            "PostgreSQL does not run as root, and this root may not change to another user. "
            "Run as an ordinary user, or set DATABASE_URL to a PostgreSQL server of your own."
        ) from error
    return done.returncode == 0


def prepare_folder(folder: Path) -> pwd.struct_passwd | None:
    """Make the cluster's folder, owned by the user it will run as; returns that user (None: the caller)."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        user = user_of(folder)
        owner = folder.stat().st_uid
        if user is None:
            if owner != os.geteuid():
                raise PermissionError(errno.EACCES, "it belongs to another user")
        elif owner == 0:
            os.chown(folder, user.pw_uid, user.pw_gid)
        elif owner != pwd.getpwnam("nobody").pw_uid and str(folder).startswith("/var/tmp/"):  # noqa: S108
            raise PermissionError(errno.EACCES, "another user of this machine made it")
    except OSError as error:
        raise no_write(folder, error) from error
    return user


def no_write(folder: Path, error: OSError) -> PostgresError:
    """What to tell when `folder` cannot be written."""
    return PostgresError(
        f"The database's folder {folder} cannot be written ({error.strerror or error}). "
        "Mend its permissions, or set INNOVALLEY_HOME to a folder you may write."
    )


def write_for(path: Path, text: str, user: pwd.struct_passwd | None) -> None:
    """Write a file that `user` owns."""
    path.write_text(text)
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)
