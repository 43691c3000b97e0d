"""The results of a round: raw and adjusted side by side, and how each expert leans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from innovalley.registry.exporting import ExportColumn
from innovalley.registry.views.exports import export_table
from innovalley.reviews import queries
from innovalley.reviews.statistics import ItemLine
from innovalley.reviews.views.rounds import frame, seen_round


@dataclass(frozen=True, slots=True)
class Scale:
    """The stretch of points that a picture shows, as whole tens."""

    low: int
    high: int

    def place(self, points: Any) -> str:
        """Where `points` stand, for an SVG attribute: "37.50%"."""
        share = (float(points) - self.low) / (self.high - self.low)
        return f"{100 * max(0.0, min(1.0, share)):.2f}%"

    def width(self, points: float) -> str:
        """How wide so many points are."""
        return f"{100 * min(1.0, points / (self.high - self.low)):.2f}%"

    def ticks(self) -> Iterator[tuple[str, int]]:
        """(place, points) of the lines."""
        step = 5 if self.high - self.low <= 40 else 20
        for points in range(self.low, self.high + 1, step):
            yield self.place(points), points


def scale_of(lines: list[ItemLine]) -> Scale:
    """A scale in which all points, means and errors lie."""
    marks = [float(line.lowest) for line in lines if line.lowest is not None]
    marks += [float(line.highest) for line in lines if line.highest is not None]
    marks += [line.adjusted - line.error for line in lines if line.adjusted is not None]
    marks += [line.adjusted + line.error for line in lines if line.adjusted is not None]
    if not marks:
        return Scale(0, 100)
    low, high = max(0, int(min(marks) // 10 * 10)), min(100, int(-(-max(marks) // 10) * 10))
    return Scale(low, high) if high - low >= 10 else Scale(max(0, high - 10), max(10, high))


@require_safe
def round_results(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ranking, swaps, outliers and leanings; ?export=xlsx|csv gives the table without identities."""
    round = seen_round(request, pk)
    found = queries.round_results(request.user, round)
    if request.GET.get("export"):
        return _export(request, found)
    lines = list(found.results.items)
    scale = scale_of([line for line in lines if line.mean is not None])
    leaning = found.results.largest_leaning or 1.0
    context = {
        **frame(request, round, "results"),
        "found": found,
        "lines": [_item(line, found, scale) for line in lines],
        "ticks": list(scale.ticks()),
        "experts": [_expert(line, found, leaning) for line in found.results.experts],
        "swaps": [
            (found.items[better].label, found.items[worse].label) for better, worse in found.results.swaps
        ],
        "outliers": [
            (found.items[each.item], found.experts[each.expert], each.total)
            for each in found.results.outliers
        ],
        "has_close": any(line.is_close for line in lines),
    }
    return render(request, "reviews/round_results.html", context)


def _item(line: ItemLine, found: queries.RoundResults, scale: Scale) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "line": line,
        "item": found.items[line.item],
        "title": found.titles.get(line.item, ""),
    }
    if line.mean is not None and line.adjusted is not None:
        low, high = line.adjusted - line.error, line.adjusted + line.error
        drawn |= {
            "mean_x": scale.place(line.mean),
            "adjusted_x": scale.place(line.adjusted),
            "low_x": scale.place(low),
            "high_x": scale.place(high),
            "range_x": scale.place(line.lowest),
            "range_end": scale.place(line.highest),
        }
    return drawn


def _expert(line: Any, found: queries.RoundResults, largest: float) -> dict[str, Any]:
    """A bar from the middle: to the right generous, to the left harsh, with its error."""
    half = 48.0
    width = half * abs(line.leaning) / largest
    reach = half * line.error / largest
    end = 50 + half * line.leaning / largest
    return {
        "line": line,
        "name": found.experts.get(line.expert, ""),
        "x": f"{50 - width if line.leaning < 0 else 50:.2f}%",
        "width": f"{width:.2f}%",
        "low": f"{max(0.0, end - reach):.2f}%",
        "high": f"{min(100.0, end + reach):.2f}%",
    }


def _export(request: HttpRequest, found: queries.RoundResults) -> HttpResponseBase:
    """Labels only: whose an item is, and who judged, stand in no file."""

    def points(value: float | None) -> Any:
        return None if value is None else round(value, 4)

    columns = [
        ExportColumn(_("Item"), lambda line: found.items[line.item].label),
        ExportColumn(_("Rank by mean"), lambda line: line.rank),
        ExportColumn(_("Mean"), lambda line: line.mean),
        ExportColumn(_("Rank adjusted"), lambda line: line.adjusted_rank),
        ExportColumn(_("Adjusted"), lambda line: points(line.adjusted)),
        ExportColumn(_("Standard error"), lambda line: points(line.error) if line.mean is not None else None),
        ExportColumn(_("Reviews"), lambda line: line.reviews),
        ExportColumn(_("Abstentions"), lambda line: line.abstentions),
        ExportColumn(_("Lowest"), lambda line: line.lowest),
        ExportColumn(_("Highest"), lambda line: line.highest),
        ExportColumn(_("Tie"), lambda line: _("yes") if line.is_tied else ""),
    ]
    return export_table(request, columns, found.results.items, name=_("Results"))
