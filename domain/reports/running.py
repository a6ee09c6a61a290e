"""Running a report: everything counted once, so that a page of its results need not."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared, transaction
from db.engine import run as ask
from db.ids import new_id
from domain import audit, clock
from domain.errors import NotFound, NotPermitted, Refused
from domain.permissions import Area, PlacePermission, may, reach
from domain.places import Place
from domain.reports import types
from domain.reports.report import Report, find
from domain.reports.report_type import Bar, Counted


@dataclass(frozen=True)
class Run:
    """What was counted when the member ran the report last. `current`: with the report's filters and the member's
    place as both are now; if not, there is nothing counted here, and the page says to run it again."""

    many: int
    picture: tuple[Bar, ...]
    ran_at: datetime
    current: bool

    @property
    def counted(self) -> Counted | None:
        return Counted(self.many, self.picture) if self.current else None


READS = (PlacePermission.VIEW_CALENDAR, PlacePermission.VIEW_PATIENTS_INVOICES, PlacePermission.VIEW_INVITATIONS)


def reads(place: Place) -> str:
    """How much a member reads of what reports count: two who read the same have the same."""
    areas = (Area.PROFILES, Area.CALENDARS, Area.INVOICES, Area.FINANCIAL_REPORTS)
    said = [reach(place, area).value for area in areas]
    said += [str(may(place, permission)) for permission in READS]
    return " ".join([*said, str(place.hides_names), str(place.own)])


_last = Prepared(
    "SELECT u.many, u.picture, u.ran_at, u.reads, u.report_version FROM report_run u JOIN report r ON r.id = u.report"
    " WHERE u.report = $1 AND u.member = $2 AND r.practice = $3"
)


async def last_run(place: Place, report: Report) -> Run | None:
    """The member's last run of a report that they have found; None before the first."""
    row = await _last.first(report.id, place.member, place.practice.id)
    if row is None:
        return None
    current = row["reads"] == reads(place) and row["report_version"] == report.version
    counted = _counted(row) if current else Counted(0, ())
    return Run(counted.many, counted.picture, row["ran_at"], current)


def _counted(row: dict[str, Any]) -> Counted:
    return Counted(row["many"], tuple(Bar(label, parts) for label, parts in json.loads(row["picture"])))


async def run(place: Place, report: UUID) -> None:
    """Counts everything anew. Whom the member has chosen stays chosen as far as they are still in the report; with
    other filters than at the last run, nobody does.

    Raises NotPermitted, NotFound, and Refused for filters that cannot be read any more.
    """
    async with transaction():
        found = await find(place, report)
        kind = types.of(found.type)
        counted = await kind.counted(place, found.filters)
        await _write(place, found, counted)
        if kind.lists_patients:
            await _keep_those_in_it(place, found)
        await audit.record("report:run", account=place.account, practice=place.practice.id, subject=report)


async def run_afterwards(place: Place, report: UUID) -> None:
    """The same after something was done with its patients, when that stands, so that the counts tell of it. A report
    that cannot be run any more keeps those of before."""
    with suppress(NotFound, NotPermitted, Refused):
        await run(place, report)


async def _write(place: Place, report: Report, counted: Counted) -> None:
    await ask(
        "WITH before AS (SELECT id FROM report_run WHERE report = $2 AND member = $3 AND report_version <> $4),"
        " over AS (DELETE FROM chosen_patient c USING before WHERE c.run = before.id)"
        " INSERT INTO report_run AS u (id, report, member, report_version, reads, many, picture, ran_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (report, member) DO UPDATE SET"
        " report_version = $4, reads = $5, many = $6, picture = $7, ran_at = $8",
        new_id(),
        report.id,
        place.member,
        report.version,
        reads(place),
        counted.many,
        json.dumps([[bar.label, dict(bar.parts)] for bar in counted.picture]),
        clock.now(),
    )


async def _keep_those_in_it(place: Place, report: Report) -> None:
    inside = types.of(report.type).choosable(place, report.filters)
    here = f"u.report = {inside.value(report.id)} AND u.member = {inside.value(place.member)}"
    await ask(
        f"DELETE FROM chosen_patient c USING report_run u WHERE u.id = c.run AND {here}"  # noqa: S608 - words of ours
        f" AND NOT EXISTS (SELECT FROM patient p WHERE p.id = c.patient AND {inside.sql})",
        *inside.values,
    )
