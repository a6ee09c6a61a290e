"""What becomes of a family's invitations whose one mail could not be delivered."""

from datetime import datetime
from uuid import UUID

from db.engine import run, transaction
from domain.invitations import delivery


async def failed(family: UUID, owed_at: datetime, failure: str) -> None:
    """Marks each invitation of the family that waits Undeliverable and tells the practice of each, once: as `failed` of
    a single invitation does. One that was sent again by itself is no longer of the family."""
    async with transaction():
        waiting = "SELECT id FROM invitation WHERE family = $1 AND state = 'Pending' ORDER BY id FOR UPDATE"
        for row in await run(waiting, family):
            await delivery.failed(row["id"], owed_at, failure)
