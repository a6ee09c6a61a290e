"""Whom an action is about: the choice that its pop-up spoke of, and no other."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from db.engine import run
from domain.errors import Changed
from domain.patients import holding
from domain.permissions import Area, PlacePermission, demand
from domain.places import FOUND, Place, finding
from domain.reports import choices
from domain.reports.report import Report, find


@dataclass(frozen=True)
class Chosen:
    """Those chosen in a report, in the order of their ids. `mark` is another as soon as they are others, or the report
    asks something else."""

    report: Report
    patients: tuple[UUID, ...]
    mark: str


async def read(place: Place, report: UUID) -> Chosen:
    """What a pop-up is drawn from. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    asked = await find(place, report)
    patients = tuple(await choices.chosen(place, report))
    those = hashlib.sha256(b"".join(one.bytes for one in patients)).hexdigest()[:32]
    return Chosen(asked, patients, f"{asked.version}-{those}")


async def hold(place: Place, report: UUID, mark: str) -> Chosen:
    """The same, inside the caller's transaction, which has it alone: whoever presses twice waits here, and then nobody
    is chosen any more.

    Raises NotPermitted, NotFound, and Changed when it is not what the pop-up with this `mark` spoke of.
    """
    await hold_choice(place, report)
    now = await read(place, report)
    same_question = now.mark.partition("-")[0] == mark.partition("-")[0]
    if not same_question or (now.patients and now.mark != mark):
        raise Changed
    return now


async def hold_choice(place: Place, report: UUID) -> None:
    """Nobody is ticked or unticked before the caller's transaction ends: whoever does so meanwhile waits, and their
    tick stands. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHOOSE_PATIENTS)
    await find(place, report)
    sql = "SELECT FROM report_run WHERE report = $1 AND member = $2 FOR NO KEY UPDATE"
    await run(sql, report, place.member)


async def hold_patients(place: Place, patients: tuple[UUID, ...]) -> list[UUID]:
    """Locks patients, and gives those whose profile the member reads now, in the order of their ids. Raises Refused as
    `holding.hold_all` does."""
    await holding.hold_all(place.practice.id, patients)
    found = f"SELECT p.id FROM patient p WHERE {FOUND} AND p.id = ANY ($5) ORDER BY p.id"  # noqa: S608 - words of ours
    return [row["id"] for row in await run(found, *finding(place, Area.PROFILES), patients)]
