"""A guardian gives somebody access to the portal of a person without a login: a link to take it up."""

from db.engine import run
from domain import clock
from domain.dates import long_date
from domain.tokens import Purpose
from emails.letter import Email, Letter, Owed, signed_link, still_due
from settings import Settings

OFFER = (
    "SELECT o.id, o.link_version, o.level, o.role, o.basis, o.expires_at, p.name AS whose, giver.name, giver.email"
    " FROM access o JOIN account giver ON giver.id = o.asked_by JOIN portal p ON p.id = o.portal"
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
