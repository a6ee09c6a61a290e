"""Whom a member has chosen in a report's results. It holds over pages, sorts and visits, until the filters change."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from db.engine import Prepared, run, transaction
from domain.errors import Changed, Refused
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports import types
from domain.reports.report import Report, find

MOST = 10_000
"""Patients chosen at once, of one report."""
TOO_MANY = f"At most {MOST:,} patients can be chosen at once. Narrow the report with its filters, then choose again"


@dataclass(frozen=True)
class Choice:
    """What stands after choosing: `many` are chosen in all, `refused` of those just ticked could not be."""

    many: int
    refused: int = 0


_chosen = Prepared(
    "SELECT c.patient FROM chosen_patient c JOIN report_run u ON u.id = c.run JOIN report r ON r.id = u.report"
    " WHERE u.report = $1 AND u.member = $2 AND r.practice = $3 AND u.report_version = r.version ORDER BY c.patient"
)
_count = Prepared(
    "SELECT count(*) AS many FROM chosen_patient c JOIN report_run u ON u.id = c.run JOIN report r ON r.id = u.report"
    " WHERE u.report = $1 AND u.member = $2 AND r.practice = $3 AND u.report_version = r.version"
)


async def chosen(place: Place, report: UUID) -> list[UUID]:
    """Whom the member has chosen, in the order of their ids, also those whom they no longer find: what is done with
    them says so. Of a report whose filters were changed since, nobody. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    await find(place, report)
    return [row["patient"] for row in await _chosen.rows(report, place.member, place.practice.id)]


async def count(place: Place, report: UUID) -> int:
    """How many `chosen` gives. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    await find(place, report)
    return await _many(place, report)


async def choose_page(
    place: Place, report: UUID, shown: Collection[UUID], ticked: Collection[UUID], version: int
) -> Choice:
    """Of the patients `shown` on a page, chooses those who are `ticked` and no others; who is not shown stays as they
    were. Once more changes nothing. Whoever is ticked and not shown, not in the report, or not this member's to find,
    is left out and counted as refused.

    Raises NotPermitted, NotFound, Changed when the filters are newer than the form or were never run, and Refused for
    too many.
    """
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    async with transaction():
        found, ran = await _held(place, report, version)
        await run(
            "DELETE FROM chosen_patient WHERE run = $1 AND patient = ANY ($2) AND patient <> ALL ($3)",
            ran,
            list(shown),
            list(ticked),
        )
        wanted = set(ticked) & set(shown)
        added = await _add(place, found, ran, wanted) if wanted else 0
        return Choice(await _not_too_many(place, report), len(set(ticked)) - added)


async def choose_all(place: Place, report: UUID, version: int) -> Choice:
    """Chooses everybody in the report, and nobody else. Raises as `choose_page` does."""
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    async with transaction():
        found, ran = await _held(place, report, version)
        await run("DELETE FROM chosen_patient WHERE run = $1", ran)
        await _add(place, found, ran, None)
        return Choice(await _not_too_many(place, report))


async def choose_none(place: Place, report: UUID, version: int) -> Choice:
    """Chooses nobody. Raises as `choose_page` does."""
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    async with transaction():
        await _held(place, report, version)
        await clear(place, report)
    return Choice(0)


async def clear(place: Place, report: UUID) -> None:
    """Chooses nobody, in the caller's transaction: what was to be done with them is done."""
    await run(
        "DELETE FROM chosen_patient c USING report_run u WHERE u.id = c.run AND u.report = $1 AND u.member = $2",
        report,
        place.member,
    )


async def _held(place: Place, report: UUID, version: int) -> tuple[Report, UUID]:
    """The report and the member's run of it, which nobody else changes before the caller's transaction ends. The
    report first, as whoever gives it other filters does."""
    await run("SELECT FROM report WHERE id = $1 AND practice = $2 FOR SHARE", report, place.practice.id)
    found = await find(place, report)
    rows = await run(
        "SELECT id FROM report_run WHERE report = $1 AND member = $2 AND report_version = $3 FOR NO KEY UPDATE",
        report,
        place.member,
        version,
    )
    if not rows or found.version != version:
        raise Changed
    return found, rows[0]["id"]


async def _add(place: Place, report: Report, ran: UUID, patients: Collection[UUID] | None) -> int:
    """Writes those of `patients` who are in the report (None: everybody) and gives how many those are.

    Raises Refused for too many.
    """
    inside = types.of(report.type).choosable(place, report.filters)
    among = "" if patients is None else f" AND p.id = ANY ({inside.value(list(patients))})"
    [row] = await run(
        f"WITH them AS MATERIALIZED (SELECT p.id FROM patient p WHERE {inside.sql}{among} LIMIT {MOST + 1}),"  # noqa: S608 - words of ours
        " written AS (INSERT INTO chosen_patient (id, run, patient)"
        f" SELECT gen_random_uuid(), {inside.value(ran)}, id FROM them WHERE (SELECT count(*) FROM them) <= {MOST}"
        " ON CONFLICT (run, patient) DO NOTHING)"
        " SELECT count(*) AS many FROM them",
        *inside.values,
    )
    if row["many"] > MOST:
        raise Refused(TOO_MANY)
    return int(row["many"])


async def _not_too_many(place: Place, report: UUID) -> int:
    many = await _many(place, report)
    if many > MOST:
        raise Refused(TOO_MANY)
    return many


async def _many(place: Place, report: UUID) -> int:
    [row] = await _count.rows(report, place.member, place.practice.id)
    return int(row["many"])
