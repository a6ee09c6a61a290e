"""How an invitation ends by itself, after 14 days."""

from collections.abc import Sequence
from uuid import UUID

from db.engine import run
from domain import clock


async def lapse(*, patients: Sequence[UUID] | None = None) -> None:
    """Writes down which invitations have expired: everywhere, or of some patients. They are locked in the order of
    their ids, as everybody does who takes many: nobody waits in a circle."""
    await run(
        "WITH held AS MATERIALIZED (SELECT id FROM invitation WHERE state = 'Pending' AND expires_at <= $1"
        "  AND ($2::uuid[] IS NULL OR patient = ANY ($2)) ORDER BY id FOR UPDATE)"
        " UPDATE invitation i SET state = 'Expired' FROM held WHERE i.id = held.id",
        clock.now(),
        patients,
    )


async def sweep() -> None:
    """Writes down what has expired. The worker calls it; nothing waits for it to."""
    await lapse()
