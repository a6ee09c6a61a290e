"""Making reports: run first, then saved under a name, alone or with the practice."""

import json
from uuid import UUID

from db.engine import run, transaction
from db.keys import key
from domain import audit, clock, practices
from domain.errors import Changed, NotPermitted, Refused
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports import filters, running, types
from domain.reports.report import OPEN, Report, find
from domain.reports.report_type import Said

LONGEST_NAME = 100
MOST_SAVED, MOST_UNSAVED = 200, 20
"""Reports of one account in one practice. Of those that it has not saved, the oldest make way."""
TAKEN = "There is a report with this name already. Choose another name"


async def faults(place: Place, kind: str, said: Said) -> list[Refused]:
    """Everything wrong with what was filled in, each at its field. Raises NotFound for no such type."""
    type_ = types.of(kind)
    fields = await type_.fields(place)
    wrong = filters.faults(fields, said)
    return wrong or type_.faults(filters.kept(fields, said))


async def _sound(place: Place, kind: str, said: Said) -> dict[str, str]:
    for fault in await faults(place, kind, said):
        raise fault
    return filters.kept(await types.of(kind).fields(place), said)


async def start(place: Place, report: UUID, kind: str, said: Said) -> None:
    """Makes a report that only its maker sees, with the id `report` that the form drew, and runs it. Pressed twice it
    is one; sent again with other filters, it has those.

    Raises NotPermitted, NotFound for no such type and for an id that is somebody else's, Changed when it was saved
    since, and Refused at a filter.
    """
    demand(place, PlacePermission.VIEW_REPORTS)
    kept = await _sound(place, kind, said)
    async with transaction():
        made = await run(
            "INSERT INTO report (id, practice, account, type, filters, created_at, changed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (id) DO NOTHING RETURNING id",
            report,
            place.practice.id,
            place.account,
            kind,
            json.dumps(kept),
            clock.now(),
        )
        if not made:
            await _take_again(place, report, kind, kept)
        await running.run(place, report)
        await _forget_the_oldest(place)


async def _take_again(place: Place, report: UUID, kind: str, kept: dict[str, str]) -> None:
    """The form was sent before: pressed twice, or by who has gone back to it and asks something else."""
    found = await mine(place, report)
    if (found.type, found.filters) == (kind, kept):
        return
    if found.name:
        raise Changed
    change = "type = $5, filters = $6, version = version + 1"
    await _claim(change, place, found, found.version, kind, json.dumps(kept))


async def _forget_the_oldest(place: Place) -> None:
    await run(
        "DELETE FROM report WHERE id IN (SELECT r.id FROM report r LEFT JOIN report_run u ON u.report = r.id"
        " AND u.member = $3 WHERE r.practice = $1 AND r.account = $2 AND r.removed_at IS NULL AND r.name = ''"
        " ORDER BY coalesce(u.ran_at, r.changed_at) DESC, r.id OFFSET $4)",
        place.practice.id,
        place.account,
        place.member,
        MOST_UNSAVED,
    )


async def refilter(place: Place, report: UUID, said: Said, version: int) -> None:
    """Gives one's own report other filters, and runs it. With the same ones it is only run.

    Raises NotPermitted also for somebody else's report, NotFound, Changed when its filters are newer than the form,
    and Refused at a filter.
    """
    found = await refilterable(place, report)
    kept = await _sound(place, found.type, said)
    async with transaction():
        if kept != found.filters:
            await _claim("filters = $5, version = version + 1", place, found, version, json.dumps(kept))
            if found.name:
                await _record("report:change", place, report)
        await running.run(place, report)


async def save(place: Place, report: UUID, name: str, *, shared: bool, version: int) -> None:
    """Gives one's own report a name, and shares it with everybody of the practice who reads reports or with nobody.
    The same again is done already.

    Raises NotPermitted also for somebody else's report, NotFound, Changed, and Refused at 'name'.
    """
    demand(place, PlacePermission.SAVE_REPORTS)
    name = " ".join(name.split())
    _demand_name(name)
    async with transaction():
        await practices.hold(place.practice.id)
        found = await mine(place, report)
        if (found.name, found.shared) == (name, shared):
            return
        await _demand_room(place, found, name)
        await _claim("name = $5, shared = $6", place, found, version, name, shared)
        await _record("report:save", place, report)


async def remove(place: Place, report: UUID) -> None:
    """Takes one's own report away; once more changes nothing. What was done with it stays.

    Raises NotPermitted also for somebody else's report, and NotFound.
    """
    demand(place, PlacePermission.SAVE_REPORTS)
    async with transaction():
        removed = await run(
            "UPDATE report SET removed_at = $4 WHERE id = $1 AND practice = $2 AND account = $3 AND removed_at IS NULL"
            " RETURNING id",
            report,
            place.practice.id,
            place.account,
            clock.now(),
        )
        if removed:
            await _record("report:remove", place, report)
    if not removed and not await run(
        "SELECT FROM report WHERE id = $1 AND practice = $2 AND account = $3", report, place.practice.id, place.account
    ):
        await mine(place, report)


async def mine(place: Place, report: UUID) -> Report:
    """A report that the member made. Raises NotPermitted also for somebody else's, and NotFound."""
    found = await find(place, report)
    if not found.mine:
        raise NotPermitted
    return found


async def refilterable(place: Place, report: UUID) -> Report:
    """A report that the member may give other filters: their own, and a saved one only as they may save. Raises
    NotPermitted and NotFound."""
    found = await mine(place, report)
    if found.name:
        demand(place, PlacePermission.SAVE_REPORTS)
    return found


async def _claim(change: str, place: Place, report: Report, version: int, *values: object) -> None:
    """Changes the report if it is still as it was when the form was drawn."""
    changed = await run(
        f"UPDATE report SET {change}, changed_at = ${len(values) + 5} WHERE id = $1 AND practice = $2"  # noqa: S608 - words of ours
        " AND account = $3 AND version = $4 AND removed_at IS NULL RETURNING id",
        report.id,
        place.practice.id,
        place.account,
        version,
        *values,
        clock.now(),
    )
    if not changed:
        raise Changed


def _demand_name(name: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(f"Type a name of at most {LONGEST_NAME} characters", "name")


async def _demand_room(place: Place, report: Report, name: str) -> None:
    rows = await run(
        f"SELECT r.name, r.account = $2 AS mine FROM report r WHERE {OPEN} AND r.name <> '' AND r.id <> $3",  # noqa: S608 - words of ours
        place.practice.id,
        place.account,
        report.id,
    )
    if any(key(row["name"]) == key(name) for row in rows):
        raise Refused(TAKEN, "name")
    if not report.name and sum(row["mine"] for row in rows) >= MOST_SAVED:
        raise Refused(f"You have {MOST_SAVED} saved reports. Remove one to save another")


async def _record(kind: str, place: Place, report: UUID) -> None:
    await audit.record(kind, account=place.account, practice=place.practice.id, subject=report)
