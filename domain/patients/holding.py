"""Many patients of a practice held at once, whatever is to be done with them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from db.engine import run
from domain.errors import Refused

BUSY = (
    "These patients are being changed just now, by an import perhaps, so nothing was done. Wait a minute, then press"
    " the button again"
)
_HOLD = (
    "SELECT count(*) FROM (SELECT FROM patient WHERE practice = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE)"
    " AS held"
)
_WAIT = "SELECT set_config('lock_timeout', $1, true)"
"""Shorter than the second after which PostgreSQL looks for those who wait in a circle."""


async def hold_all(practice: UUID, patients: Sequence[UUID]) -> None:
    """Locks patients in the order of their ids, to the end of the caller's transaction. What is to be known of them is
    read in a statement after this one. Raises Refused where somebody holds one of them for long, as an import does,
    which takes them in another order: nobody waits in a circle."""
    await run(_WAIT, "900ms")
    try:
        await run(_HOLD, practice, patients)
    except asyncpg.LockNotAvailableError as error:
        raise Refused(BUSY) from error
    await run(_WAIT, "0")
