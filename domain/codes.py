"""What stands for a patient's name wherever names are hidden: KT and six digits (decision 18)."""

from uuid import UUID

from db.engine import run
from db.ids import new_id
from domain.errors import Refused

CODES = 1_000_000
"""How many there are for one practice."""


async def draw(practice: UUID, how_many: int) -> list[str]:
    """Codes that no patient of the practice has, in the caller's transaction, which keeps others from drawing the same.

    Raises Refused when the practice has too many patients for so many more.
    """
    [row] = await run(
        "SELECT (SELECT count(*) FROM patient WHERE practice = c.id) AS many FROM practice c WHERE c.id = $1"
        " FOR NO KEY UPDATE",
        practice,
    )
    if row["many"] + how_many > CODES // 2:
        raise Refused(f"A practice can have at most {CODES // 2:,} patients")
    drawn: dict[str, None] = {}
    while len(drawn) < how_many:
        # The last digits of a random id, so that the QA room's are the same at every reset.
        fresh = [f"KT{new_id().int % CODES:06d}" for _ in range(how_many - len(drawn))]
        rows = await run("SELECT code FROM patient WHERE practice = $1 AND code = ANY ($2)", practice, fresh)
        used = {row["code"] for row in rows}
        drawn |= {code: None for code in fresh if code not in used}
    return list(drawn)
