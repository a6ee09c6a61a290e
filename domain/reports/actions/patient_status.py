"""Update patient status: many patients are looked after now, or are not any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock
from domain.patients import standing
from domain.patients.question import PatientStatus
from domain.permissions import Area, PlacePermission, demand, may
from domain.places import FOUND, OWN, Place, finding
from domain.reports import choices
from domain.reports.actions import chosen
from domain.reports.actions.chosen import Chosen
from domain.reports.case_load_filters import calendars
from domain.reports.running import run_afterwards

STATUSES = (PatientStatus.ACTIVE, PatientStatus.INACTIVE)
"""What can be chosen. That somebody has died is written down with its day, one by one."""


@dataclass(frozen=True)
class Outcome:
    """What became of those who were chosen: the four add up to them."""

    changed: int = 0
    already: int = 0
    deceased: int = 0
    no_access: int = 0


@dataclass(frozen=True)
class Preview:
    """What would become of those chosen with each status. Of those who would become Inactive, so many as the member
    may know are `invited` to the portal now, and so many are `booked`: they have an appointment to come."""

    chosen: Chosen
    outcomes: Mapping[PatientStatus, Outcome]
    invited: int
    booked: int


async def read(place: Place, report: UUID) -> Preview:
    """What the pop-up is drawn from. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHANGE_PATIENTS)
    whom = await chosen.read(place, report)
    sees = may(place, PlacePermission.VIEW_INVITATIONS)
    invited = f"EXISTS (SELECT FROM invitation open WHERE {standing.open_invitation('$7')})" if sees else "false"
    booked = (
        "EXISTS (SELECT FROM appointment a WHERE a.patient = p.id AND a.status = 'Booked' AND a.starts_at > $7)"
        f" AND ($6 = 'all' OR ($6 = 'own' AND {OWN}))"
    )
    is_active = standing.STATUS_IS[PatientStatus.ACTIVE]
    [row] = await run(
        f"SELECT count(*) AS found, count(*) FILTER (WHERE {is_active}) AS active,"  # noqa: S608 - words of ours
        f" count(*) FILTER (WHERE {standing.STATUS_IS[PatientStatus.DECEASED]}) AS deceased,"
        f" count(*) FILTER (WHERE {is_active} AND {invited}) AS invited,"
        f" count(*) FILTER (WHERE {is_active} AND {booked}) AS booked"
        f" FROM patient p WHERE {FOUND} AND p.id = ANY ($5)",
        *finding(place, Area.PROFILES),
        whom.patients,
        calendars(place).value,
        clock.now(),
    )
    active, inactive = row["active"], row["found"] - row["active"] - row["deceased"]
    left = row["deceased"], len(whom.patients) - row["found"]
    outcomes = {
        PatientStatus.ACTIVE: Outcome(inactive, active, *left),
        PatientStatus.INACTIVE: Outcome(active, inactive, *left),
    }
    return Preview(whom, outcomes, row["invited"], row["booked"])


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
    if changed:
        await run_afterwards(place, report)
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
