"""Case Load: patients by practitioner, with last and next appointment, portal state and what they owe."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from db.engine import run
from db.tables.member import Limit
from domain.errors import Refused
from domain.paging import PAGE
from domain.patients.question import PortalState
from domain.permissions import Area, reach
from domain.places import Place
from domain.reports import case_load_filters as filters
from domain.reports import case_load_pages as pages
from domain.reports.patients_query import PatientsQuery
from domain.reports.report_type import (
    Bar,
    Column,
    ColumnKind,
    Counted,
    Field,
    Page,
    ReportType,
    Row,
    Said,
)

BATCH = 1_000
"""Rows of a sheet in one statement."""


class CaseLoad(ReportType):
    name: ClassVar[str] = "Case Load"
    about: ClassVar[str] = "Patients by practitioner, with their appointments, portal and invoices owing"

    @override
    async def fields(self, place: Place) -> tuple[Field, ...]:
        return await filters.fields(place)

    @override
    def faults(self, said: Said) -> list[Refused]:
        return list(filters.faults(said))

    @override
    def columns(self, place: Place) -> tuple[Column, ...]:
        owing = filters.owing(place)
        offered = (
            Column("name", "Patient", ColumnKind.PATIENT, ("name", "-name")),
            None if place.hides_names else Column("email", "Email", ColumnKind.TEXT),
            Column("practitioner", "Practitioner", ColumnKind.TEXT, ("practitioner", "-practitioner")),
            *self._appointments(place),
            Column("portal", "Portal", ColumnKind.TEXT),
            Column("status", "Status", ColumnKind.TEXT),
            Column("owing", "Owing", ColumnKind.MONEY, ("-owing",), _partly(place, owing)) if owing != "none" else None,
        )
        return tuple(column for column in offered if column)

    @staticmethod
    def _appointments(place: Place) -> tuple[Column, ...]:
        read = filters.calendars(place)
        if read == "none":
            return ()
        return (
            Column("last", "Last appointment", ColumnKind.MOMENT, ("-last", "last"), _partly(place, read)),
            Column("next", "Next appointment", ColumnKind.MOMENT, ("next", "-next"), _partly(place, read)),
        )

    @override
    async def counted(self, place: Place, said: Said) -> Counted:
        query = self.choosable(place, said)
        rows = await run(pages.counting(query), *query.values)
        picture = tuple(Bar(row["name"] or "No practitioner", _parts(row)) for row in rows)
        return Counted(sum(sum(bar.parts.values()) for bar in picture), picture)

    @override
    async def page(self, place: Place, said: Said, sort: str, page: int, counted: Counted | None) -> Page:
        query = self.choosable(place, said)
        rows = await run(pages.page(query, sort, page, counted.many if counted else None), *query.values)
        return Page(tuple(_row(row) for row in rows[:PAGE]), len(rows) > PAGE)

    @override
    async def batches(self, place: Place, said: Said, counted: Counted | None) -> AsyncIterator[Sequence[Row]]:
        after = None
        while True:
            query = self.choosable(place, said)
            rows = await run(pages.batch(query, after, BATCH), *query.values)
            if rows:
                after = rows[-1]["sort"], rows[-1]["id"]
                yield [_row(row) for row in rows]
            if len(rows) < BATCH:
                return

    @override
    def choosable(self, place: Place, said: Said) -> PatientsQuery:
        return PatientsQuery(place, filters.asked(place, said))


def _partly(place: Place, read: Limit) -> bool:
    return read == "own" and reach(place, Area.PROFILES) != "own"


def _parts(row: dict[str, Any]) -> dict[str, int]:
    return {state.value: row[state] for state in PortalState if row[state]}


def _row(row: dict[str, Any]) -> Row:
    return Row(row["id"], {name: cell for name, cell in row.items() if name not in ("id", "sort")})
