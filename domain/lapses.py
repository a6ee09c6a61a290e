"""How what waits ends by itself: after 14 days, or when it is needed no longer."""

from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock, consents


async def write_down(*, portal: UUID | None = None, account: UUID | None = None) -> None:
    """Writes down what has lapsed: everywhere, or of one portal or account. What was agreed about it is forgotten.

    Each row is a transaction of its own, so that one never waits for another's portal.
    """
    lapsed = await run(
        "SELECT id FROM access WHERE status = 'Pending' AND expires_at <= $1"
        " AND ($2::uuid IS NULL OR portal = $2) AND ($3::uuid IS NULL OR account = $3)",
        clock.now(),
        portal,
        account,
    )
    for row in lapsed:
        async with transaction():
            await _write_down(row["id"])


async def _write_down(access: UUID) -> None:
    lapsed = await run(
        "UPDATE access SET status = 'Disabled', reason = 'expired', version = version + 1"
        " WHERE id = $1 AND status = 'Pending' AND expires_at <= $2 RETURNING id, portal, expires_at",
        access,
        clock.now(),
    )
    for row in lapsed:
        await consents.clear_lapsed(row)
        if row["portal"]:
            await audit.record("access:lapse", account=None, portal=row["portal"], subject=access)


async def end_held_back(account: UUID, portal: UUID) -> None:
    """Ends what somebody asked again of a portal's owner too soon after a denial, once they are let in after all: it
    would lie on top of what they were given. Nobody was told of it, and nobody is now."""
    await run(
        "UPDATE access a SET status = 'Disabled', reason = 'expired' FROM portal p JOIN account w ON w.id = p.owner"
        " WHERE p.id = $2 AND a.account = $1 AND a.email_key = w.email_key AND a.held_back AND a.status = 'Pending'",
        account,
        portal,
    )
