"""PNG and JPEG without metadata: the pieces that make the picture stay, all others go."""

from __future__ import annotations

_PNG_KEPT = {
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"gAMA",
    b"cHRM",
    b"sRGB",
    b"sBIT",
    b"bKGD",
    b"hIST",
    b"pHYs",
}
_PNG_START = b"\x89PNG\r\n\x1a\n"
_JFIF = b"JFIF\0"
_ADOBE = b"Adobe"  # names the colour space: without it the colours are wrong


def strip_png(content: bytes) -> bytes:
    """The picture's own chunks; no text, no EXIF, no times, nothing behind the end.

    Raises:
        ValueError: it is no whole PNG.
    """
    if not content.startswith(_PNG_START):
        raise ValueError("no PNG")
    out, at = bytearray(_PNG_START), len(_PNG_START)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        name, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            break
        if name in _PNG_KEPT:
            out += content[at:end]
        if name == b"IEND":
            return bytes(out)
        at = end
    raise ValueError("the PNG is cut off")


def strip_jpeg(content: bytes) -> bytes:
    """The picture's own segments, and the turn that EXIF tells; no other EXIF, no comments, nothing behind the end.

    Raises:
        ValueError: it is no whole JPEG.
    """
    if not content.startswith(b"\xff\xd8"):
        raise ValueError("no JPEG")
    out, at, turn = bytearray(b"\xff\xd8"), 2, 1
    head_at = len(out)
    while at + 2 <= len(content):
        if content[at] != 0xFF:
            raise ValueError("the JPEG is damaged")
        marker = content[at + 1]
        if marker == 0xD9:
            return _with_turn(out + b"\xff\xd9", head_at, turn)
        if marker == 0xFF:  # filling
            at += 1
            continue
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if not at + 4 <= end <= len(content):
            break
        payload = content[at + 4 : end]
        if marker == 0xE1 and payload.startswith(b"Exif\0\0"):
            turn = _turn(payload[6:])
        kept, is_head = _segment(marker, payload, content[at:end])
        out += kept
        head_at = len(out) if is_head else head_at
        at = end
        if marker == 0xDA:  # the compressed picture follows
            at = _end_of_scan(content, end)
            out += content[end:at]
    raise ValueError("the JPEG is cut off")


def _segment(marker: int, payload: bytes, whole: bytes) -> tuple[bytes, bool]:
    """What stays of a segment, and whether it is the JFIF head."""
    if marker == 0xE0 and payload.startswith(_JFIF) and len(payload) >= 12:
        return b"\xff\xe0\x00\x10" + payload[:12] + b"\0\0", True  # without its thumbnail
    if marker == 0xEE and payload.startswith(_ADOBE):
        return whole, False
    if 0xE0 <= marker <= 0xEF or marker == 0xFE:
        return b"", False
    return whole, False


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands that is none of the compressed picture's own."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        following = content[at + 1]
        if following not in (0, 0xFF) and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2
    return len(content)


def _turn(tiff: bytes) -> int:
    """The orientation (1 to 8) that EXIF tells; 1 when it tells none."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)  # type: ignore[arg-type]

    directory = number(4, 4)
    for entry in range(min(number(directory, 2), 100)):
        at = directory + 2 + entry * 12
        if number(at, 2) == 0x0112:
            value = number(at + 8, 2)
            return value if 1 <= value <= 8 else 1
    return 1


def _with_turn(out: bytearray, head_at: int, turn: int) -> bytes:
    """`out` with a smallest EXIF that says nothing but how to turn the picture, where that is needed."""
    if turn == 1:
        return bytes(out)
    entry = b"\x01\x12\x00\x03\x00\x00\x00\x01" + turn.to_bytes(2) + b"\0\0"
    tiff = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + b"\0\0\0\0"
    payload = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + (len(payload) + 2).to_bytes(2) + payload
    return bytes(out[:head_at] + segment + out[head_at:])
