"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The site's name and the language switch's state."""
    return {"site_name": "金创谷 InnoValley"}
