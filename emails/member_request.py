"""A practice asks somebody to work in it who has a login: they answer in their notifications (S5.5)."""

from db.engine import run
from domain import clock
from domain.dates import long_date
from emails.letter import Email, Letter, Owed, link, still_due
from emails.member_set_up import ASKING
from settings import Settings


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the asking `owed.subject`, to the email that was asked. Raises NoLongerDue."""
    row = still_due(await run(ASKING, owed.subject, clock.now()))
    return Letter(
        "member_request",
        {
            "practice": row["practice"],
            "asker": row["name"] or "",
            "asker_email": Email(row["email"] or ""),
            "role_type": row["role_type"],
            "level": row["level"],
            "owner": row["owner"],
            "day": long_date(row["expires_at"]),
            "link": link(settings, "account", "notifications"),
        },
    )
