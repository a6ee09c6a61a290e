"""A guardian gives somebody access to the portal of a person without a login: a link to take it up."""

from db.engine import run
from domain import clock
from domain.dates import long_date
from domain.tokens import Purpose
from emails.letter import Email, Letter, Owed, signed_link, still_due
from settings import Settings

# The giver is the guardian who let it out last, else the one who began it, else one who is Current.
OFFER = (
    "SELECT o.id, o.link_version, o.level, o.role, o.basis, o.expires_at, p.name AS whose, giver.name, giver.email"
    " FROM access o JOIN portal p ON p.id = o.portal CROSS JOIN LATERAL ("
    "  SELECT w.name, w.email FROM access g JOIN account w ON w.id = g.account WHERE g.portal = o.portal"
    "  AND g.status = 'Current' AND g.basis IS NOT NULL"
    "  ORDER BY (g.account = o.decided_by) IS TRUE DESC, g.account = o.asked_by DESC, g.id LIMIT 1) giver"
    " WHERE o.id = $1 AND o.offered AND o.status = 'Pending' AND o.expires_at > $2"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the offer `owed.subject`, to the email that it was made to. Raises NoLongerDue."""
    row = still_due(await run(OFFER, owed.subject, clock.now()))
    return Letter(
        "access_offer",
        {
            "giver": row["name"],
            "giver_email": Email(row["email"]),
            "whose": row["whose"],
            "guardian": row["basis"] is not None,
            "level": row["level"],
            "role": row["role"],
            "day": long_date(row["expires_at"]),
            "link": signed_link(settings, Purpose.ACCESS_OFFER, "access-offers", row),
        },
    )
