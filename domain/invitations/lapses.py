"""How an invitation ends by itself, after 14 days."""

from uuid import UUID

from db.engine import run
from domain import clock


async def lapse(*, patient: UUID | None = None) -> None:
    """Writes down which invitations have expired: everywhere, or of one patient."""
    await run(
        "UPDATE invitation SET state = 'Expired' WHERE state = 'Pending' AND expires_at <= $1"
        " AND ($2::uuid IS NULL OR patient = $2)",
        clock.now(),
        patient,
    )


async def sweep() -> None:
    """Writes down what has expired. The worker calls it; nothing waits for it to."""
    await lapse()
