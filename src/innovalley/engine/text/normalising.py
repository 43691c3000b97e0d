"""One spelling for what reads the same."""

from __future__ import annotations

import re
import unicodedata

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

_SPACE_BESIDE_HAN = re.compile(rf"(?<=[{HAN}])\s+|\s+(?=[{HAN}])")
_SPACES = re.compile(r"\s+")
_CONTROLS = {code: " " for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}


def normalise(text: str) -> str:
    """`text` in half width and lower case, without control characters.

    Spaces beside Chinese characters vanish, as they separate nothing there ("石墨 材料" is "石墨材料"); other
    runs of white space become one space.
    """
    lower = unicodedata.normalize("NFKC", text.translate(_CONTROLS)).lower()
    plain = unicodedata.normalize("NFKC", lower)  # a small letter may have a form of its own with its accents
    return _SPACES.sub(" ", _SPACE_BESIDE_HAN.sub("", plain)).strip()
