"""Runs the command as a user would: in its own process, with nothing of the tests' environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-c", "from innovalley.cli import main; main(prog_name='innovalley')"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """An installation's environment: its home, and nothing else of ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INNOVALLEY_", "DATABASE_", "DJANGO_"))}
    return kept | {"INNOVALLEY_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)} | more


def innovalley(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `innovalley …` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(home, **more), capture_output=True, text=True, check=False
    )
