"""Somebody asks for access to the portal of a person who has none yet: a link that opens one (S2.5)."""

from db.engine import run
from domain import clock
from domain.dates import long_date
from domain.tokens import Purpose
from emails.letter import Email, Letter, Owed, signed_link, still_due
from settings import Settings

REQUEST = (
    "SELECT r.id, r.link_version, r.level, r.role, r.expires_at, asker.name, asker.email, known.id AS known"
    " FROM access r JOIN account asker ON asker.id = r.account LEFT JOIN account known ON known.email_key = r.email_key"
    " WHERE r.id = $1 AND r.portal IS NULL AND r.status = 'Pending' AND NOT r.held_back AND r.expires_at > $2"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the request `owed.subject`, to the email that was asked. Raises NoLongerDue."""
    row = still_due(await run(REQUEST, owed.subject, clock.now()))
    return Letter(
        "set_up",
        {
            "asker": row["name"],
            "asker_email": Email(row["email"]),
            "level": row["level"],
            "role": row["role"],
            "has_login": row["known"] is not None,
            "day": long_date(row["expires_at"]),
            "link": signed_link(settings, Purpose.SET_UP, "set-up", row),
        },
    )
