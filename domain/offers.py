"""Access that a guardian gives to an email: a mailed link takes it up (decision 5)."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg

from db.engine import run, transaction
from db.ids import new_id
from db.tables.access import Level, Role
from domain import (
    accounts,
    addresses,
    attempts,
    audit,
    bases,
    clock,
    confirmations,
    consents,
    controllers,
    lapses,
    passwords,
)  # fmt: skip
from domain.errors import LinkClosed, Refused
from domain.links import OPEN_FOR, demand_open
from domain.mail import MailKind, owe
from domain.permissions import Permission, demand
from domain.portals import Visit
from domain.sessions import Session


@dataclass(frozen=True)
class Offer:
    """Access that a guardian gives to an email. `relationship` is what the portal's person is to them; with a
    `basis` they become a guardian too, who has Clinical and Edit whatever is chosen."""

    name: str
    email: str
    relationship: str
    level: Level
    role: Role
    basis: str | None


async def offer(visit: Visit, given: Offer) -> bool:
    """Offers access to an email: it is mailed a link, once every guardian agrees. Tells whether it went out.

    Raises NotPermitted, and Refused where the portal has an owner, who asks people in another way, the ground does not
    fit the relationship, the email is on the list already, or too many have been written to today.
    """
    demand(visit, Permission.GIVE_ACCESS)
    if visit.owns:
        raise Refused("Ask them to choose Add Patient on their own Access page. Their request then comes to you")
    if given.basis is not None:
        bases.demand_fitting(given.basis, given.relationship)
        given = replace(given, level=Level.CLINICAL, role=Role.EDIT)
    await lapses.write_down(portal=visit.portal)
    async with transaction():
        await controllers.hold(visit.portal)
        row = await _write(visit, given)
        whole = await consents.all_agree(visit, row, given.level, given.role)
        if whole:
            await run("UPDATE access SET decided_by = $2 WHERE id = $1", row["id"], visit.account)
            await owe(MailKind.ACCESS_OFFER, row["id"], given.email.strip())
        await audit.record(
            "access:offer", account=visit.account, portal=visit.portal, access=visit.access, subject=row["id"]
        )
    return whole


async def _write(visit: Visit, given: Offer) -> dict[str, Any]:
    now, key = clock.now(), addresses.email_key(given.email)
    await _demand_new(visit, key)
    await attempts.spend_asking(visit.account)
    row = {"id": new_id(), "version": 1}
    await run(
        "INSERT INTO access (id, portal, asked_by, email, email_key, name, relationship, level, role, status, basis,"
        " offered, asked_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'Pending', $10, true, $11, $12)",
        row["id"],
        visit.portal,
        visit.account,
        given.email.strip(),
        key,
        given.name,
        given.relationship,
        given.level.value,
        given.role.value,
        given.basis,
        now,
        now + OPEN_FOR,
    )
    return row


async def _demand_new(visit: Visit, key: str) -> None:
    """One open offer or access for each email."""
    known = await run(
        "SELECT FROM access a LEFT JOIN account w ON w.id = a.account WHERE a.portal = $1"
        " AND a.status IN ('Pending', 'Current') AND $2 = coalesce(w.email_key, a.email_key)",
        visit.portal,
        key,
    )
    if known:
        raise Refused("They are on the list already. Choose Edit beside their name", "email")


async def offer_of(row: UUID, version: int) -> dict[str, Any]:
    """What an offer's link is about: giver (the guardian who let it out last, or
    another), portal_name, level, role, relationship, basis, email, and the account that
    the email has by now (known). Raises LinkClosed."""
    rows = await run(
        "SELECT o.id, o.portal, o.email, o.email_key, o.name, o.relationship, o.level, o.role, o.basis,"
        " o.link_version, o.expires_at, CASE WHEN o.account IS NOT NULL THEN o.asked_at END AS used_at,"
        " o.status = 'Disabled' AND o.reason <> 'expired' AS cancelled,"
        " p.name AS portal_name, known.id AS known, (SELECT w.name FROM access g JOIN account w ON w.id = g.account"
        "  WHERE g.portal = o.portal AND g.status = 'Current' AND g.basis IS NOT NULL ORDER BY"
        "  (g.account = o.decided_by) IS TRUE DESC, g.account = o.asked_by DESC, g.id LIMIT 1) AS giver"
        " FROM access o JOIN portal p ON p.id = o.portal"
        " LEFT JOIN account known ON known.email_key = o.email_key WHERE o.id = $1 AND o.offered",
        row,
    )
    return dict(demand_open(rows[0] if rows else None, version))


async def accept_offer(session: Session, row: UUID, version: int) -> UUID:
    """Takes up an offer with the login that it was sent to. Gives the portal's id.

    Raises LinkClosed('wrong account') for any other login, which leaves the link as it was.
    """
    found = await offer_of(row, version)
    if found["known"] != session.account:
        raise LinkClosed("wrong account")
    async with transaction():
        await _take(found, version, session.account)
    return UUID(str(found["portal"]))


async def set_up_and_accept(row: UUID, version: int, name: str, password: str) -> str:
    """Makes an account (a carer's, without a portal) for somebody who was offered access and had none, and takes the
    offer up. Gives the email to log in with. Raises LinkClosed and Refused."""
    found = await offer_of(row, version)
    await passwords.demand_good(password, personal=(name, found["email"]))
    password_hash = await passwords.hashed(password)
    async with transaction():
        await addresses.hold(found["email_key"])
        await offer_of(row, version)
        account = await accounts.create(name, found["email"], password_hash)
        await _take(found, version, account)
    return str(found["email"])


async def _take(found: dict[str, Any], version: int, account: UUID) -> None:
    """One claiming update wins. The row has the patient's name from now on, as one that was asked for has. The
    controllers are told that somebody sees more (B7)."""
    portal, row = found["portal"], found["id"]
    await controllers.hold(portal)
    try:
        taken = await run(
            "UPDATE access SET account = $3, name = $5, status = 'Current', decided_at = $4, decided_by = $3,"
            " version = version + 1 WHERE id = $1 AND link_version = $2 AND status = 'Pending' AND offered"
            " AND expires_at > $4 RETURNING id, version",
            row,
            version,
            account,
            clock.now(),
            found["portal_name"],
        )
    except asyncpg.UniqueViolationError as error:
        raise Refused("You can open this portal already. Choose it in the top right of any page") from error
    if not taken:
        await offer_of(row, version)
        raise LinkClosed("used")
    await consents.clear(taken[0])
    if found["basis"] is not None:
        await consents.start_anew(portal)
        await confirmations.ask(portal)
    await controllers.tell_of_widening(portal, row, taken[0]["version"])
    await audit.record("access:accept", account=account, portal=portal, access=row, subject=row)
