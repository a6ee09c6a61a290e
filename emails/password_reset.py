"""A way to a new password, good for an hour."""

from db.engine import run
from domain import clock
from domain.dates import long_date, short_time
from domain.tokens import Purpose
from emails.letter import Letter, Owed, signed_link, still_due
from settings import Settings

RESET = (
    "SELECT id, link_version, expires_at FROM password_reset"
    " WHERE id = $1 AND used_at IS NULL AND expires_at > $2"
    " AND NOT EXISTS (SELECT FROM password_reset newer WHERE newer.account = password_reset.account"
    "                 AND newer.created_at > password_reset.created_at)"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter with the link of the reset `owed.subject`. Raises NoLongerDue, also when a newer one was asked for."""
    row = still_due(await run(RESET, owed.subject, clock.now()))
    return Letter(
        "password_reset",
        {
            "link": signed_link(settings, Purpose.RESET_PASSWORD, "reset-password", row),
            "day": long_date(row["expires_at"]),
            "time": short_time(row["expires_at"]),
        },
    )
