"""A request was granted. A denial is never mailed (decision 2)."""

from db.engine import run
from domain.addresses import email_key
from emails.letter import Letter, Owed, link, still_due
from settings import Settings

GRANTED = (
    "SELECT p.name, a.level, a.role FROM access a JOIN portal p ON p.id = a.portal"
    " JOIN account who ON who.id = a.account"
    " WHERE a.id = $1 AND a.status = 'Current' AND who.email_key = $2"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the access `owed.subject`, to whoever has it. Raises NoLongerDue, also once it has ended."""
    row = still_due(await run(GRANTED, owed.subject, email_key(owed.recipient)))
    return Letter(
        "access_decision",
        {
            "whose": row["name"],
            "level": row["level"],
            "role": row["role"],
            "link": link(settings, "account", "access"),
        },
    )
