"""Compiles the translation catalogues of all rooms (`python -m innovalley.config.translations`).

Texts in the code are English and `ROOM/locale/zh_Hans/LC_MESSAGES/django.po` holds the Chinese ones; Django
reads the compiled `.mo` beside it, which is made here at set-up and is not kept in the repository.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent


def catalogues() -> list[Path]:
    """Every .po file of the package."""
    return sorted(PACKAGE.glob("**/locale/*/LC_MESSAGES/*.po"))


def compile_all() -> int:
    """Writes the .mo of each .po that is newer; returns how many were written."""
    written = 0
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        partial = target.with_suffix(".mo.part")
        with partial.open("wb") as out:
            write_mo(out, catalogue)
        partial.replace(target)
        written += 1
    return written


if __name__ == "__main__":
    print(f"{compile_all()} of {len(catalogues())} catalogues compiled")
