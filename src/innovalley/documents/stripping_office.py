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
from typing import Any

from lxml import etree

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
# Names of attributes, without their namespace, that name people or the times of their work.
_NAMING = {
    "author", "initials", "lastModifiedBy", "lastUser", "userName", "displayName", "userId", "providerId",
    "reservedBy", "presenceInfo",
}  # fmt: skip
_TIMES = {"date", "dateUtc", "dT", "dt"}
_REMOVED = {"docVars", "rsids", "attachedTemplate", "documentProtection", "writeProtection", "mailMerge"}
_NO_NAMES = {"gif", "bmp", "emf", "wmf", "ttf", "odttf", "fntdata"}  # they have no room for one


def strip(content: bytes, depth: int = 0) -> bytes:
    """The package without metadata.

    Raises:
        ValueError: a part is no XML as Office programs write it, nobody knows what it tells, or there is too much.
        zipfile.BadZipFile: it is damaged.
    """
    if depth > MAX_DEPTH:
        raise ValueError("Office files too deep within Office files")
    out = io.BytesIO()
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            if member.is_dir() or _is_left_out(member.filename):
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
    if ending in ("xml", "vml", "rels"):
        root = _parsed(content)
        if ending == "rels":
            _relations(name, root)
        elif name == "[Content_Types].xml":
            _types(root)
        else:
            _names_out(root)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
    if ending == "png":
        return stripping_images.strip_png(content)
    if ending in ("jpg", "jpeg"):
        return stripping_images.strip_jpeg(content)
    if ending in ("docx", "xlsx", "pptx"):
        return strip(content, depth + 1)
    if ending in _NO_NAMES:
        return content
    raise ValueError(f"nobody knows what {name} tells")


def _parsed(content: bytes) -> Any:
    """The root of the part, without comments and processing instructions.

    Raises:
        ValueError: it is no XML, or declares something.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, strip_cdata=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("a part is no XML") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("an Office part declares nothing")
    return root


def _names_out(root: Any) -> None:
    for element in list(root.iter()):
        tag = _local(element.tag)
        if tag in _REMOVED and element is not root:
            element.getparent().remove(element)
            continue
        if tag == "author":
            element.text = NOBODY
        for attribute in element.attrib:
            name = _local(attribute)
            if name in _NAMING or (tag == "cmAuthor" and name == "name"):
                element.set(attribute, NOBODY)
            elif (name in _TIMES and attribute.startswith("{")) or name.startswith("rsid"):
                del element.attrib[attribute]


def _types(root: Any) -> None:
    for element in list(root):
        if _is_left_out(element.get("PartName", "")):
            root.remove(element)


def _relations(name: str, root: Any) -> None:
    """Without relations to parts that are left out, and without paths of somebody's own machine."""
    folder = posixpath.dirname(posixpath.dirname(name))
    for element in list(root):
        target = element.get("Target", "")
        if element.get("TargetMode") == "External":
            if element.get("Type", "").endswith("attachedTemplate"):
                root.remove(element)
            elif target.lower().startswith(("file:", "mailto:")) or "\\" in target:
                element.set("Target", "about:blank")
        elif _is_left_out(posixpath.normpath(posixpath.join("/", folder, target))):
            root.remove(element)


def _local(name: Any) -> str:
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def _is_left_out(part: str) -> bool:
    return _LEFT_OUT.fullmatch(part.lstrip("/")) is not None
