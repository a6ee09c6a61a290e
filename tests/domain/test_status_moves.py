"""Every move of an access's status, by everybody: PRODUCT.md's decision 2, told again without a look at the code."""

from itertools import product

import asyncpg
import pytest

from db.engine import run
from db.tables.access import Level, Role, Status
from domain import clock
from domain.errors import NotFound, NotPermitted, Refused
from domain.links import OPEN_FOR
from domain.permissions import Permission
from tests.cast import mails, someone
from tests.conftest import EMPTY
from tests.domain.sharing import decide, force, give, leo_of, let_in_leo, trail, trail_end

FROM = {
    "Pending": (Status.PENDING, None),
    "lapsed": (Status.PENDING, None),
    "Current": (Status.CURRENT, None),
    **{
        reason: (Status.DISABLED, reason)
        for reason in ("denied", "revoked", "expired", "left", "age limit", "withdrawn", "deceased")
    },
}
ACTIONS = ("grant", "disable", "disable for good")
BY = ("owner", "guardian", "somebody with Edit", "the person themselves", "stranger")
AGAIN = ("denied", "revoked", "expired", "lapsed")


def expected(by: str, start: str, action: str) -> object:
    """The rule: a status and reason, None for no change, or the refusal."""
    if by == "stranger" or (by == "the person themselves" and start != "Current"):
        return NotFound
    if by in ("somebody with Edit", "the person themselves"):
        return NotPermitted
    if action == "grant":
        if start == "Current":
            return None
        back = start == "Pending" or start in AGAIN or (start == "age limit" and by == "owner")
        return ("Current", None) if back else Refused
    if start == "Pending":
        return ("Disabled", "denied")
    if start == "Current":
        return ("Disabled", "revoked")
    reason = "expired" if start == "lapsed" else start
    return ("Disabled", reason) if action == "disable for good" else None


@pytest.fixture(scope="module")
async def people(engine, addresses):
    """Who acts in each case, and on which row: Kim's to Mina's portal, or hers to Leo's for his guardian."""
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    mina, kim, jun = await someone("Mina Park"), await someone("Kim Sato"), await someone("Jun Park")
    zed, leo = await someone("Zed Novak"), await leo_of(mina)
    await give(mina, jun, Level.CLINICAL, Role.EDIT)
    row, leos = await give(mina, kim), await let_in_leo(mina, leo, kim)
    # As if asked for: an offer that nobody has accepted has no account, and is tried in test_decisions.py.
    await run("UPDATE access SET offered = false WHERE id = $1", leos["id"])
    return {
        "owner": (mina, row),
        "guardian": (mina, leos),
        "somebody with Edit": (jun, row),
        "the person themselves": (kim, row),
        "stranger": (zed, row),
    }


@pytest.mark.parametrize(("by", "start", "action"), list(product(BY, FROM, ACTIONS)))
async def test_every_move_by_everybody(people, by, start, action):
    actor, row = people[by]
    await force(row, *FROM[start])
    expires_at = clock.now() + (-OPEN_FOR if start == "lapsed" else OPEN_FOR)
    await run(
        "UPDATE access SET refused_for_good = false, expires_at = $2, decided_by = NULL WHERE id = $1",
        row["id"],
        expires_at,
    )
    [before] = await run("SELECT * FROM access WHERE id = $1", row["id"])
    lines, owed = await trail_end(), len(await mails())
    status = Status.CURRENT if action == "grant" else Status.DISABLED
    result = expected(by, start, action)
    if isinstance(result, type):
        with pytest.raises(result) as refused:
            await decide(actor, before, status, for_good=action == "disable for good")
        assert result is not NotPermitted or refused.value.args == (Permission.DECIDE_ACCESS,)
    else:
        await decide(actor, before, status, for_good=action == "disable for good")
    [after] = await run("SELECT * FROM access WHERE id = $1", row["id"])
    if isinstance(result, tuple):
        assert (after["status"], after["reason"]) == result
        assert after["version"] == before["version"] + 1
        assert after["decided_by"] == actor.account
        assert after["refused_for_good"] is (action == "disable for good")
        assert len(await trail(lines)) == 1
    else:
        assert after == before
        assert (await trail(lines), len(await mails())) == ([], owed)
