"""What somebody does first who was asked for access and has no portal yet: a mailed link opens one (S2.5)."""

from typing import Any
from uuid import UUID

from db.engine import run, transaction
from domain import accounts, addresses, clock, passwords, portals
from domain.errors import LinkClosed
from domain.links import demand_open
from domain.sessions import Session


async def request_of(row: UUID, version: int) -> dict[str, Any]:
    """What a set-up link is about: who asks (asker), for what (level, role), of whom (email, name) and whether that
    email has a login by now (account). Raises LinkClosed."""
    rows = await run(
        "SELECT r.id, r.email, r.email_key, r.name, r.relationship, r.level, r.role, r.link_version, r.expires_at,"
        " CASE WHEN r.portal IS NOT NULL THEN r.asked_at END AS used_at,"
        " r.status = 'Disabled' AND r.reason <> 'expired' AS cancelled,"
        " asker.name AS asker, asker.email AS asker_email, known.id AS known, portal.id AS known_portal"
        " FROM access r JOIN account asker ON asker.id = r.account"
        " LEFT JOIN account known ON known.email_key = r.email_key LEFT JOIN portal ON portal.owner = known.id"
        " WHERE r.id = $1 AND NOT r.held_back",
        row,
    )
    return dict(demand_open(rows[0] if rows else None, version))


async def set_up(row: UUID, version: int, name: str, password: str) -> str:
    """Makes account and portal together for somebody who was asked and had neither; the request stands there, Pending.

    Gives the email to log in with. Raises LinkClosed, and Refused for a bad password or an email that has a login.
    """
    request = await request_of(row, version)
    await passwords.demand_good(password, personal=(name, request["email"]))
    password_hash = await passwords.hashed(password)
    async with transaction():
        await _take(row, version, request["email_key"])
        account = await accounts.create(name, request["email"], password_hash)
        await portals.open_for(account, name, request["email"])
    return str(request["email"])


async def open_portal(session: Session, row: UUID, version: int) -> UUID:
    """Opens an empty portal for somebody who was asked and has a login but no portal. Gives the portal's id.

    Raises LinkClosed('wrong account') for anybody else's login, which leaves the link as it was.
    """
    request = await request_of(row, version)
    if request["known"] != session.account:
        raise LinkClosed("wrong account")
    async with transaction():
        await _take(row, version, request["email_key"])
        return await portals.open_for(session.account, session.name, session.email)


async def _take(row: UUID, version: int, key: str) -> None:
    """One claiming update wins; whoever comes second is told that the link was used."""
    await addresses.hold(key)
    taken = await run(
        "UPDATE access SET link_version = link_version + 1 WHERE id = $1 AND link_version = $2 AND portal IS NULL"
        " AND status = 'Pending' AND expires_at > $3 RETURNING id",
        row,
        version,
        clock.now(),
    )
    if not taken:
        await request_of(row, version)
        raise LinkClosed("used")
