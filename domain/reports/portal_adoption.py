"""How a practice's patients come to the portal, month by month."""

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from typing_extensions import override

from domain.errors import NotFound, Refused
from domain.patients import practitioners
from domain.places import Place
from domain.reports.report_type import (
    Column,
    ColumnKind,
    Condition,
    Counted,
    Field,
    FieldKind,
    Page,
    ReportType,
    Row,
    Said,
)


class PortalAdoption(ReportType):
    name: ClassVar[str] = "Portal Adoption"
    about: ClassVar[str] = "How many patients were invited, accepted and opened their portal, by month"
    lists_patients: ClassVar[bool] = False

    @override
    async def fields(self, place: Place) -> tuple[Field, ...]:
        everyone = {str(member): name for member, name in (await practitioners.every(place)).items()}
        return (Field("practitioner", "Practitioner", FieldKind.CHOICE, everyone, "Everyone"),)

    @override
    def faults(self, said: Said) -> list[Refused]:
        return []

    @override
    def choosable(self, place: Place, said: Said) -> Condition:
        raise NotFound

    @override
    def columns(self, place: Place) -> tuple[Column, ...]:
        return (Column("month", "Month", ColumnKind.TEXT), Column("active", "Active", ColumnKind.NUMBER))

    @override
    async def counted(self, place: Place, said: Said) -> Counted:
        return Counted(0, ())

    @override
    async def page(self, place: Place, said: Said, sort: str, page: int, counted: Counted | None) -> Page:
        rows = [Row(None, {"month": bar.label, **bar.parts}) for bar in (counted.picture if counted else ())]
        return Page(tuple(rows), False)

    @override
    async def batches(self, place: Place, said: Said, counted: Counted | None) -> AsyncIterator[Sequence[Row]]:
        yield (await self.page(place, said, "", 1, counted)).rows
