"""A password was changed, and what to do if its owner did not do it (ASVS 6.3.7)."""

from db.engine import run
from domain.dates import long_date, short_time
from emails.letter import Letter, Owed, link, still_due
from settings import Settings


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter to the account `owed.subject`. Raises NoLongerDue."""
    still_due(await run("SELECT id FROM account WHERE id = $1", owed.subject))
    return Letter(
        "password_changed",
        {
            "link": link(settings, "forgot-password"),
            "access": link(settings, "account", "access"),
            "day": long_date(owed.created_at),
            "time": short_time(owed.created_at),
        },
    )
