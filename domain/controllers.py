"""Who decides about a portal: its owner or, while nobody has its login, its Current guardians (decision 5)."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import run
from domain.errors import Refused
from domain.mail import MailKind, owe
from domain.portals import Visit


@dataclass(frozen=True)
class Guardian:
    """A Current guardian of a portal without a login."""

    account: UUID
    email: str


async def hold(portal: UUID) -> None:
    """Makes others who decide, come or go as this portal's guardians wait for the end of the caller's transaction.
    Take it before any row of the portal's accesses."""
    await run("SELECT FROM portal WHERE id = $1 FOR NO KEY UPDATE", portal)


async def emails(portal: UUID) -> list[str]:
    """The login emails of a portal's controllers, in order."""
    rows = await run(
        "SELECT w.email FROM portal p JOIN account w ON w.id = p.owner WHERE p.id = $1 UNION"
        " SELECT w.email FROM portal p JOIN access a ON a.portal = p.id JOIN account w ON w.id = a.account"
        " WHERE p.id = $1 AND p.owner IS NULL AND a.status = 'Current' AND a.basis IS NOT NULL",
        portal,
    )
    return sorted(row["email"] for row in rows)


async def tell_of_widening(portal: UUID, access: UUID, version: int) -> None:
    """Owes each controller of the portal a mail that somebody sees more now (B7)."""
    for email in await emails(portal):
        await owe(MailKind.ACCESS_WIDENED, access, email, once=str(version))


async def other_guardians(visit: Visit) -> list[Guardian]:
    """The Current guardians of a portal without a login, but for the visitor. None where the owner decides."""
    if visit.owns:
        return []
    rows = await run(
        "SELECT a.account, w.email FROM access a JOIN account w ON w.id = a.account WHERE a.portal = $1"
        " AND a.account <> $2 AND a.status = 'Current' AND a.basis IS NOT NULL ORDER BY a.id",
        visit.portal,
        visit.account,
    )
    return [Guardian(**row) for row in rows]


async def demand_another(visit: Visit) -> None:
    """Raises Refused for the last guardian: every portal always has a controller."""
    if not await other_guardians(visit):
        raise Refused(
            f"You are {visit.called}'s only guardian, so you cannot leave. Give access to another guardian first"
        )
