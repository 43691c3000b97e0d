"""Work on the bytes of files that strangers made, in a process of its own with limits on time and memory.

The process sees no secrets: neither the environment of the site nor its database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from innovalley.documents.kinds import Kind

WALL_SECONDS = 120  # the limits that the process sets itself stand in worker
MAX_TEXT_CHARACTERS = 2_000_000

_PACKAGES = Path(__file__).resolve().parents[2]


class WorkError(Exception):
    """The file could not be worked on: damaged, too much for the limits, or not as its type should be."""


def text(path: Path, kind: Kind) -> str:
    """The text of the file at `path`, at most MAX_TEXT_CHARACTERS.

    Raises:
        WorkError
    """
    out = _run("text", path, kind)
    try:
        return out.read_text(encoding="utf-8", errors="ignore")[:MAX_TEXT_CHARACTERS]
    finally:
        out.unlink()


def cleaned(path: Path, kind: Kind) -> Path:
    """A new file with the content of that at `path` but without metadata; the caller removes it.

    Raises:
        WorkError
    """
    return _run("clean", path, kind)


def _run(work: str, path: Path, kind: Kind) -> Path:
    handle, name = tempfile.mkstemp(prefix="innovalley-")
    os.close(handle)
    out = Path(name)
    command = [sys.executable, "-m", "innovalley.documents.worker", work, str(path), kind.value, name]
    try:
        done = subprocess.run(  # noqa: S603  the program is ours, the arguments are no shell's
            command,
            env={
                "PYTHONPATH": os.pathsep.join([str(_PACKAGES), *filter(None, sys.path)]),
                "PATH": "/usr/bin:/bin",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        out.unlink()
        raise WorkError("took too long") from error
    if done.returncode != 0:
        out.unlink()
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["ended"]
        raise WorkError(f"exit code {done.returncode}: {last[0][:200]}")
    return out
