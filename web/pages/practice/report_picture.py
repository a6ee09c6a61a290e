"""What the picture of a report is drawn from: a bar for each practitioner, as long as they have patients."""

from typing import Any, NamedTuple

from domain.patients.question import PortalState
from domain.reports.report_type import Bar, Row

WORDS = {
    PortalState.LINKED: "with a portal",
    PortalState.INVITED: "invited",
    PortalState.NONE: "without",
}
AT_ONCE = 6
"""Bars that stand there at once; the others are a click away."""


class Drawn(NamedTuple):
    """One bar: its parts with where they begin, how many they are, which of the legend's they are, and in words."""

    label: str
    many: int
    parts: list[tuple[int, int, int, str]]


def picture(bars: tuple[Bar, ...]) -> dict[str, Any]:
    """The bars with the longest first, those beyond AT_ONCE apart, and the legend: who has a portal is part 1."""
    order = {state.value: len(PortalState) - place for place, state in enumerate(PortalState)}
    legend = sorted((order.get(name, 0), name) for name in {name for bar in bars for name in bar.parts})
    drawn = sorted((_drawn(bar, legend) for bar in bars), key=lambda bar: -bar.many)
    most = max((bar.many for bar in drawn), default=0)
    return {"bars": drawn[:AT_ONCE], "others": drawn[AT_ONCE:], "legend": legend, "most": most}


def _drawn(bar: Bar, legend: list[tuple[int, str]]) -> Drawn:
    parts, begins, alone = [], 0, " a portal" if set(bar.parts) == {PortalState.NONE} else ""
    for number, name in legend:
        if many := bar.parts.get(name, 0):
            parts.append((begins, many, number, f"{many:,} {WORDS[PortalState(name)]}{alone}"))
            begins += many
    return Drawn(bar.label, begins, parts)


def most_in(rows: tuple[Row, ...]) -> int:
    """The largest number that stands in a table: what its bars are measured by."""
    return max((cell for row in rows for cell in row.cells.values() if isinstance(cell, int)), default=0) or 1
