"""Names of files as people may see them: without paths, control characters and what no system can store."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 200  # of UTF-8; file systems hold 255, and a browser may add " (1)"

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # controls, direction marks, surrogates


def clean_name(name: str) -> str:
    """`name` without folders, invisible characters and characters that Windows refuses; may be "".

    A long one is cut in its middle, so that its ending stays.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in _HIDDEN)
    shown = _FORBIDDEN.sub("_", " ".join(shown.split())).strip(". ")
    if _RESERVED.fullmatch(shown.partition(".")[0]):
        shown = "_" + shown
    return _cut(shown)


def ending_of(name: str) -> str:
    """The ending, in lower case and without its dot; "" when there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,8}", ending) else ""


def _cut(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    ending = ending_of(name)
    tail = f".{ending}" if ending else ""
    stem = name[: len(name) - len(tail)]
    room = MAX_BYTES - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + tail
