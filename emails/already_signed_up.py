"""Somebody signed up with an email that has a login. The page says nothing of it; this mail does."""

from db.engine import run
from emails.letter import Letter, Owed, link, still_due
from settings import Settings


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter to the account `owed.subject`. Raises NoLongerDue."""
    still_due(await run("SELECT id FROM account WHERE id = $1", owed.subject))
    words = {"login": link(settings, "login"), "forgotten": link(settings, "forgot-password")}
    return Letter("already_signed_up", words)
