"""When the mail that asks somebody to join comes back."""

from datetime import datetime
from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock
from domain.links import OPEN_FOR


async def failed(member: UUID, owed_at: datetime, _failure: str) -> None:
    """Marks somebody who is asked, for the owners to see, once. A mail that was owed before they were last asked says
    nothing about the newer one."""
    async with transaction():
        marked = await run(
            "UPDATE member SET undelivered_at = $3 WHERE id = $1 AND accepted_at IS NULL AND declined_at IS NULL"
            " AND undelivered_at IS NULL AND expires_at <= $2 RETURNING practice",
            member,
            owed_at + OPEN_FOR,
            clock.now(),
        )
        for row in marked:
            await audit.record("member:undelivered", account=None, practice=row["practice"], subject=member)
