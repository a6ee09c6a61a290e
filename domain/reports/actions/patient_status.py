"""Update patient status: many patients are looked after now, or are not any more."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import run, transaction
from domain import audit
from domain.patients.question import PatientStatus
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports import choices
from domain.reports.actions import chosen
from domain.reports.actions.chosen import Chosen

STATUSES = (PatientStatus.ACTIVE, PatientStatus.INACTIVE)
"""What can be chosen. That somebody has died is written down with its day, one by one."""


@dataclass(frozen=True)
class Outcome:
    """What became of those who were chosen: the four add up to them."""

    changed: int = 0
    already: int = 0
    deceased: int = 0
    no_access: int = 0


async def read(place: Place, report: UUID) -> Chosen:
    """What the pop-up is drawn from. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHANGE_PATIENTS)
    return await chosen.read(place, report)


async def update(place: Place, report: UUID, mark: str, status: PatientStatus) -> Outcome:
    """Gives everybody chosen one of STATUSES, and chooses nobody any more. Who has died and whom the member may not
    change is left as they are. Pressed twice, the second finds nobody chosen.

    Raises NotPermitted, NotFound, and Changed when the choice is not that of the pop-up with this `mark`.
    """
    demand(place, PlacePermission.CHANGE_PATIENTS)
    async with transaction():
        whom = await chosen.hold(place, report, mark)
        found = await chosen.hold_patients(place, whom.patients)
        alive, changed = await _living(place, found), await _write(place, found, status is PatientStatus.ACTIVE)
        await choices.clear(place, report)
        await audit.record_many("patient:change", changed, account=place.account, practice=place.practice.id)
    return Outcome(
        changed=len(changed),
        already=alive - len(changed),
        deceased=len(found) - alive,
        no_access=len(whom.patients) - len(found),
    )


async def _living(place: Place, patients: list[UUID]) -> int:
    sql = "SELECT count(*)::int AS many FROM patient WHERE id = ANY ($1) AND practice = $2 AND deceased_on IS NULL"
    [row] = await run(sql, patients, place.practice.id)
    living: int = row["many"]
    return living


async def _write(place: Place, patients: list[UUID], active: bool) -> list[UUID]:
    rows = await run(
        "UPDATE patient SET active = $3, version = version + 1 WHERE id = ANY ($1) AND practice = $2"
        " AND deceased_on IS NULL AND active <> $3 RETURNING id",
        patients,
        place.practice.id,
        active,
    )
    return [row["id"] for row in rows]
