"""How an account stands in a portal, read afresh each time."""

from uuid import uuid4

import pytest

from db.engine import run
from db.tables.access import Level, Role, Status
from domain import accounts, portals
from domain.errors import NotFound
from tests.cast import HASH, someone
from tests.domain.sharing import ask, decide, give, leo_of, row_of, trail, trail_end


async def test_the_owner_has_everything_and_no_access_row(database):
    mina = await someone("Mina Park")
    visit = await mina.visit()
    assert (visit.owns, visit.controls, visit.level, visit.role, visit.access) == (
        True,
        True,
        Level.CLINICAL,
        Role.EDIT,
        None,
    )


@pytest.mark.parametrize("state", ["absent", "stranger", "pending", "denied", "revoked", "expired", "age limit"])
async def test_absent_never_theirs_and_no_longer_theirs_are_one_answer(database, state):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    portal = uuid4() if state == "absent" else mina.portal
    if state in ("pending", "denied"):
        await ask(kim, mina.email)
    elif state not in ("absent", "stranger"):
        await give(mina, kim)
    if state not in ("absent", "stranger", "pending"):
        await run("UPDATE access SET status = 'Disabled', reason = $1", state)
    with pytest.raises(NotFound) as missing:
        await kim.visit(portal)
    assert missing.value.args == ()


async def test_what_is_revoked_stops_at_the_very_next_request_and_what_is_narrowed_narrows(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await give(mina, kim, Level.CLINICAL, Role.EDIT)
    for level in Level:
        for role in Role:
            await decide(mina, row, Status.CURRENT, level, role)
            visit = await kim.visit(mina.portal)
            assert (visit.level, visit.role, visit.access, visit.owns, visit.controls) == (
                level,
                role,
                row["id"],
                False,
                False,
            )
    await decide(mina, row, Status.DISABLED)
    with pytest.raises(NotFound):
        await kim.visit(mina.portal)


async def test_somebody_with_access_to_a_childs_portal_does_not_control_it(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    leo = await leo_of(mina)
    await run(
        "INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, asked_at,"
        " expires_at) SELECT gen_random_uuid(), $1, portal, asked_by, name, relationship, level, role, status,"
        " asked_at, expires_at FROM access WHERE portal = $2",
        kim.account,
        leo,
    )
    assert ((await mina.visit(leo)).controls, (await kim.visit(leo)).controls) == (True, False)


@pytest.mark.parametrize(
    ("name", "preferred", "called"),
    [("Mina Park", "", "Mina"), ("Mina Park", "Min", "Min"), ("Plato", "", "Plato"), ("Jose Luis Sol", "", "Jose")],
)
def test_what_somebody_is_called(name, preferred, called):
    assert portals.called(name, preferred) == called


async def test_a_portal_opens_empty_with_its_funding_and_a_line_in_the_trail(database):
    account, lines = await accounts.create("Mina Park", "mina@example.com", HASH), await trail_end()
    portal = await portals.open_for(account, "Mina Park", "mina@example.com")
    assert [(line["kind"], line["account"], line["portal"]) for line in await trail(lines)] == [
        ("portal:open", account, portal)
    ]
    [row] = await run("SELECT * FROM portal")
    assert (row["owner"], row["created_by"], row["name"], row["email"]) == (
        account,
        account,
        "Mina Park",
        "mina@example.com",
    )
    assert len(await run("SELECT FROM funding WHERE portal = $1", portal)) == 1


async def test_a_lapsed_request_does_not_come_out_with_a_portal(database):
    kim, rosa = await someone("Kim Sato"), await someone("Rosa Ibarra", portal=False)
    await ask(kim, rosa.email)
    await run("UPDATE access SET expires_at = asked_at")
    await portals.open_for(rosa.account, "Rosa Ibarra", rosa.email)
    assert (await row_of(kim))["portal"] is None
