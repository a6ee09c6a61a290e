"""The appointments of a portal: those of every practice's patient that is linked to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from db.engine import Prepared, run, transaction
from db.tables.appointment import AppointmentStatus
from domain import audit, clock
from domain.errors import NotFound, Refused
from domain.paging import PAGE, offset
from domain.permissions import Permission, demand, sees
from domain.portals import Visit

__all__ = ["Appointment", "AppointmentStatus", "Appointments", "cancel", "next_booked", "one", "read"]


@dataclass(frozen=True)
class Appointment:
    """One appointment, as this visitor may read it. Times are in the practice's zone (decision 24)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    place: str
    practitioner: str
    practice: str
    practice_phone: str
    type: str
    """Its name; for people with Administrative access the name that the practice gives it for others."""
    reason: str | None
    """Why the patient comes; None where it may not be read."""
    status: AppointmentStatus
    can_be_cancelled: bool
    """Booked and not begun. Whether the visitor may is `may(visit, Permission.CANCEL_APPOINTMENTS)`."""


@dataclass(frozen=True)
class Appointments:
    """What the page of appointments shows: those that are not over, the soonest first, and one page of the past."""

    upcoming: tuple[Appointment, ...]
    past: tuple[Appointment, ...]
    page: int
    more: bool
    """Whether there is an older page."""


_SHOWN = (
    "SELECT a.id, a.starts_at, a.ends_at, a.place, a.status, who.name AS practitioner, c.name AS practice,"
    " c.phone AS practice_phone, c.timezone, CASE WHEN $2::boolean THEN t.name ELSE t.name_for_others END AS type,"
    " CASE WHEN $3::boolean THEN a.reason END AS reason"
    " FROM appointment a JOIN patient p ON p.id = a.patient JOIN practice c ON c.id = a.practice"
    " JOIN member m ON m.id = a.practitioner JOIN account who ON who.id = m.account"
    " JOIN appointment_type t ON t.id = a.type WHERE p.id = ANY ($1)"
)
_one = Prepared(f"{_SHOWN} AND a.id = $4")
_upcoming = Prepared(f"{_SHOWN} AND a.ends_at > $4 ORDER BY a.starts_at, a.id LIMIT $5")
_booked = Prepared(f"{_SHOWN} AND a.ends_at > $4 AND a.status = 'Booked' ORDER BY a.starts_at, a.id LIMIT $5")
_past = Prepared(f"{_SHOWN} AND a.ends_at <= $4 ORDER BY a.starts_at DESC, a.id LIMIT $5 OFFSET $6")
_cancel = Prepared(
    "UPDATE appointment a SET status = 'Cancelled', cancelled_at = $3, cancelled_by = $4 FROM patient p"
    " WHERE a.id = $1 AND p.id = a.patient AND p.id = ANY ($2) AND a.status = 'Booked' AND a.starts_at > $3"
    " RETURNING a.practice"
)


async def read(visit: Visit, page: int = 1) -> Appointments:
    """Everything to come, at most two pages of it, and page `page` of the past, the newest first.

    Raises NotPermitted, and NotFound for a page that cannot be.
    """
    demand(visit, Permission.VIEW_APPOINTMENTS)
    now, skipped = clock.now(), offset(page)
    upcoming = await _shown(_upcoming, visit, now, 2 * PAGE)
    past = await _shown(_past, visit, now, PAGE + 1, skipped)
    await _record(visit, "appointments:view")
    return Appointments(upcoming, past[:PAGE], page, len(past) > PAGE)


async def one(visit: Visit, appointment: UUID) -> Appointment:
    """One appointment. Raises NotPermitted, and NotFound for what is not in this portal."""
    demand(visit, Permission.VIEW_APPOINTMENTS)
    found = await _shown(_one, visit, appointment)
    if not found:
        raise NotFound
    await _record(visit, "appointments:view", appointment)
    return found[0]


async def next_booked(visit: Visit, at_most: int) -> tuple[Appointment, ...]:
    """The next ones that are booked, for the home page, which writes the event itself. Raises NotPermitted."""
    demand(visit, Permission.VIEW_APPOINTMENTS)
    return await _shown(_booked, visit, clock.now(), at_most)


async def cancel(visit: Visit, appointment: UUID) -> None:
    """Cancels what is booked and has not begun; one of many who try at once wins.

    Raises NotPermitted, NotFound for what is not in this portal, and Refused for what is cancelled or has begun.
    """
    demand(visit, Permission.CANCEL_APPOINTMENTS)
    async with transaction():
        won = await _cancel.first(appointment, visit.patients, clock.now(), visit.account)
        if won is None:
            raise await _no_cancelling(visit, appointment)
        await _record(visit, "appointment:cancel", appointment, won["practice"])


async def _no_cancelling(visit: Visit, appointment: UUID) -> NotFound | Refused:
    found = await run(
        "SELECT a.status, c.name, c.phone FROM appointment a JOIN patient p ON p.id = a.patient"
        " JOIN practice c ON c.id = a.practice WHERE a.id = $1 AND p.id = ANY ($2)",
        appointment,
        visit.patients,
    )
    if not found:
        return NotFound()
    if found[0]["status"] == AppointmentStatus.CANCELLED:
        return Refused("This appointment is cancelled already")
    by_phone = f" on {found[0]['phone']}" if found[0]["phone"] else ""
    return Refused(f"This appointment is in the past. To change it, call {found[0]['name']}{by_phone}")


async def _shown(query: Prepared, visit: Visit, *values: Any) -> tuple[Appointment, ...]:
    names, reasons = sees(visit, "appointment", "name"), sees(visit, "appointment", "reason")
    return tuple(_appointment(row) for row in await query.rows(visit.patients, names, reasons, *values))


def _appointment(row: Mapping[str, Any]) -> Appointment:
    zone, status = ZoneInfo(row["timezone"]), AppointmentStatus(row["status"])
    return Appointment(
        id=row["id"],
        starts_at=row["starts_at"].astimezone(zone),
        ends_at=row["ends_at"].astimezone(zone),
        zone=zone,
        place=row["place"],
        practitioner=row["practitioner"],
        practice=row["practice"],
        practice_phone=row["practice_phone"],
        type=row["type"],
        reason=row["reason"],
        status=status,
        can_be_cancelled=status is AppointmentStatus.BOOKED and row["starts_at"] > clock.now(),
    )


async def _record(visit: Visit, kind: str, appointment: UUID | None = None, practice: UUID | None = None) -> None:
    await audit.record(
        kind,
        account=visit.account,
        portal=visit.portal,
        practice=practice,
        access=visit.access,
        subject=appointment,
    )
