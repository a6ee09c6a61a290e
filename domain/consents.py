"""What guardians of one portal agree on: a third person gets access, or more of it, when all say the same."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db.engine import run
from db.ids import new_id
from db.tables.access import Level, Role
from domain import audit, clock, controllers
from domain.mail import MailKind, owe
from domain.portals import Visit


async def all_agree(visit: Visit, row: Mapping[str, Any], level: Level, role: Role) -> bool:
    """Notes the visitor's yes to this level and role, and tells whether every other guardian has said the same. Those
    who have not are mailed, once for each new yes. Needs `controllers.hold`."""
    others = await controllers.other_guardians(visit)
    if not others:
        return True
    new = await run(
        "INSERT INTO access_consent (id, access, account, level, role, at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (access, account) DO UPDATE SET level = $4, role = $5, at = $6"
        " WHERE (access_consent.level, access_consent.role) <> ($4, $5) RETURNING id",
        new_id(),
        row["id"],
        visit.account,
        level.value,
        role.value,
        clock.now(),
    )
    said = await run(
        "SELECT c.account FROM access_consent c JOIN access a ON a.id = c.access"
        " WHERE c.access = $1 AND c.level = $2 AND c.role = $3 AND c.at >= a.asked_at",
        row["id"],
        level.value,
        role.value,
    )
    agreed = {consent["account"] for consent in said}
    silent = [guardian.email for guardian in others if guardian.account not in agreed]
    for email in silent if new else ():
        await owe(MailKind.ACCESS_CONSENT, row["id"], email, once=str(row["version"]))
    return not silent


async def take_back(visit: Visit, row: Mapping[str, Any]) -> bool:
    """Takes the visitor's yes back. Tells whether there was one."""
    gone = await run(
        "DELETE FROM access_consent WHERE access = $1 AND account = $2 RETURNING id", row["id"], visit.account
    )
    return bool(gone)


async def start_anew(portal: UUID) -> None:
    """Ends the other offers of a portal and forgets every yes that waits, because somebody has become its guardian who
    said yes to none of them. Needs `controllers.hold`."""
    await run("DELETE FROM access_consent c USING access a WHERE a.id = c.access AND a.portal = $1", portal)
    ended = await run(
        "UPDATE access SET status = 'Disabled', reason = 'withdrawn', decided_at = $2, decided_by = NULL,"
        " version = version + 1, link_version = link_version + 1"
        " WHERE portal = $1 AND offered AND status = 'Pending' RETURNING id",
        portal,
        clock.now(),
    )
    for row in ended:
        await audit.record("access:end", account=None, portal=portal, subject=row["id"])


async def clear_lapsed(row: Mapping[str, Any]) -> None:
    """Forgets what was agreed about a row before it lapsed."""
    await run("DELETE FROM access_consent WHERE access = $1 AND at < $2", row["id"], row["expires_at"])


async def clear(row: Mapping[str, Any]) -> None:
    """Forgets what was agreed about a row, once it is decided."""
    await run("DELETE FROM access_consent WHERE access = $1", row["id"])
