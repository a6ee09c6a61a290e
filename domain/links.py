"""When a mailed link opens nothing, and why."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from db.engine import run
from domain import clock
from domain.errors import LinkClosed

OPEN_FOR = timedelta(days=14)
"""How long a request or an offer waits, and the link that was mailed with it."""

KEPT_FOR = timedelta(days=30)
"""How long the rows of sign-ups and resets stay, so that an old link can say what became of it."""


def demand_open(row: Mapping[str, Any] | None, version: int) -> Mapping[str, Any]:
    """The row that a link names, when the link is its last one, unused and in time.

    `row` has link_version, used_at, expires_at and, where it can be taken back, cancelled. Raises LinkClosed:
    'malformed', 'used', 'cancelled', 'ended' or 'expired'.
    """
    if row is None:
        raise LinkClosed("malformed")
    if row["used_at"] is not None:
        raise LinkClosed("used")
    if row.get("cancelled"):
        raise LinkClosed("cancelled")
    if row["link_version"] != version:
        raise LinkClosed("ended")
    if row["expires_at"] <= clock.now():
        raise LinkClosed("expired")
    return row


async def use(table: str, row: UUID, version: int) -> None:
    """Uses a link up, in the caller's transaction. One claiming update wins; whoever comes second is told that it was
    used. `table` is a name of ours. Raises LinkClosed."""
    claimed = await run(
        f"UPDATE {table} SET used_at = $3 WHERE id = $1 AND link_version = $2 AND used_at IS NULL RETURNING *",  # noqa: S608 - two names of ours
        row,
        version,
        clock.now(),
    )
    demand_open({**claimed[0], "used_at": None} if claimed else {"used_at": clock.now()}, version)
