"""Run as a process: `python -m innovalley.documents.worker text|clean FILE KIND OUT`. Knows no Django."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

SECONDS = 60  # of processor
MEMORY_BYTES = 1536 * 1024**2
MAX_OUT_BYTES = 200 * 1024**2


def main(work: str, source: str, kind: str, target: str) -> None:
    """Writes the text or the clean copy of `source` to `target`."""
    _limit()
    content = Path(source)
    if work == "text":
        from innovalley.documents.extracting import text_of

        Path(target).write_text(text_of(content, kind), encoding="utf-8", errors="ignore")
    else:
        from innovalley.documents.stripping import stripped

        Path(target).write_bytes(stripped(content.read_bytes(), kind))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUT_BYTES, MAX_OUT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
