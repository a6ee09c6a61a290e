"""Portal Adoption: how a practice's patients come to the portal, month by month."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime, time
from typing import ClassVar

from typing_extensions import override

from db.engine import run
from domain import clock
from domain.dates import MONTHS
from domain.errors import NotFound, Refused
from domain.patients import practitioners
from domain.permissions import PlacePermission, may
from domain.places import Place
from domain.reports import case_load_filters as filters
from domain.reports.patients_query import PatientsQuery
from domain.reports.report_type import (
    Bar,
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

HOW_MANY = 12
"""Months, this one included."""
OPENING = ("portal:view", "appointments:view", "invoices:view", "records:view", "details:view", "funding:view")
"""What the trail writes when somebody opens a page of a portal."""
FEWEST = 5
"""Linked patients of one practitioner whose openings are counted: of fewer it could be told who they were."""
TOO_FEW = "too few to count"
# Whoever answered, or typed birth dates until it was locked, had the mail. Of the others it went, unless it came to
# nothing, was called off before, or is owed still; what was sent is forgotten after 90 days, what was not is kept.
WENT = (
    "(i.state IN ('Accepted', 'Declined', 'Locked') OR i.state <> 'Undeliverable'"
    " AND NOT EXISTS (SELECT FROM bulk_invitation_patient b WHERE b.invitation = i.id AND b.outcome = 'Cancelled')"
    " AND (i.sent_at > i.created_at OR NOT EXISTS (SELECT FROM mail m WHERE m.subject = coalesce(i.family, i.id)"
    " AND m.kind IN ('invitation', 'family-invitation') AND m.sent_at IS NULL)))"
)
"""Whether a mail of invitation `i` went to the patient."""
SINCE = (
    "CASE WHEN p.portal IS NOT NULL THEN coalesce((SELECT max(i.used_at) FROM invitation i WHERE i.patient = p.id"
    " AND i.practice = $1 AND i.portal = p.portal AND i.state = 'Accepted'), p.created_at) END"
)
"""Since when what happens in the portal of `p` is this practice's to count: its own acceptance here."""
PARTS = {
    "Invited": "SELECT count(DISTINCT i.patient) FROM invited i WHERE i.created_at >= m.since"
    " AND i.created_at < m.until",
    "Accepted": "SELECT count(DISTINCT i.patient) FROM invited i WHERE i.state = 'Accepted'"
    " AND i.used_at >= m.since AND i.used_at < m.until",
    "Active": "SELECT count(*) FROM them WHERE EXISTS (SELECT FROM event e WHERE e.portal = them.portal"
    " AND e.at >= greatest(m.since, them.since) AND e.at < m.until AND e.kind = ANY ({opening}))",
}


class PortalAdoption(ReportType):
    name: ClassVar[str] = "Portal Adoption"
    about: ClassVar[str] = "Patients invited, accepted and active in their portal, by month"
    lists_patients: ClassVar[bool] = False

    @override
    async def fields(self, place: Place) -> tuple[Field, ...]:
        everyone = {str(member): name for member, name in (await practitioners.every(place)).items()}
        return (Field("practitioner", "Practitioner", FieldKind.CHOICE, everyone, "Everyone"),)

    @override
    def faults(self, said: Said) -> list[Refused]:
        return []

    @override
    def columns(self, place: Place) -> tuple[Column, ...]:
        numbers = (Column(part, part, ColumnKind.NUMBER) for part in _parts(place))
        return (Column("month", "Month", ColumnKind.TEXT), *numbers)

    @override
    async def counted(self, place: Place, said: Said) -> Counted:
        query = PatientsQuery(place, filters.asked(place, said))
        months = list(_months(clock.now().astimezone(place.practice.zone).date()))
        since = [datetime.combine(month, time(), place.practice.zone) for month in months]
        rows = await run(_statement(query, place, since), *query.values)
        narrow = bool(query.asked.practitioner) or query.owned
        parts = _parts(place)
        if narrow and rows[0]["linked"] < FEWEST:
            parts.remove("Active")
        bars = [
            Bar(_label(month), {part: row[part] for part in parts}) for month, row in zip(months, rows, strict=False)
        ]
        return Counted(len(bars), tuple(bars))

    @override
    async def page(self, place: Place, said: Said, sort: str, page: int, counted: Counted | None) -> Page:
        """What was counted at the last run: there is nothing to look up afresh."""
        if page != 1:
            raise NotFound
        picture = counted.picture if counted else ()
        return Page(tuple(Row(None, {"month": bar.label, "Active": TOO_FEW, **bar.parts}) for bar in picture), False)

    @override
    async def batches(self, place: Place, said: Said, counted: Counted | None) -> AsyncIterator[Sequence[Row]]:
        yield (await self.page(place, said, "", 1, counted or await self.counted(place, said))).rows

    @override
    def choosable(self, place: Place, said: Said) -> Condition:
        raise NotFound


def _parts(place: Place) -> list[str]:
    sees = may(place, PlacePermission.VIEW_INVITATIONS)
    return [part for part in PARTS if sees or part == "Active"]


def _months(today: date) -> Iterator[date]:
    """The first days of the months that are counted and of the one after them."""
    first = today.year * 12 + today.month - HOW_MANY
    for month in range(first, first + HOW_MANY + 1):
        yield date(month // 12, month % 12 + 1, 1)


def _label(month: date) -> str:
    return f"{MONTHS[month.month - 1]} {month.year}"


def _statement(query: PatientsQuery, place: Place, since: list[datetime]) -> str:
    bounds = f"unnest({query.value(since[:-1])}::timestamptz[], {query.value(since[1:])}::timestamptz[])"
    opening = query.value(list(OPENING))
    parts = ", ".join(f'({PARTS[part].format(opening=opening)}) AS "{part}"' for part in _parts(place))
    invited = (
        f", invited AS MATERIALIZED (SELECT i.patient, i.state, i.created_at, i.used_at FROM them"  # noqa: S608 - words of ours
        f" JOIN invitation i ON i.patient = them.id WHERE i.practice = $1 AND {WENT})"
    )
    return (
        f"WITH them AS MATERIALIZED (SELECT p.id, p.portal, {SINCE} AS since FROM {query.people} WHERE {query.sql})"  # noqa: S608 - words of ours
        f"{invited if 'Invited' in _parts(place) else ''}"
        f" SELECT {parts}, (SELECT count(portal) FROM them) AS linked FROM {bounds} AS m(since, until) ORDER BY m.since"
    )
