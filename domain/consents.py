"""What guardians of one portal agree on: a third person gets access, or more of it, when all say the same."""

from collections.abc import Mapping
from typing import Any

from db.engine import run
from db.ids import new_id
from db.tables.access import Level, Role
from domain import clock, controllers
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
        "SELECT account FROM access_consent WHERE access = $1 AND level = $2 AND role = $3",
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


async def clear(row: Mapping[str, Any]) -> None:
    """Forgets what was agreed about a row, once it is decided."""
    await run("DELETE FROM access_consent WHERE access = $1", row["id"])
