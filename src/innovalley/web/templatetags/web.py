"""What templates need to write: money, dates, links that keep the page's state, icons, highlights."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import heroicons
from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from innovalley.registry.search import terms
from innovalley.web import money as writing
from innovalley.web import navigation
from innovalley.web.highlighting import mark_terms, snippet_of

register = template.Library()

# Times -----------------------------------------------------------------------------------------------


@register.filter(expects_localtime=False)
def moment(at: dt.datetime | None) -> SafeString:
    """A time as people of the province read it, "2024-03-05 14:30" in Asia/Shanghai; "–" for none."""
    if at is None:
        return _nothing()
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), f"{local:%Y-%m-%d %H:%M}"
    )


@register.filter(expects_localtime=False)
def day(at: dt.date | dt.datetime | None) -> SafeString:
    """A date, "2024-03-05"; that of Asia/Shanghai for a time; "–" for none."""
    if at is None:
        return _nothing()
    date = timezone.localtime(at).date() if isinstance(at, dt.datetime) else at
    return format_html('<time datetime="{0}">{0}</time>', date.isoformat())


@register.filter
def days_left(deadline: dt.date | None) -> str:
    """How long until the end of `deadline`: "12 days left", "ends today", "closed"; "" for none."""
    if deadline is None:
        return ""
    days = (deadline - timezone.localdate()).days
    if days < 0:
        return _("closed")
    if days == 0:
        return _("ends today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


# Money -----------------------------------------------------------------------------------------------


@register.filter
def money(fen: int | None) -> str | SafeString:
    """An amount in fen, exact: "80 万元", "1.14 亿元", "123,456.78 元"; in English "¥800,000"; "–" for none."""
    return _nothing() if fen is None else writing.write(fen, get_language() or "")


@register.simple_tag
def money_range(low: int | None, high: int | None) -> str | SafeString:
    """Two bounds in fen, either may be missing: "50～80 万元", "50 万元以上"; "–" when both are."""
    return writing.write_range(low, high, get_language() or "") or _nothing()


# Links -----------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def sort_url(context: dict[str, Any], key: str) -> str:
    """The address of this list sorted by `key`: ascending first, then descending (?sort=-key); page 1 again."""
    query = context["request"].GET.copy()
    query["sort"] = f"-{key}" if query.get("sort") == key else key
    query.pop("page", None)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_state(context: dict[str, Any], key: str) -> str:
    """The aria-sort of the column `key`: "ascending", "descending" or "none"."""
    sort = context["request"].GET.get("sort", "")
    return {key: "ascending", f"-{key}": "descending"}.get(sort, "none")


@register.simple_tag(takes_context=True)
def page_url(context: dict[str, Any], number: int) -> str:
    """The address of page `number` of this list, with the same filters and order.

    Django's {% querystring %} does the same on pages, but not within components.
    """
    query = context["request"].GET.copy()
    query["page"] = number
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def export_url(context: dict[str, Any], kind: str) -> str:
    """The address of this list as a file (?export=xlsx, ?export=csv) with the same filters, all pages."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("page", None)
    query["export"] = kind
    return f"?{query.urlencode()}"


@register.simple_tag
def address(name: str, *arguments: Any) -> str:
    """The address called `name`, "" when the site has none (where {% url %} would raise)."""
    return navigation.address(name, *arguments)


