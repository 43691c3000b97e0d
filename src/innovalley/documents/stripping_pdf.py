"""PDF without metadata: its pages are written into a new file, which takes along what they need and nothing else."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from innovalley.documents import stripping_images

# Of any object: descriptions, what programs left for themselves, files and acts.
_TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/AA", "/OpenAction", "/JS", "/OPI", "/ID")
_OF_ROOT = ("/Names", "/Collection", "/Perms", "/DSS", "/Legal", "/SpiderInfo", "/Extensions", "/AcroForm")
_OF_ANNOTATION = ("/T", "/NM", "/M", "/CreationDate", "/Popup", "/RC", "/RT", "/IRT")
_FILES_AND_SIGNATURES = ("/FileAttachment", "/Popup", "/Movie", "/Sound", "/RichMedia", "/Screen")


def strip(content: bytes) -> bytes:
    """The pages without title, author, program and times, without attachments, and without names on comments.

    Raises:
        ValueError: it is encrypted.
        pypdf.errors.PyPdfError: it is damaged.
    """
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise ValueError("the PDF is encrypted")
    first = PdfWriter(clone_from=reader)
    for name in _OF_ROOT:
        first.root_object.pop(NameObject(name), None)
    for thing in list(first._objects):
        _clean(thing)
    # What nothing refers to any more was still written: reading and writing again leaves it behind.
    second = PdfWriter(clone_from=PdfReader(io.BytesIO(_written(first))))
    return _written(second)


def _written(writer: PdfWriter) -> bytes:
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _clean(thing: Any) -> None:
    """This object, and those that lie directly in it."""
    if isinstance(thing, ArrayObject):
        for item in thing:
            _clean(item) if isinstance(item, DictionaryObject | ArrayObject) else None
        return
    if not isinstance(thing, DictionaryObject):
        return
    for name in _TELLING:
        thing.pop(NameObject(name), None)
    if "/Annots" in thing:
        _clean_annotations(thing)
    if isinstance(thing, StreamObject) and thing.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        thing._data = stripping_images.strip_jpeg(thing._data)
    for value in thing.values():
        if isinstance(value, DictionaryObject | ArrayObject):
            _clean(value)


def _clean_annotations(page: DictionaryObject) -> None:
    kept = ArrayObject()
    annotations = page["/Annots"]
    for reference in annotations if isinstance(annotations, ArrayObject) else []:
        annotation = reference.get_object()
        if (
            not isinstance(annotation, DictionaryObject)
            or annotation.get("/Subtype") in _FILES_AND_SIGNATURES
        ):
            continue
        if annotation.get("/FT") == "/Sig":
            continue
        for name in _OF_ANNOTATION:
            annotation.pop(NameObject(name), None)
        kept.append(reference)
    page[NameObject("/Annots")] = kept
