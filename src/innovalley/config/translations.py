"""The translations of all rooms: compiles them, and finds the texts that have none.

Texts in the code are English and `ROOM/locale/zh_Hans/LC_MESSAGES/django.po` holds the Chinese ones; Django
reads the compiled `.mo` beside it, which is made here at set-up and is not kept in the repository.

    python -m innovalley.config.translations                  compile, and list what is not translated
    python -m innovalley.config.translations --write [ROOM …] add those texts to the rooms' .po, to be filled in
"""

from __future__ import annotations

import argparse
import io
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import escape, read_po

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"

# Function name: which arguments are text (1-based; "c" marks the context).
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "N_"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")

_HEADER = r"""# The Chinese texts of this room.
msgid ""
msgstr ""
"Language: zh_Hans\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"""


@dataclass(frozen=True, order=True)
class Text:
    """A text that the code or a template marks for translation; `place` is where it stands ("a/b.py:12")."""

    room: str
    msgid: str
    plural: str = ""
    context: str | None = None
    place: str = ""


# --------------------------------------------------------------------------------------------- compile


def catalogues(package: Path = PACKAGE) -> list[Path]:
    """Every .po file of the package."""
    return sorted(package.glob("**/locale/*/LC_MESSAGES/*.po"))


def compile_all(package: Path = PACKAGE) -> int:
    """Write the .mo of each .po that is newer; returns how many were written. May run in many at once."""
    written = 0
    for source in catalogues(package):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        catalogue = _read(source)
        handle, partial = tempfile.mkstemp(dir=target.parent, suffix=".part")
        with open(handle, "wb") as out:
            write_mo(out, catalogue)
        os.chmod(partial, 0o644)
        os.replace(partial, target)
        written += 1
    return written


def catalogue_of(room: str, package: Path = PACKAGE) -> Path:
    """Where the Chinese texts of a room stand."""
    return package / room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


# -------------------------------------------------------------------------------------------- what lacks


def texts(package: Path = PACKAGE) -> list[Text]:
    """Every text marked for translation, once for each room, in the order in which they stand."""
    found: dict[tuple[str, str, str | None], Text] = {}
    for path in sorted(package.glob("*/**/*")):
        if path.suffix in (".py", ".html", ".txt") and "locale" not in path.parts:
            for text in _texts_of(path, package):
                found.setdefault((text.room, text.msgid, text.context), text)
    return list(found.values())


def untranslated(package: Path = PACKAGE) -> list[Text]:
    """The texts of which their own room's catalogue has no Chinese, or only a fuzzy one."""
    known = {room: _read(path) for room in _rooms(package) if (path := catalogue_of(room, package)).exists()}
    return [text for text in texts(package) if not _is_translated(known.get(text.room), text)]


def faults(package: Path = PACKAGE) -> list[str]:
    """What is wrong in the catalogues, a line each.

    That is: placeholders that differ from the text's, and one text with two translations, of which Django
    would show either, depending on the order of the rooms.
    """
    said: list[str] = []
    first: dict[tuple[str, str | None], tuple[str, str]] = {}
    for room in _rooms(package):
        path = catalogue_of(room, package)
        if not path.exists():
            continue
        for message in _read(path):
            if not message.id or not any(_strings(message)):
                continue
            ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            msgid, mine = ids[0], _strings(message)[0]
            if set(_PLACEHOLDER.findall(ids[-1])) != set(_PLACEHOLDER.findall(mine)):
                said.append(f"{room}: {mine!r} has other placeholders than {ids[-1]!r}")
            other_room, other = first.setdefault((msgid, message.context), (room, mine))
            if other != mine:
                said.append(f"{msgid!r} is {other!r} in {other_room} and {mine!r} in {room}")
    return said


def add_missing(rooms: Sequence[str] = (), package: Path = PACKAGE) -> list[Text]:
    """Append the untranslated texts of `rooms` (default: all) to their catalogues; returns what was added."""
    added = []
    for text in untranslated(package):
        path = catalogue_of(text.room, package)
        if rooms and text.room not in rooms:
            continue
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_HEADER, encoding="utf-8")
        if _read(path).get(text.msgid, text.context) is None:
            with path.open("a", encoding="utf-8") as file:
                file.write(_entry(text))
            added.append(text)
    return added


def _rooms(package: Path) -> list[str]:
    return sorted(path.name for path in package.iterdir() if path.is_dir())


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _is_translated(catalogue: Catalog | None, text: Text) -> bool:
    message = catalogue.get(text.msgid, text.context) if catalogue else None
    return message is not None and bool(message.string) and all(_strings(message)) and not message.fuzzy


def _entry(text: Text) -> str:
    """The lines of a .po file for a text that is still to be translated."""
    lines = ["", f"#: {text.place.partition(':')[0]}"]
    if text.context is not None:
        lines.append(f"msgctxt {escape(text.context)}")
    lines.append(f"msgid {escape(text.msgid)}")
    lines += [f"msgid_plural {escape(text.plural)}", 'msgstr[0] ""'] if text.plural else ['msgstr ""']
    return "\n".join(lines) + "\n"


def _texts_of(path: Path, package: Path) -> Iterator[Text]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        # What it makes is Python by its calls alone; without indentation it can be read as such.
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    place = path.relative_to(package)
    for line, message, _, context in extract("python", io.BytesIO(source.encode()), keywords=_KEYWORDS):
        parts = (message,) if isinstance(message, str) else message
        yield Text(place.parts[0], parts[0], "".join(parts[1:2]), context, f"{place}:{line}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Compile, then list or add what is not translated."""
    parser = argparse.ArgumentParser(prog="python -m innovalley.config.translations")
    parser.add_argument("--write", action="store_true", help="add the missing texts to the rooms' .po files")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help="only these rooms (default: all)")
    options = parser.parse_args(arguments)
    if options.write:
        print(f"{len(add_missing(options.rooms))} texts added")
    print(f"{compile_all()} of {len(catalogues())} catalogues compiled")
    for text in untranslated():
        if not options.rooms or text.room in options.rooms:
            print(f"untranslated  {text.place}  {text.msgid!r}")
    for fault in faults():
        print(f"fault         {fault}")


if __name__ == "__main__":
    main()