@register.filter
def page_numbers(page: Any) -> Iterable[int | str]:
    """The page numbers to offer, with "…" for those left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


# Text ------------------------------------------------------------------------------------------------


@register.filter
def highlight(text: str | None, query: str) -> SafeString:
    """`text`, escaped, with every word of `query` in <mark>, in any case and width."""
    return mark_terms(text or "", terms(query))


@register.filter
def snippet(text: str | None, query: str) -> SafeString:
    """The place of `text` where the first word of `query` stands, marked, about 120 characters."""
    words = terms(query)
    return mark_terms(snippet_of(text or "", words), words)


# Pictures --------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, style: str = "outline") -> SafeString:
    """A heroicon, decorative: its size comes from the style sheet; style is outline, solid, mini or micro."""
    return _icon(name, style)


@lru_cache(maxsize=256)
def _icon(name: str, style: str) -> SafeString:
    drawing = heroicons._render_icon(style, name, None, {"aria-hidden": "true", "focusable": "false"})
    return mark_safe(re.sub(r"\s+", " ", drawing))  # noqa: S308  the package's own drawing


@register.simple_tag
def stacked(parts: Any) -> list[dict[str, Any]]:
    """The parts of a score laid side by side for the score bar.

    `parts` are engine.matching.Part or their JSON, shares summing to 1; gives name, label, x and width in
    percent of the bar, and percent to show.
    """
    laid, x = [], 0.0
    for part in parts or ():
        name, share = (part["name"], part["share"]) if isinstance(part, dict) else (part.name, part.share)
        width = 100 * float(share)
        if width <= 0:
            continue
        laid.append(
            {
                "name": name,
                "label": _PARTS.get(name, name),
                "x": f"{x:.2f}%",
                "width": f"{width:.2f}%",
                "percent": round(width),
            }
        )
        x += width
    return laid


_PARTS = {
    "words": gettext_lazy("shared words"),
    "meaning": gettext_lazy("meaning"),
    "specs": gettext_lazy("specs"),
    "field": gettext_lazy("field"),
}


@register.filter
def percent_of(value: Any, largest: Any) -> str:
    """`value` as a percentage of `largest` for an SVG width, "37.50%"; "0%" when there is nothing."""
    return f"{100 * value / largest:.2f}%" if value and largest else "0%"


@register.simple_tag
def tile_map(tiles: Iterable[Any]) -> dict[str, Any]:
    """Where to draw the tiles of a map: each has name, value, level 0 to 4, column, row and perhaps url."""
    placed = []
    for tile in tiles:
        x, y = tile["column"] * (_TILE_WIDTH + _TILE_GAP), tile["row"] * (_TILE_HEIGHT + _TILE_GAP)
        placed.append(
            {**tile, "x": x, "y": y, "text_x": x + _TILE_WIDTH // 2, "name_y": y + 24, "value_y": y + 43}
        )
    return {
        "tiles": placed,
        "width": max((tile["x"] for tile in placed), default=0) + _TILE_WIDTH,
        "height": max((tile["y"] for tile in placed), default=0) + _TILE_HEIGHT,
    }


_TILE_WIDTH, _TILE_HEIGHT, _TILE_GAP = 72, 56, 4


@register.filter
def notice_tone(level: str) -> str:
    """The tone of a notice for the level of a Django message."""
    return {"success": "good", "warning": "warn", "error": "bad"}.get(level, "")


@register.filter
def state_tone(state: str) -> str:
    """The badge's tone for a state: what waits for someone is amber, what stands is green."""
    return _TONES.get(state, "")


_TONES = {
    "submitted": "warn",
    "returned": "bad",
    "published": "good",
    "withdrawn": "",
    "draft": "",
    "checking": "warn",
    "checked": "accent",
    "importing": "warn",
    "done": "good",
    "open": "warn",
    "merged": "good",
    "vetted": "accent",
    "reviewing": "warn",
    "noticed": "accent",
    "decided": "good",
    "opened": "accent",
    "eligible": "good",
    "ineligible": "bad",
    "reviewed": "accent",
    "recommended": "accent",
    "awarded": "good",
}

# Forms -----------------------------------------------------------------------------------------------


@register.simple_tag
def field_described(bound: Any, own_help: Any = "", bare: Any = "") -> SafeString:
    """The input of a form field, tied to its help (the form's or `own_help`; none if `bare`) and its errors.

    The ids are those that Django gives: …_helptext and …_error.
    """
    bound.help_text = "" if bare else own_help or bound.help_text
    return bound.as_widget()


@register.filter
def is_check(bound: Any) -> bool:
    """Whether the field is one check box, whose label stands after it."""
    return getattr(bound.field.widget, "input_type", "") == "checkbox" and not hasattr(
        bound.field.widget, "option_inherits_attrs"
    )


@register.filter
def is_group(bound: Any) -> bool:
    """Whether the field is a group of inputs (radio buttons, check boxes), which needs a legend."""
    return bool(getattr(bound.field.widget, "use_fieldset", False))


def _nothing() -> SafeString:
    return format_html('<span class="muted" title="{}">–</span>', _("not stated"))
