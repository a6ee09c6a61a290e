"""The two lists of an Access page: who can open a portal, and whose portals somebody opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import Prepared
from db.tables.access import Level, Reason, Role, Status
from domain import clock
from domain.errors import NotFound
from domain.permissions import Permission, demand
from domain.portals import Visit


@dataclass(frozen=True)
class Agreement:
    """One guardian's yes to a level and role that wait for another guardian."""

    name: str
    level: Level
    role: Role


@dataclass(frozen=True)
class Person:
    """Somebody on a portal's list, as its controllers read them."""

    id: UUID
    account: UUID | None
    name: str
    email: str
    relationship: str
    level: Level
    role: Role
    status: Status
    reason: Reason | None
    basis: str | None
    offered: bool
    refused_for_good: bool
    asked_at: datetime
    decided_at: datetime | None
    version: int
    agreed: tuple[Agreement, ...]
    """What guardians said yes to while another guardian has not, oldest first."""


@dataclass(frozen=True)
class Patient:
    """Somebody whose portal an account opens, or has asked to. `portal` only while it can be opened."""

    id: UUID
    portal: UUID | None
    name: str
    relationship: str
    level: Level
    role: Role
    status: Status
    guardian: bool
    asked_at: datetime


# The newest row of each person, whom their login's email or, before they have one, the offer's names.
_people = Prepared(
    "SELECT * FROM (SELECT DISTINCT ON (coalesce(who.email_key, a.email_key)) a.*,"
    " coalesce(who.name, a.name) AS person, coalesce(who.email, a.email, '') AS address,"
    " array(SELECT ARRAY[g.name, c.level, c.role] FROM access_consent c JOIN account g ON g.id = c.account"
    "       WHERE c.access = a.id AND c.at >= a.asked_at"
    "        AND (a.status <> 'Pending' OR a.expires_at > $3 OR a.expires_at <= c.at) ORDER BY c.at) AS agreed"
    " FROM access a LEFT JOIN account who ON who.id = a.account WHERE a.portal = $1"
    " ORDER BY coalesce(who.email_key, a.email_key), a.asked_at DESC, a.id) newest"
    " WHERE $2::uuid IS NULL OR id = $2"
    " ORDER BY array_position(ARRAY['Pending', 'Current', 'Disabled'], status), person, id"
)
_own = Prepared(
    "SELECT a.*, who.name AS person, who.email AS address, ARRAY[]::text[][] AS agreed"
    " FROM access a JOIN account who ON who.id = a.account WHERE a.id = $1 AND a.account = $2"
)
# What was asked for is known by the email that was typed; what was offered or opened, by the portal. What can be opened
# comes before a later asking.
_patients = Prepared(
    "SELECT * FROM (SELECT DISTINCT ON (patient) a.*, p.name AS portal_name,"
    " CASE WHEN a.offered OR a.email_key IS NULL THEN a.portal::text ELSE a.email_key END AS patient"
    " FROM access a LEFT JOIN portal p ON p.id = a.portal AND a.status = 'Current' WHERE a.account = $1"
    " ORDER BY patient, a.status = 'Current' DESC, a.asked_at DESC, a.id) newest ORDER BY asked_at, id"
)


def standing(row: Mapping[str, Any]) -> tuple[Status, Reason | None]:
    """The status of a row now: a Pending one lapses after 14 days, whether or not it has been swept."""
    if row["status"] == Status.PENDING and row["expires_at"] <= clock.now():
        return Status.DISABLED, Reason.EXPIRED
    return Status(row["status"]), row["reason"] and Reason(row["reason"])


def shown_to_requester(row: Mapping[str, Any]) -> Status:
    """What the one who asked reads: whatever becomes of a request, but for a grant, it waits until day 14, and then
    reads Disabled (decision 2)."""
    status, reason = standing(row)
    if reason is Reason.DENIED and row["expires_at"] > clock.now():
        return Status.PENDING
    return status


async def people(visit: Visit) -> list[Person]:
    """Everybody on a portal's list, the newest row of each: those who wait first. Raises NotPermitted."""
    demand(visit, Permission.VIEW_ACCESS)
    return [_person(row) for row in await _people.rows(visit.portal, None, clock.now())]


async def person(visit: Visit, access: UUID) -> Person:
    """One row of a portal's list. Raises NotPermitted, and NotFound for a row of another portal or an older one."""
    demand(visit, Permission.VIEW_ACCESS)
    row = await _people.first(visit.portal, access, clock.now())
    if row is None:
        raise NotFound
    return _person(row)


async def own(visit: Visit) -> Person:
    """The visitor's own row in somebody else's portal. Raises NotPermitted for the owner, who has none."""
    demand(visit, Permission.VIEW_OWN_ACCESS)
    row = await _own.first(visit.access, visit.account)
    if row is None:
        raise NotFound
    return _person(row)


async def patients(account: UUID) -> list[Patient]:
    """Everybody whose portal an account opens or has asked to open, in the order of asking: of each
    the row that opens it or else the newest."""
    return [_patient(row) for row in await _patients.rows(account)]


def _person(row: Mapping[str, Any]) -> Person:
    status, reason = standing(row)
    return Person(
        id=row["id"],
        account=row["account"],
        name=row["person"],
        email=row["address"],
        relationship=row["relationship"],
        level=Level(row["level"]),
        role=Role(row["role"]),
        status=status,
        reason=reason,
        basis=row["basis"],
        offered=row["offered"],
        refused_for_good=row["refused_for_good"],
        asked_at=row["asked_at"],
        decided_at=row["decided_at"],
        version=row["version"],
        agreed=tuple(Agreement(name, Level(level), Role(role)) for name, level, role in row["agreed"]),
    )


def _patient(row: Mapping[str, Any]) -> Patient:
    status = shown_to_requester(row)
    return Patient(
        id=row["id"],
        portal=row["portal"] if status is Status.CURRENT else None,
        name=row["portal_name"] or row["name"],
        relationship=row["relationship"],
        level=Level(row["level"]),
        role=Role(row["role"]),
        status=status,
        guardian=row["basis"] is not None,
        asked_at=row["asked_at"],
    )
