"""What the two letters share in which a practice asks somebody to work in it."""

from typing import Any

from db.engine import run
from domain import clock
from domain.dates import long_date
from emails.letter import Email, Owed, still_due

_ASKING = (
    "SELECT m.id, m.link_version, m.role_type, m.level, m.owner, m.expires_at, c.name AS practice,"
    " asker.name, asker.email, known.id AS known FROM member m JOIN practice c ON c.id = m.practice"
    " LEFT JOIN account asker ON asker.id = m.asked_by LEFT JOIN account known ON known.email_key = m.email_key"
    " WHERE m.id = $1 AND m.accepted_at IS NULL AND m.declined_at IS NULL AND m.expires_at > $2"
)


async def asking(owed: Owed) -> dict[str, Any]:
    """The row of the asking `owed.subject`, and whether somebody has a login with its email as `known`. Raises
    NoLongerDue."""
    return still_due(await run(_ASKING, owed.subject, clock.now()))


def words(row: dict[str, Any]) -> dict[str, object]:
    """Who asks, for what, and until when."""
    return {
        "practice": row["practice"],
        "asker": row["name"] or "",
        "asker_email": Email(row["email"] or ""),
        "role_type": row["role_type"],
        "level": row["level"],
        "owner": row["owner"],
        "day": long_date(row["expires_at"]),
    }
