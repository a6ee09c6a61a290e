"""What stands for a patient's name wherever names are hidden: KT and six digits (decision 18)."""

from uuid import UUID

import asyncpg

from db.engine import run
from db.ids import new_id
from domain.errors import Refused

CODES = 1_000_000
"""How many there are for one practice."""
TAKEN = (asyncpg.UniqueViolationError, asyncpg.LockNotAvailableError)
"""What PostgreSQL answers where a code became somebody else's after it was drawn, or is about to: try another."""


def some(how_many: int) -> list[str]:
    """Codes drawn at random, each once, which patients may have already."""
    drawn: dict[str, None] = {}
    while len(drawn) < how_many:
        # The last digits of a random id, so that the QA room's are the same at every reset.
        drawn |= dict.fromkeys(f"KT{new_id().int % CODES:06d}" for _ in range(how_many - len(drawn)))
    return list(drawn)


async def demand_room(practice: UUID, how_many: int) -> None:
    """Raises Refused when the practice has too many patients for so many more."""
    [row] = await run("SELECT count(*) AS many FROM patient WHERE practice = $1", practice)
    if row["many"] + how_many > CODES // 2:
        raise Refused(f"A practice can have at most {CODES // 2:,} patients")


async def wait_no_longer() -> None:
    """Before one patient is written: an import that has the same code, and thousands of rows to go, is not waited for
    but answered with one of TAKEN. Holds until the caller's transaction ends."""
    await run("SELECT set_config('lock_timeout', '250ms', true)")


async def draw(practice: UUID, how_many: int) -> list[str]:
    """Codes that no patient of the practice has. Nobody waits for anybody: two who draw the same meet at the table's
    UNIQUE (practice, code), and the second draws again.

    Raises Refused when the practice has too many patients for so many more.
    """
    await demand_room(practice, how_many)
    drawn: dict[str, None] = {}
    while len(drawn) < how_many:
        fresh = some(how_many - len(drawn))
        rows = await run("SELECT code FROM patient WHERE practice = $1 AND code = ANY ($2)", practice, fresh)
        used = {row["code"] for row in rows}
        drawn |= {code: None for code in fresh if code not in used}
    return list(drawn)
