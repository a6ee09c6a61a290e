"""Somebody asks for access to a portal: who, for what, and where its owner decides (S1.1)."""

from db.engine import run
from domain import clock
from domain.addresses import email_key
from domain.dates import long_date
from emails.letter import Email, Letter, Owed, link, still_due
from settings import Settings

REQUEST = (
    "SELECT r.portal, r.relationship, r.level, r.role, r.expires_at, asker.name, asker.email"
    " FROM access r JOIN account asker ON asker.id = r.account JOIN portal p ON p.id = r.portal"
    " JOIN account owner ON owner.id = p.owner"
    " WHERE r.id = $1 AND r.status = 'Pending' AND NOT r.offered AND r.expires_at > $2 AND owner.email_key = $3"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the request `owed.subject`, to the portal's owner alone. Raises NoLongerDue."""
    row = still_due(await run(REQUEST, owed.subject, clock.now(), email_key(owed.recipient)))
    return Letter(
        "access_request",
        {
            "asker": row["name"],
            "asker_email": Email(row["email"]),
            "relationship": row["relationship"],
            "level": row["level"],
            "role": row["role"],
            "day": long_date(row["expires_at"]),
            "link": link(settings, "portal", row["portal"], "access"),
        },
    )
