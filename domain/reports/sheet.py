"""A report's results as a sheet: line by line, never all of it in memory."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from uuid import UUID

from domain import audit
from domain.dates import there
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports import types
from domain.reports.report import find
from domain.reports.report_type import Cell, Column, Row
from domain.reports.running import last_run


async def lines(place: Place, report: UUID) -> AsyncIterator[Sequence[str]]:
    """The header and every row of a report, hidden names hidden. Writes 'report:download'; whoever makes a file of it
    defuses the cells.

    Raises NotPermitted, NotFound, and Refused for filters that cannot be read any more, before the first line.
    """
    demand(place, PlacePermission.VIEW_REPORTS)
    found = await find(place, report)
    ran, kind = await last_run(place, found), types.of(found.type)
    columns, batches = kind.columns(place), kind.batches(place, found.filters, ran.counted if ran else None)
    first: Sequence[Row] = await anext(batches, [])  # a tuple is no default for anext (CPython 128078)
    await audit.record("report:download", account=place.account, practice=place.practice.id, subject=report)
    yield [column.label for column in columns]
    for row in first:
        yield _cells(row, columns, place)
    async for batch in batches:
        for row in batch:
            yield _cells(row, columns, place)


def _cells(row: Row, columns: tuple[Column, ...], place: Place) -> list[str]:
    return [_text(row.cells[column.name], place) for column in columns]


def _text(cell: Cell, place: Place) -> str:
    """A moment as the practice's clocks have it, a day as 2026-11-20, so that a spreadsheet sorts them."""
    match cell:
        case None:
            return ""
        case datetime():
            return there(cell, place.practice.zone).strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
