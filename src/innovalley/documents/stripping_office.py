"""DOCX, XLSX and PPTX without metadata: the package is written anew.

Left out: properties (author, company, manager, times, template), custom XML, thumbnails, lists of people. Emptied:
the names of who commented or changed, whether in texts, tables or slides. Pictures and embedded Office files are freed
in turn, and the times of the archive's members are all the same.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile

from innovalley.documents import stripping_images

NOBODY = "—"
MAX_UNPACKED_BYTES = 400 * 1024**2
MAX_DEPTH = 3  # of Office files within Office files
_TIME = (1980, 1, 1, 0, 0, 0)

_LEFT_OUT = re.compile(
    r"(docProps/.*|customXml/.*|.*/customXml/.*|.*thumbnail.*|word/people\.xml|xl/persons/.*|xl/revisions/.*"
    r"|.*/printerSettings/.*|.*\.bin|_xmlsignatures/.*|.*/webextensions/.*|.*/glossary/.*)",
    re.IGNORECASE,
)
# Attributes that name people, wherever they stand: comments, insertions, deletions, formatting, properties.
_NAMING = re.compile(
    rb"""(\s(?:[\w.-]+:)?(?:author|initials|lastModifiedBy|lastUser|userName|displayName|userId|providerId|"""
    rb"""reservedBy|presenceInfo)\s*=\s*)("[^"]*"|'[^']*')"""
)
_TIMES = re.compile(rb"""\s(?:w|w16du|w15):(?:date|dateUtc)\s*=\s*("[^"]*"|'[^']*')""")
_COMMENT_AUTHOR = re.compile(rb"""(<(?:[\w.-]+:)?cmAuthor\b[^>]*?\s(?:name)\s*=\s*)("[^"]*"|'[^']*')""")
_AUTHOR_TEXT = re.compile(rb"(<(?:[\w.-]+:)?author(?:\s[^>]*)?>)[^<]*(</)")
_VARIABLES = re.compile(
    rb"<w:docVars>.*?</w:docVars>|<w:rsids>.*?</w:rsids>|<w:(?:attachedTemplate|documentProtection|writeProtection|mailMerge)\b.*?(?:/>|</w:mailMerge>)",
    re.DOTALL,
)
_OVERRIDE = re.compile(
    rb"""<(?:[\w.-]+:)?Override\b[^>]*?PartName\s*=\s*["']([^"']*)["'][^>]*?(?:/>|></(?:[\w.-]+:)?Override>)"""
)
_RELATION = re.compile(rb"""<(?:[\w.-]+:)?Relationship\b[^>]*?(?:/>|></(?:[\w.-]+:)?Relationship>)""")
_TARGET = re.compile(rb"""\sTarget\s*=\s*["']([^"']*)["']""")
_FILE_TARGET = re.compile(rb"""TargetMode\s*=\s*["']External["']""")
_EMPTIED = b'\\1"' + NOBODY.encode() + b'"'


def strip(content: bytes, depth: int = 0) -> bytes:
    """The package without metadata.

    Raises:
        ValueError: a part has declarations that no Office program writes, or it unpacks into too much.
        zipfile.BadZipFile: it is damaged.
    """
    if depth > MAX_DEPTH:
        raise ValueError("Office files too deep within Office files")
    out = io.BytesIO()
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            if member.is_dir() or _LEFT_OUT.fullmatch(member.filename):
                continue
            with source.open(member) as file:
                part = file.read(left + 1)
            left -= len(part)
            if left < 0:
                raise ValueError("it unpacks into too much")
            info = zipfile.ZipInfo(member.filename, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, _part(member.filename, part, depth))
    return out.getvalue()


def _part(name: str, content: bytes, depth: int) -> bytes:
    ending = name.rpartition(".")[2].lower()
    if ending == "rels":
        return _relations(name, _xml(content))
    if name == "[Content_Types].xml":
        return _OVERRIDE.sub(lambda m: b"" if _is_left_out(m[1].decode()) else m[0], _xml(content))
    if ending in ("xml", "vml"):
        return _names_out(_xml(content))
    if ending == "png":
        return stripping_images.strip_png(content)
    if ending in ("jpg", "jpeg"):
        return stripping_images.strip_jpeg(content)
    if ending in ("docx", "xlsx", "pptx"):
        return strip(content, depth + 1)
    if ending in ("gif", "bmp", "emf", "wmf", "ttf", "odttf", "fntdata"):
        return content  # they have no room for a name
    raise ValueError(f"nobody knows what {name} tells")


def _names_out(xml: bytes) -> bytes:
    xml = _NAMING.sub(_EMPTIED, xml)
    xml = _COMMENT_AUTHOR.sub(_EMPTIED, xml)
    xml = _AUTHOR_TEXT.sub(b"\\1" + NOBODY.encode() + b"\\2", xml)
    return _VARIABLES.sub(b"", _TIMES.sub(b"", xml))


def _xml(content: bytes) -> bytes:
    """The part as UTF-8, so that the patterns see what an Office program sees."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = re.sub(
            rb"encoding\s*=\s*['\"][^'\"]*['\"]",
            b'encoding="UTF-8"',
            content.decode("utf-16").encode(),
            count=1,
        )
    declared = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*['"]([^'"]*)['"]""", content)
    if (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")) or b"\0" in content:
        raise ValueError("an Office part is written in UTF-8 or UTF-16")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("an Office part declares nothing")
    return content


def _relations(name: str, xml: bytes) -> bytes:
    """Without relations to parts that are left out, and without paths of somebody's own machine."""
    folder = posixpath.dirname(posixpath.dirname(name))

    def kept(match: re.Match[bytes]) -> bytes:
        target = _TARGET.search(match[0])
        if target is None:
            return match[0]
        where = target[1].decode()
        if _FILE_TARGET.search(match[0]):
            is_own_path = (
                b"attachedTemplate" in match[0]
                or where.lower().startswith(("file:", "mailto:"))
                or "\\" in where
            )
            return (
                b""
                if b"attachedTemplate" in match[0]
                else _hidden(match[0], target)
                if is_own_path
                else match[0]
            )
        absolute = where if where.startswith("/") else posixpath.normpath(posixpath.join(folder, where))
        return b"" if _is_left_out(absolute) else match[0]

    return _RELATION.sub(kept, xml)


def _hidden(relation: bytes, target: re.Match[bytes]) -> bytes:
    return relation[: target.start(1)] + b"about:blank" + relation[target.end(1) :]


def _is_left_out(part: str) -> bool:
    return _LEFT_OUT.fullmatch(part.lstrip("/")) is not None
