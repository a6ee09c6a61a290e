"""Whom a member has chosen from the results of a report: kept by the site, over pages, sorts and visits."""

from uuid import UUID

from db.engine import Prepared, run
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports.report import find

MOST = 10_000
"""Patients chosen at once, of one report."""

_chosen = Prepared(
    "SELECT c.patient FROM chosen_patient c JOIN report_run u ON u.id = c.run JOIN report r ON r.id = u.report"
    " WHERE u.report = $1 AND u.member = $2 AND r.practice = $3 AND u.report_version = r.version ORDER BY c.patient"
)


async def chosen(place: Place, report: UUID) -> list[UUID]:
    """Whom the member has chosen, in the order of their ids, also those whom they no longer find: what is done with
    them says so. Of a report whose filters were changed since, nobody. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    await find(place, report)
    return [row["patient"] for row in await _chosen.rows(report, place.member, place.practice.id)]


async def clear(place: Place, report: UUID) -> None:
    """Chooses nobody, in the caller's transaction: what was to be done with them is done."""
    await run(
        "DELETE FROM chosen_patient c USING report_run u WHERE u.id = c.run AND u.report = $1 AND u.member = $2",
        report,
        place.member,
    )
