"""A practice asks somebody to work in it who has no login: a link that sets one up (S5.5, decision 22)."""

from db.engine import run
from domain import clock
from domain.dates import long_date
from domain.tokens import Purpose
from emails.letter import Email, Letter, Owed, signed_link, still_due
from settings import Settings

ASKING = (
    "SELECT m.id, m.link_version, m.role_type, m.level, m.owner, m.expires_at, c.name AS practice,"
    " asker.name, asker.email, known.id AS known FROM member m JOIN practice c ON c.id = m.practice"
    " LEFT JOIN account asker ON asker.id = m.asked_by LEFT JOIN account known ON known.email_key = m.email_key"
    " WHERE m.id = $1 AND m.accepted_at IS NULL AND m.declined_at IS NULL AND m.expires_at > $2"
)


async def build(owed: Owed, settings: Settings) -> Letter:
    """The letter about the asking `owed.subject`, to the email that was asked. Raises NoLongerDue."""
    row = still_due(await run(ASKING, owed.subject, clock.now()))
    return Letter(
        "member_set_up",
        {
            "practice": row["practice"],
            "asker": row["name"] or "",
            "asker_email": Email(row["email"] or ""),
            "role_type": row["role_type"],
            "level": row["level"],
            "owner": row["owner"],
            "has_login": row["known"] is not None,
            "day": long_date(row["expires_at"]),
            "link": signed_link(settings, Purpose.JOINING, "joining", row),
        },
    )
