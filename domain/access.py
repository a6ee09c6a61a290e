"""Who can open a portal: what its controllers see of that, decide about it, and how somebody leaves.

Asking is in requests.py; portals whose person has no login are in guardians.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from db.engine import Prepared, run, transaction
from db.tables.access import Level, Reason, Role, Status
from domain import audit, clock, guardians
from domain.errors import Changed, NotFound, Refused
from domain.links import OPEN_FOR
from domain.mail import MailKind, owe
from domain.permissions import Permission, demand
from domain.portals import Visit

__all__ = ["Decision", "Level", "Patient", "Person", "Reason", "Role", "Status"]

GRANTABLE_AGAIN = {Reason.DENIED, Reason.REVOKED, Reason.EXPIRED}


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
    asked_at: datetime
    decided_at: datetime | None
    version: int
    agreed: tuple[str, ...]
    """Names of the guardians who said yes to a grant that waits for another guardian."""


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


@dataclass(frozen=True)
class Decision:
    """What a controller sets in **Edit access**. `version` is that of the row when the form was drawn."""

    status: Status
    level: Level
    role: Role
    version: int
    refuse_for_good: bool = False


_people = Prepared(
    "SELECT * FROM (SELECT DISTINCT ON (coalesce(a.account::text, a.email_key)) a.*,"
    " coalesce(who.name, a.name) AS person, coalesce(who.email, a.email, '') AS address,"
    " array(SELECT g.name FROM access_consent c JOIN account g ON g.id = c.account"
    "       WHERE c.access = a.id ORDER BY c.at) AS agreed"
    " FROM access a LEFT JOIN account who ON who.id = a.account WHERE a.portal = $1"
    " ORDER BY coalesce(a.account::text, a.email_key), a.asked_at DESC, a.id) newest"
    " WHERE $2::uuid IS NULL OR id = $2"
    " ORDER BY array_position(ARRAY['Pending', 'Current', 'Disabled'], status), person, id"
)
_own = Prepared(
    "SELECT a.*, who.name AS person, who.email AS address, ARRAY[]::text[] AS agreed"
    " FROM access a JOIN account who ON who.id = a.account WHERE a.id = $1 AND a.account = $2"
)
_patients = Prepared(
    "SELECT * FROM (SELECT DISTINCT ON (coalesce(a.email_key, a.portal::text)) a.*, p.name AS portal_name"
    " FROM access a LEFT JOIN portal p ON p.id = a.portal AND a.status = 'Current' WHERE a.account = $1"
    " ORDER BY coalesce(a.email_key, a.portal::text), a.asked_at DESC, a.id) newest ORDER BY asked_at, id"
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
    if reason is Reason.DENIED and row["asked_at"] + OPEN_FOR > clock.now():
        return Status.PENDING
    return status


async def people(visit: Visit) -> list[Person]:
    """Everybody on a portal's list, the newest row of each: those who wait first. Raises NotPermitted."""
    demand(visit, Permission.VIEW_ACCESS)
    return [_person(row) for row in await _people.rows(visit.portal, None)]


async def person(visit: Visit, access: UUID) -> Person:
    """One row of a portal's list. Raises NotPermitted, and NotFound for a row of another portal or an older one."""
    demand(visit, Permission.VIEW_ACCESS)
    row = await _people.first(visit.portal, access)
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
    """Everybody whose portal an account opens or has asked to open, the newest row of each, in the order of asking."""
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
        asked_at=row["asked_at"],
        decided_at=row["decided_at"],
        version=row["version"],
        agreed=tuple(row["agreed"]),
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


async def decide(visit: Visit, access: UUID, decision: Decision) -> Person:
    """Grants, narrows, widens, denies or revokes, and gives the row as it is then.

    Raises NotPermitted, NotFound, Changed when the row is newer than the form, and Refused with the rule's words.
    """
    demand(visit, Permission.DECIDE_ACCESS)
    async with transaction():
        rows = await run("SELECT * FROM access WHERE id = $1 AND portal = $2 FOR UPDATE", access, visit.portal)
        if not rows:
            raise NotFound
        row = rows[0]
        if row["version"] != decision.version:
            raise Changed
        _demand_decidable(visit, row)
        if decision.status is Status.CURRENT:
            await _grant(visit, row, decision)
        else:
            await _disable(visit, row, decision)
    return await person(visit, access)


def _demand_decidable(visit: Visit, row: Mapping[str, Any]) -> None:
    if row["account"] == visit.account:
        raise Refused("This is your own access. Choose Leave if you no longer want it")
    if row["basis"] is not None and not visit.owns:
        raise Refused("They are a guardian too. Neither of you can change the other's access")


