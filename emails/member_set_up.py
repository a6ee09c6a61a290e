"""A practice asks somebody to work in it who has no login: a link that sets one up (S5.5, decision 22)."""

from domain.tokens import Purpose
from emails.letter import Letter, Owed, signed_link
from emails.member_asking import asking, words
from settings import Settings


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the asking `owed.subject`, to the email that was asked. Raises NoLongerDue."""
    row = await asking(owed)
    link = signed_link(settings, Purpose.JOINING, "joining", row)
    return Letter("member_set_up", {**words(row), "has_login": row["known"] is not None, "link": link})
