"""Somebody signed up with this email: is it theirs? Says nothing that they typed, for it may go to a stranger."""

from db.engine import run
from domain import clock
from domain.dates import long_date, short_time
from domain.tokens import Purpose
from emails.letter import Letter, Owed, signed_link, still_due
from settings import Settings

SIGN_UP = "SELECT id, link_version, expires_at FROM sign_up WHERE id = $1 AND used_at IS NULL AND expires_at > $2"


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the sign-up `owed.subject`. Raises NoLongerDue."""
    row = still_due(await run(SIGN_UP, owed.subject, clock.now()))
    return Letter(
        "confirm_email",
        {
            "link": signed_link(settings, Purpose.CONFIRM_EMAIL, "confirm-email", row),
            "day": long_date(row["expires_at"]),
            "time": short_time(row["expires_at"]),
        },
    )
