"""Whether Kith is fit to serve."""

from datetime import timedelta

from db.engine import run
from db.migrate import pending
from domain import clock

LATE = timedelta(minutes=10)
LATE_OF_MANY = timedelta(days=1)
"""One of ten thousand waits for hours where a mail provider takes few a minute."""


async def state() -> dict[str, bool]:
    """Whether the database answers, all migrations have run, and no mail that is due has waited ten minutes untaken (a
    day, if it is one of many).

    Raises DatabaseGone.
    """
    await clock.read()
    late = await run(
        "SELECT FROM mail WHERE sent_at IS NULL AND failed_at IS NULL AND attempts = 0"
        " AND (NOT bulk AND due_at < $1 OR bulk AND due_at < $2) LIMIT 1",
        clock.now() - LATE,
        clock.now() - LATE_OF_MANY,
    )
    return {"database": True, "migrations": not await pending(), "outbox": not late}
