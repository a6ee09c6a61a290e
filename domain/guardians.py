"""Portals whose person has no login: their guardians act for them (decision 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from db.tables.access import Level, Role
from domain import accounts, audit, clock, passwords, portals
from domain.addresses import email_key
from domain.errors import LinkClosed, Refused
from domain.links import OPEN_FOR, demand_open
from domain.mail import MailKind, owe
from domain.permissions import Permission, demand
from domain.sessions import Session

PARENTAL = "Parental responsibility, self-declared"
BASES_FOR_ADULTS = (
    "Power of attorney, self-declared",
    "Guardianship order, self-declared",
    "They asked me to, self-declared",
)


@dataclass(frozen=True)
class Offer:
    """Access that a guardian gives to an email. `relationship` is what the portal's person is to them; with a
    `basis` they become a guardian too."""

    name: str
    email: str
    relationship: str
    level: Level
    role: Role
    basis: str | None


async def open_dependant(session: Session, name: str, relationship: str, basis: str) -> UUID:
    """Opens a portal for somebody without a login of their own; its creator is their guardian at once: Clinical,
    Edit. Gives the portal's id."""
    async with transaction():
        portal, now = await portals.create(name, owner=None, by=session.account), clock.now()
        access = new_id()
        await run(
            "INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, basis,"
            " asked_at, expires_at, decided_at, decided_by)"
            " VALUES ($1, $2, $3, $2, $4, $5, 'Clinical', 'Edit', 'Current', $6, $7, $7, $7, $2)",
            access,
            session.account,
            portal,
            name,
            relationship,
            basis,
            now,
        )
        await audit.record("portal:open-dependant", account=session.account, portal=portal, access=access)
    return portal


async def controllers_emails(portal: UUID) -> list[str]:
    """The login emails of a portal's controllers: its owner or, while there is none, its Current guardians."""
    rows = await run(
        "SELECT w.email FROM portal p JOIN account w ON w.id = p.owner WHERE p.id = $1 UNION"
        " SELECT w.email FROM portal p JOIN access a ON a.portal = p.id JOIN account w ON w.id = a.account"
        " WHERE p.id = $1 AND p.owner IS NULL AND a.status = 'Current' AND a.basis IS NOT NULL",
        portal,
    )
    return sorted(row["email"] for row in rows)


async def others(visit: portals.Visit) -> list[dict[str, Any]]:
    """The other Current guardians of a portal without a login (account, email), their rows locked so that none leaves
    or comes meanwhile. None, where the owner decides."""
    if visit.owns:
        return []
    return await run(
        "SELECT a.account, w.email FROM access a JOIN account w ON w.id = a.account WHERE a.portal = $1"
        " AND a.account <> $2 AND a.status = 'Current' AND a.basis IS NOT NULL ORDER BY a.id FOR UPDATE OF a",
        visit.portal,
        visit.account,
    )


async def demand_another(visit: portals.Visit) -> None:
    """Raises Refused for the last guardian: every portal always has a controller."""
    await run("SELECT FROM portal WHERE id = $1 FOR UPDATE", visit.portal)
    if not await others(visit):
        raise Refused(f"You are {visit.called}'s only guardian, so you cannot leave. Give access to another one first")


async def all_agree(visit: portals.Visit, row: Mapping[str, Any], level: Level, role: Role) -> bool:
    """Notes the visitor's yes to this level and role, and tells whether every other guardian has said the same. Those
    who have not are mailed."""
    waited_for = await others(visit)
    if not waited_for:
        return True
    await run(
        "INSERT INTO access_consent (id, access, account, level, role, at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (access, account) DO UPDATE SET level = $4, role = $5, at = $6",
        new_id(),
        row["id"],
        visit.account,
        level.value,
        role.value,
        clock.now(),
    )
    said = await run(
        "SELECT account FROM access_consent WHERE access = $1 AND level = $2 AND role = $3",
        row["id"],
        level.value,
        role.value,
    )
    agreed = {consent["account"] for consent in said}
    silent = [guardian["email"] for guardian in waited_for if guardian["account"] not in agreed]
    for email in silent:
        await owe(MailKind.ACCESS_CONSENT, row["id"], email, once=str(row["version"]))
    return not silent


async def offer(visit: portals.Visit, given: Offer) -> bool:
    """Offers access to an email: it is mailed a link, once every guardian agrees. Tells whether it went out.

    Raises NotPermitted, and Refused where the portal has an owner, who asks people in another way, or the email is on
    the list already.
    """
    demand(visit, Permission.GIVE_ACCESS)
    if visit.owns:
        raise Refused("Ask them to choose Add Patient on their own Access page. Their request then comes to you")
    async with transaction():
        row = await _write_offer(visit, given)
        whole = await all_agree(visit, row, given.level, given.role)
        if whole:
            await owe(MailKind.ACCESS_OFFER, row["id"], given.email.strip())
        await audit.record(
            "access:offer", account=visit.account, portal=visit.portal, access=visit.access, subject=row["id"]
        )
    return whole


async def _write_offer(visit: portals.Visit, given: Offer) -> dict[str, Any]:
    now, key = clock.now(), email_key(given.email)
    known = await run(
        "SELECT FROM access a LEFT JOIN account w ON w.id = a.account WHERE a.portal = $1"
        " AND a.status IN ('Pending', 'Current') AND $2 IN (a.email_key, w.email_key)",
        visit.portal,
        key,
    )
    if known:
        raise Refused("They are on the list already. Choose Edit beside their name", "email")
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


async def offer_of(row: UUID, version: int) -> dict[str, Any]:
    """What an offer's link is about: giver, portal_name, level, role, relationship, basis, email, and the account that
    the email has by now (known). Raises LinkClosed."""
    rows = await run(
        "SELECT o.id, o.portal, o.email, o.name, o.relationship, o.level, o.role, o.basis, o.link_version,"
        " o.expires_at,"
        " CASE WHEN o.status <> 'Pending' THEN o.asked_at END AS used_at, giver.name AS giver, p.name AS portal_name,"
        " known.id AS known FROM access o JOIN account giver ON giver.id = o.asked_by JOIN portal p ON p.id = o.portal"
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
        await _take_offer(row, version, session.account)
    return UUID(str(found["portal"]))


async def set_up_and_accept(row: UUID, version: int, name: str, password: str) -> str:
    """Makes an account (a carer's, without a portal) for somebody who was offered access and had none, and takes the
    offer up. Gives the email to log in with. Raises LinkClosed and Refused."""
    found = await offer_of(row, version)
    passwords.demand_good(password, personal=(name, found["email"]))
    password_hash = await passwords.hashed(password)
    async with transaction():
        account = await accounts.create(name, found["email"], password_hash)
        await _take_offer(row, version, account)
    return str(found["email"])


async def _take_offer(row: UUID, version: int, account: UUID) -> None:
    """One claiming update wins. The controllers are told that somebody sees more (B7)."""
    taken = await run(
        "UPDATE access SET account = $3, status = 'Current', decided_at = $4, decided_by = $3, version = version + 1"
        " WHERE id = $1 AND link_version = $2 AND status = 'Pending' AND offered AND expires_at > $4"
        " RETURNING portal, version",
        row,
        version,
        account,
        clock.now(),
    )
    if not taken:
        raise LinkClosed("used")
    portal = taken[0]["portal"]
    for email in await controllers_emails(portal):
        await owe(MailKind.ACCESS_WIDENED, row, email, once=str(taken[0]["version"]))
    await audit.record("access:accept", account=account, portal=portal, access=row, subject=row)
