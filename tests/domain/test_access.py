"""The lists of an Access page, and leaving."""

import pytest

from db.engine import counting, run
from db.tables.access import Level, Role, Status
from domain import access, controllers
from domain.errors import NotFound, NotPermitted
from tests.cast import mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import ask, decide, give, leo_of, let_in_leo, listed, row_of, seen_by, trail, trail_end


async def test_those_who_wait_come_first_then_by_name(database):
    mina = await someone("Mina Park")
    people = {name: await someone(name) for name in ("Kim Sato", "Ana Silva", "Zed Novak", "Jun Park", "Bo Lind")}
    for name in ("Zed Novak", "Jun Park"):
        await ask(people[name], mina.email)
    for name in ("Kim Sato", "Ana Silva"):
        await give(mina, people[name])
    await decide(mina, await give(mina, people["Bo Lind"]), Status.DISABLED)
    assert [(person.name, person.status) for person in await listed(mina)] == [
        ("Jun Park", Status.PENDING),
        ("Zed Novak", Status.PENDING),
        ("Ana Silva", Status.CURRENT),
        ("Kim Sato", Status.CURRENT),
        ("Bo Lind", Status.DISABLED),
    ]


async def test_each_person_stands_once_with_their_newest_row(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    for _ in range(3):
        await decide(mina, await give(mina, kim), Status.DISABLED)
    await ask(kim, mina.email)
    assert [(person.name, person.status) for person in await listed(mina)] == [("Kim Sato", Status.PENDING)]
    assert [patient.status for patient in await seen_by(kim)] == [Status.PENDING]
    rows = await run("SELECT id FROM access ORDER BY asked_at")
    for row in rows[:-1]:
        with pytest.raises(NotFound):
            await access.person(await mina.visit(), row["id"])
    assert (await access.person(await mina.visit(), rows[-1]["id"])).status is Status.PENDING


async def test_a_row_of_another_portal_is_not_found(database):
    mina, zed, kim = await someone("Mina Park"), await someone("Zed Novak"), await someone("Kim Sato")
    row = await give(mina, kim)
    with pytest.raises(NotFound):
        await access.person(await zed.visit(), row["id"])
    assert await listed(zed) == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("level", Level)
async def test_whoever_has_access_reads_their_own_row_and_nobody_elses(database, level, role):
    mina, kim, jun = await someone("Mina Park"), await someone("Kim Sato"), await someone("Jun Park")
    await give(mina, jun)
    row = await give(mina, kim, level, role)
    visit = await kim.visit(mina.portal)
    own = await access.own(visit)
    assert (own.id, own.account, own.level, own.role) == (row["id"], kim.account, level, role)
    for attempt in (access.people(visit), access.person(visit, row["id"])):
        with pytest.raises(NotPermitted):
            await attempt


async def test_an_owner_has_no_row_of_their_own_and_nothing_to_leave(database):
    mina = await someone("Mina Park")
    for attempt in (access.own(await mina.visit()), access.leave(await mina.visit())):
        with pytest.raises(NotPermitted):
            await attempt


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("level", Level)
async def test_leaving_ends_ones_own_access_at_once_and_tells_nobody_by_mail(database, level, role):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await give(mina, kim, level, role)
    visit, told = await kim.visit(mina.portal), await mails()
    await access.leave(visit)
    with pytest.raises(NotFound):
        await kim.visit(mina.portal)
    assert [(person.status, person.reason) for person in await listed(mina)] == [(Status.DISABLED, "left")]
    assert await mails() == told
    with pytest.raises(NotFound):
        await access.leave(visit)


async def test_a_third_person_leaves_a_portal_without_a_login(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    leo = await leo_of(mina)
    await let_in_leo(mina, leo, kim)
    await access.leave(await kim.visit(leo))
    assert [person.status for person in await listed(mina, leo)] == [Status.CURRENT, Status.DISABLED]


async def test_revoked_left_lapsed_and_aged_out_read_the_same_to_the_other_side(database):
    kim = await someone("Kim Sato")
    owners = [await someone(name) for name in ("Ana Silva", "Bo Lind", "Cy Marsh", "Di Reyes")]
    for owner in owners:
        await give(owner, kim)
    await decide(owners[0], await row_of(kim, owners[0].portal), Status.DISABLED)
    await access.leave(await kim.visit(owners[1].portal))
    for owner, reason in zip(owners[2:], ("expired", "age limit"), strict=True):
        await run("UPDATE access SET status = 'Disabled', reason = $2 WHERE portal = $1", owner.portal, reason)
    shown = {(p.portal, p.name, p.relationship, p.level, p.role, p.status) for p in await seen_by(kim)}
    assert shown == {(None, "Mina", "Friend", Level.CLINICAL, Role.VIEW, Status.DISABLED)}


async def test_the_lists_are_one_query_whatever_their_length(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    others = [await someone(f"Other{n} Park") for n in range(8)]
    visit = await mina.visit()
    for who in others[:5]:
        await ask(kim, who.email)
        await give(mina, who)
    for reading in (access.people(visit), access.patients(kim.account)):
        with counting() as statements:
            found = await reading
        assert (len(found), len(statements)) == (5, 1)


async def test_the_emails_of_controllers_are_the_owners_alone_once_there_is_one(database):
    mina, ivy = await someone("Mina Park"), await someone("Ivy Park", portal=False)
    leo = await leo_of(mina)
    assert await controllers.emails(leo) == [mina.email]
    await run("UPDATE portal SET owner = $2 WHERE id = $1", leo, ivy.account)
    assert await controllers.emails(leo) == [ivy.email]


async def test_the_sweep_of_a_lapsed_request_is_no_act_of_anybodys(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row, lines = await row_of(kim), await trail_end()
    set_clock(row["expires_at"])
    await access.sweep()
    swept = await row_of(kim)
    assert (swept["status"], swept["reason"], swept["version"]) == ("Disabled", "expired", row["version"] + 1)
    assert swept["decided_by"] is None
    assert [(line["kind"], line["account"], line["portal"], line["subject"]) for line in await trail(lines)] == [
        ("access:lapse", None, mina.portal, row["id"])
    ]
