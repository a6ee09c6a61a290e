"""A practice asks somebody to work in it who has a login: they answer in their notifications (S5.5)."""

from emails.letter import Letter, Owed, link
from emails.member_asking import asking, words
from settings import Settings


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the asking `owed.subject`, to the email that was asked. Raises NoLongerDue."""
    return Letter("member_request", {**words(await asking(owed)), "link": link(settings, "account", "notifications")})