async def _grant(visit: Visit, row: Mapping[str, Any], decision: Decision) -> None:
    status, reason = standing(row)
    if status is Status.DISABLED and reason not in GRANTABLE_AGAIN and not (reason is Reason.AGE_LIMIT and visit.owns):
        raise Refused(_no_way_back(reason), "status")
    unchanged = status is Status.CURRENT and (row["level"], row["role"]) == (decision.level, decision.role)
    if unchanged:
        return
    widens = status is not Status.CURRENT or _widens(row, decision)
    if widens and not await guardians.all_agree(visit, row, decision.level, decision.role):
        await _note_agreement(visit, row)
        return
    if row["account"] is None:
        await _write(visit, row, "access:agree", status=Status.PENDING, level=decision.level, role=decision.role)
        await owe(MailKind.ACCESS_OFFER, row["id"], row["email"])
        return
    kind = "access:change" if status is Status.CURRENT else "access:grant"
    await _write(visit, row, kind, status=Status.CURRENT, level=decision.level, role=decision.role)
    if widens:
        await tell_of_widening(visit, row["id"], row["version"] + 1)
    if status is not Status.CURRENT:
        email = (await run("SELECT email FROM account WHERE id = $1", row["account"]))[0]["email"]
        await owe(MailKind.ACCESS_DECISION, row["id"], email, once=str(row["version"] + 1))


async def _note_agreement(visit: Visit, row: Mapping[str, Any]) -> None:
    await run("UPDATE access SET version = version + 1 WHERE id = $1", row["id"])
    await audit.record(
        "access:agree", account=visit.account, portal=visit.portal, access=visit.access, subject=row["id"]
    )


async def _disable(visit: Visit, row: Mapping[str, Any], decision: Decision) -> None:
    status, reason = standing(row)
    if status is Status.PENDING:
        reason = Reason.WITHDRAWN if row["offered"] else Reason.DENIED
    elif status is Status.CURRENT:
        reason = Reason.REVOKED
    elif not decision.refuse_for_good or row["refused_for_good"]:
        return
    await _write(
        visit,
        row,
        {Reason.DENIED: "access:deny", Reason.REVOKED: "access:revoke"}.get(reason or Reason.DENIED, "access:end"),
        status=Status.DISABLED,
        level=row["level"],
        role=row["role"],
        reason=reason,
        refused_for_good=decision.refuse_for_good or row["refused_for_good"],
    )


async def _write(
    visit: Visit,
    row: Mapping[str, Any],
    kind: str,
    *,
    status: Status,
    level: str,
    role: str,
    reason: Reason | None = None,
    refused_for_good: bool = False,
) -> None:
    try:
        await run(
            "UPDATE access SET status = $2, level = $3, role = $4, reason = $5, refused_for_good = $6,"
            " decided_at = CASE WHEN $2 = 'Pending' THEN decided_at ELSE $7 END, decided_by = $8,"
            " version = version + 1, link_version = link_version + (CASE WHEN $2 = 'Disabled' THEN 1 ELSE 0 END)"
            " WHERE id = $1",
            row["id"],
            status.value,
            str(level),
            str(role),
            reason and reason.value,
            refused_for_good,
            clock.now(),
            visit.account,
        )
    except asyncpg.UniqueViolationError as error:
        raise Refused("There is a newer request from the same person. Open that one", "status") from error
    await run("DELETE FROM access_consent WHERE access = $1", row["id"])
    await audit.record(kind, account=visit.account, portal=visit.portal, access=visit.access, subject=row["id"])


def _widens(row: Mapping[str, Any], decision: Decision) -> bool:
    return (row["level"] != decision.level and decision.level is Level.CLINICAL) or (
        row["role"] != decision.role and decision.role is Role.EDIT
    )


def _no_way_back(reason: Reason | None) -> str:
    if reason is Reason.AGE_LIMIT:
        return "This access ended because of age. Only the young person can give it again"
    return "They ended this themselves. They can ask again"


async def tell_of_widening(visit: Visit, access: UUID, version: int) -> None:
    """Owes each controller of the portal a mail that somebody sees more now (B7)."""
    for email in await guardians.controllers_emails(visit.portal):
        await owe(MailKind.ACCESS_WIDENED, access, email, once=str(version))


async def leave(visit: Visit) -> None:
    """Ends one's own access. Raises NotPermitted for the owner, and Refused for the only guardian left."""
    demand(visit, Permission.LEAVE)
    async with transaction():
        if visit.controls:
            await guardians.demand_another(visit)
        left = await run(
            "UPDATE access SET status = 'Disabled', reason = 'left', decided_at = $3, decided_by = $2,"
            " version = version + 1 WHERE id = $1 AND account = $2 AND status = 'Current' RETURNING id",
            visit.access,
            visit.account,
            clock.now(),
        )
        if not left:
            raise NotFound
        await audit.record(
            "access:leave", account=visit.account, portal=visit.portal, access=visit.access, subject=visit.access
        )


async def sweep() -> None:
    """Writes down what has lapsed. The worker calls it; nothing waits for it to."""
    await run(
        "UPDATE access SET status = 'Disabled', reason = 'expired', version = version + 1,"
        " link_version = link_version + 1 WHERE status = 'Pending' AND expires_at <= $1",
        clock.now(),
    )
