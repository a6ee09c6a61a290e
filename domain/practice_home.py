"""What the home page of a practice shows a member: today's appointments, what is new and what waits for a decision."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from db.engine import Prepared
from domain import audit, clock, notification_list, updates
from domain.invitations import bulk
from domain.notification_list import Notifications
from domain.patients import guardians
from domain.patients.guardians import WaitingGuardians
from domain.permissions import Area, PlacePermission, demand, may, reach
from domain.places import FOUND, NAME, OWN, Place, finding

MOST_TODAY = 100
NEWEST = 5
"""Notifications, updates and patients with guardians."""


@dataclass(frozen=True)
class Booking:
    """An appointment of today. `patient` is None, and the name '', for one whom the member does not find; the reason is
    '' too where names are hidden."""

    id: UUID
    starts_at: datetime
    patient: UUID | None
    name: str
    practitioner: str
    type: str
    reason: str
    cancelled: bool


@dataclass(frozen=True)
class PracticeHome:
    """`None` means that this member reads nothing of it."""

    today: tuple[Booking, ...] | None
    more_today: bool
    notifications: Notifications
    updates: tuple[updates.WaitingUpdate, ...]
    guardians: tuple[WaitingGuardians, ...]
    bulk_invitations: tuple[bulk.Listed, ...]


# $6: how much of the names and contacts the member reads, who may read more of the calendar.
_FINDS = f"($6 = 'all' OR ($6 = 'own' AND {OWN}))"
_today = Prepared(
    f"SELECT a.id, a.starts_at, CASE WHEN {_FINDS} THEN p.id END AS patient,"  # noqa: S608 - words of ours
    f" CASE WHEN {_FINDS} THEN {NAME} ELSE '' END AS name, w.name AS practitioner, t.name AS type,"
    f" CASE WHEN {_FINDS} AND NOT $5 THEN a.reason ELSE '' END AS reason, a.status = 'Cancelled' AS cancelled"
    " FROM appointment a JOIN patient p ON p.id = a.patient JOIN member m ON m.id = a.practitioner"
    " JOIN account w ON w.id = m.account JOIN appointment_type t ON t.id = a.type"
    f" WHERE a.practice = $1 AND a.starts_at >= $7 AND a.starts_at < $8 AND {FOUND} ORDER BY a.starts_at, a.id LIMIT $9"
)


async def read(place: Place) -> PracticeHome:
    """The home page's content. Writes 'practice:view'. Raises NotPermitted."""
    demand(place, PlacePermission.OPEN_PRACTICE)
    today = await _bookings(place) if reads_calendar(place) else None
    home = PracticeHome(
        today=today[:MOST_TODAY] if today is not None else None,
        more_today=today is not None and len(today) > MOST_TODAY,
        notifications=await notification_list.newest(place, NEWEST),
        updates=await updates.waiting(place, NEWEST),
        guardians=(await guardians.waiting_guardians(place))[:NEWEST],
        bulk_invitations=await bulk.lately(place),
    )
    await audit.record("practice:view", account=place.account, practice=place.practice.id, subject=place.practice.id)
    return home


def reads_calendar(place: Place) -> bool:
    """Whether any appointments are for this member to read."""
    return may(place, PlacePermission.VIEW_CALENDAR) and reach(place, Area.CALENDARS) != "none"


async def _bookings(place: Place) -> tuple[Booking, ...]:
    begins, ends = _day_there(place)
    contact = reach(place, Area.CONTACT).value
    rows = await _today.rows(*finding(place, Area.CALENDARS), place.hides_names, contact, begins, ends, MOST_TODAY + 1)
    return tuple(Booking(**row) for row in rows)


def _day_there(place: Place) -> tuple[datetime, datetime]:
    """When the day that it is at the practice begins and ends there; it may have 23 or 25 hours (decision 24)."""
    zone = place.practice.zone
    day = clock.now().astimezone(zone).date()
    begins, ends = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return begins, ends
