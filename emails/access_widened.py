"""Somebody sees more of a portal now: each of its controllers is told (B7)."""

from db.engine import run
from domain.addresses import email_key
from emails.letter import Email, Letter, Owed, link, still_due
from settings import Settings

WIDENED = (
    "SELECT a.portal, a.level, a.role, a.basis, p.name AS whose, who.name, who.email, p.owner = told.id AS own"
    " FROM access a JOIN portal p ON p.id = a.portal JOIN account who ON who.id = a.account"
    " JOIN account told ON told.email_key = $2"
    " WHERE a.id = $1 AND a.status = 'Current' AND a.account <> told.id"
    " AND (p.owner = told.id OR (p.owner IS NULL AND EXISTS"
    " (SELECT FROM access g WHERE g.portal = p.id AND g.account = told.id AND g.status = 'Current'"
    "  AND g.basis IS NOT NULL)))"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the access `owed.subject`, to another one who controls the portal. Raises NoLongerDue, also for
    one who does so no longer and once the access has ended."""
    row = still_due(await run(WIDENED, owed.subject, email_key(owed.recipient)))
    return Letter(
        "access_widened",
        {
            "who": row["name"],
            "who_email": Email(row["email"]),
            "whose": row["whose"],
            "own": bool(row["own"]),
            "guardian": row["basis"] is not None,
            "level": row["level"],
            "role": row["role"],
            "link": link(settings, "portal", row["portal"], "access"),
        },
    )
