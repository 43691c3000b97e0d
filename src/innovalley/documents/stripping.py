"""Metadata out of files. Plain Python, no Django; runs in a process with limits (see worker)."""

from __future__ import annotations

from innovalley.documents import stripping_images, stripping_office, stripping_pdf


def stripped(content: bytes, kind: str) -> bytes:
    """`content` of this kind ("pdf", "docx", "png", …) without what tells who made it, where and with what.

    Raises:
        ValueError and others: the file is damaged, or of a kind that cannot be freed.
    """
    strip = {
        "pdf": stripping_pdf.strip,
        "docx": stripping_office.strip,
        "xlsx": stripping_office.strip,
        "pptx": stripping_office.strip,
        "png": stripping_images.strip_png,
        "jpg": stripping_images.strip_jpeg,
    }
    return strip[kind](content)
