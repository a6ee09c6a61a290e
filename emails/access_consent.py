"""One guardian wants to give a third person access: another one is asked to agree (decision 5)."""

from db.engine import run
from domain import clock
from domain.addresses import email_key
from emails.letter import Email, Letter, Owed, link, still_due
from settings import Settings

# The newest yes of another guardian, unless the one told has said the same already or is a guardian no longer.
WAITING = (
    "SELECT a.portal, p.name AS whose, coalesce(who.name, a.name) AS name, coalesce(who.email, a.email) AS email,"
    " c.level, c.role, guardian.name AS guardian"
    " FROM access a JOIN portal p ON p.id = a.portal LEFT JOIN account who ON who.id = a.account"
    " JOIN account told ON told.email_key = $2"
    " JOIN access mine ON mine.portal = p.id AND mine.account = told.id AND mine.status = 'Current'"
    "  AND mine.basis IS NOT NULL"
    " JOIN access_consent c ON c.access = a.id AND c.account <> told.id"
    " JOIN account guardian ON guardian.id = c.account"
    " WHERE a.id = $1 AND p.owner IS NULL AND (a.status <> 'Pending' OR a.expires_at > $3)"
    " AND NOT EXISTS (SELECT FROM access_consent own WHERE own.access = a.id AND own.account = told.id"
    "                 AND (own.level, own.role) = (c.level, c.role))"
    " ORDER BY c.at DESC, c.id LIMIT 1"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the access `owed.subject`, to one guardian who has not agreed. Raises NoLongerDue."""
    row = still_due(await run(WAITING, owed.subject, email_key(owed.recipient), clock.now()))
    return Letter(
        "access_consent",
        {
            "guardian": row["guardian"],
            "who": row["name"],
            "who_email": Email(row["email"]),
            "whose": row["whose"],
            "level": row["level"],
            "role": row["role"],
            "link": link(settings, "portal", row["portal"], "access"),
        },
    )
