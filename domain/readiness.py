"""Whether Kith is fit to serve."""

from datetime import timedelta

from db.engine import run
from db.migrate import pending
from domain import clock

LATE = timedelta(minutes=10)


async def state() -> dict[str, bool]:
    """Whether the database answers, all migrations have run, and no mail that is due has waited ten minutes untaken.

    Raises DatabaseGone.
    """
    await clock.read()
    late = await run(
        "SELECT FROM mail WHERE sent_at IS NULL AND failed_at IS NULL AND attempts = 0 AND due_at < $1 LIMIT 1",
        clock.now() - LATE,
    )
    return {"database": True, "migrations": not await pending(), "outbox": not late}
