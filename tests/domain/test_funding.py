import asyncio
from dataclasses import replace

import pytest

from db.engine import counting, run
from db.tables.access import Level, Role
from domain import funding, guardians
from domain.errors import Changed, NotPermitted, Refused
from domain.funding import Funding, NewFunding
from domain.portals import Visit
from tests.cast import Someone, someone
from tests.clinic import events, let_in

NEW = NewFunding("2123 45670 1", "2", "5/2027", "Southern Health Fund", "SHF-880041", version=1)
WHOLE = Funding("2123 45670 1", "2", "05/2027", "Southern Health Fund", "SHF-880041", whole=True, version=2)
MASKED = replace(WHOLE, medicare_number="•••• ••••• 1", fund_number="•••• 1", whole=False)


async def funded() -> Someone:
    mina = await someone("Mina Park")
    await funding.change(await mina.visit(), NEW)
    return mina


async def grantee(mina: Someone, role: Role = Role.EDIT, level: Level = Level.CLINICAL) -> Visit:
    jun = await someone("Jun Park")
    await let_in(jun, mina, level, role)
    return await jun.visit(mina.portal)


async def test_controllers_read_the_numbers_whole(database):
    mina = await funded()
    assert await funding.read(await mina.visit()) == WHOLE
    assert (await events(mina.portal))[-2:] == ["funding:change", "funding:view"]
    [row] = await run("SELECT medicare_number FROM funding WHERE portal = $1", mina.portal)
    assert row["medicare_number"] == "2123456701"
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Child", guardians.PARENTAL)
    assert await funding.read(await mina.visit(leo)) == Funding("", "", "", "", "", whole=True, version=1)


@pytest.mark.parametrize("role", list(Role))
async def test_others_read_them_masked(database, role):
    visit = await grantee(await funded(), role)
    shown = await funding.read(visit)
    assert shown == MASKED
    for digits in ("2123", "4567", "8800"):
        assert digits not in str(shown)


@pytest.mark.parametrize(("number", "shown"), [("", ""), ("8", "••••"), ("1234", "••••"), ("12345", "•••• 5")])
async def test_a_mask_tells_neither_length_nor_a_short_number(database, number, shown):
    mina = await someone("Mina Park")
    await funding.change(await mina.visit(), NewFunding("", "", "", "A fund", number, version=1))
    visit = await grantee(mina)
    assert (await funding.read(visit)).fund_number == shown
    assert (await funding.read(visit)).medicare_number == ""


async def test_who_reads_masks_keeps_replaces_or_removes(database):
    mina = await funded()
    visit = await grantee(mina)
    kept = NewFunding("", "3", "06/2028", "Another Fund", "", version=2)
    await funding.change(visit, kept)
    expected = replace(WHOLE, medicare_reference="3", medicare_expiry="06/2028", health_fund="Another Fund", version=3)
    assert await funding.read(await mina.visit()) == expected
    await funding.change(visit, replace(kept, medicare_number="2123456702", fund_number="AF 1", version=3))
    expected = replace(expected, medicare_number="2123 45670 2", fund_number="AF 1", version=4)
    assert await funding.read(await mina.visit()) == expected
    await funding.change(visit, replace(kept, version=4, remove_medicare=True))
    expected = Funding("", "", "", "Another Fund", "AF 1", whole=True, version=5)
    assert await funding.read(await mina.visit()) == expected
    await funding.change(visit, replace(kept, version=5, remove_medicare=True, remove_fund=True))
    assert await funding.read(await mina.visit()) == Funding("", "", "", "", "", whole=True, version=6)


async def test_controllers_empty_a_field_or_tick_remove(database):
    mina = await funded()
    await funding.change(await mina.visit(), replace(NEW, fund_number="", version=2))
    assert (await funding.read(await mina.visit())).fund_number == ""
    # What is removed need not be right.
    await funding.change(await mina.visit(), replace(NEW, medicare_number="wrong", version=3, remove_medicare=True))
    assert await funding.read(await mina.visit()) == Funding(
        "", "", "", "Southern Health Fund", "SHF-880041", whole=True, version=4
    )
    await funding.change(await mina.visit(), NewFunding("", "", "", "", "", version=4))
    assert (await funding.read(await mina.visit())).health_fund == ""


async def test_nothing_new_raises_no_version(database):
    mina = await funded()
    await funding.change(await mina.visit(), NEW)
    await funding.change(await grantee(mina), replace(NEW, medicare_number="", fund_number=""))
    assert (await funding.read(await mina.visit())).version == 2
    assert (await events(mina.portal)).count("funding:change") == 1


async def test_an_older_form_changes_nothing(database):
    mina = await funded()
    with pytest.raises(Changed):
        await funding.change(await mina.visit(), replace(NEW, medicare_number="2123 45670 3"))
    assert await funding.read(await mina.visit()) == WHOLE


async def test_of_twenty_changes_at_once_one_wins(database):
    mina = await someone("Mina Park")
    visit = await mina.visit()
    # Each gets a connection of its own first, so that none waits for another to be done.
    await asyncio.gather(*(funding.read(visit) for _ in range(20)))
    news = [replace(NEW, health_fund=f"Fund {n}") for n in range(20)]
    ends = await asyncio.gather(*(funding.change(visit, new) for new in news), return_exceptions=True)
    assert [end for end in ends if not isinstance(end, Changed)] == [None]
    assert (await funding.read(visit)).version == 2


async def test_the_acting_account_stands_in_the_trail(database):
    mina = await someone("Mina Park")
    visit = await grantee(mina)
    await funding.change(visit, NEW)
    [line] = await run("SELECT * FROM event WHERE kind = 'funding:change'")
    assert (line["account"], line["portal"], line["access"]) == (visit.account, mina.portal, visit.access)
    assert (await run("SELECT medicare_number FROM funding WHERE portal <> $1", mina.portal))[0] == {
        "medicare_number": ""
    }


@pytest.mark.parametrize(
    ("level", "role"),
    [(Level.CLINICAL, Role.VIEW), (Level.ADMINISTRATIVE, Role.VIEW), (Level.ADMINISTRATIVE, Role.EDIT)],
)
async def test_who_may_not_change_or_read(database, level, role):
    mina = await funded()
    visit = await grantee(mina, role, level)
    with pytest.raises(NotPermitted):
        await funding.change(visit, replace(NEW, health_fund="Theirs", version=2))
    if level is Level.ADMINISTRATIVE:
        with pytest.raises(NotPermitted):
            await funding.read(visit)
    assert await funding.read(await mina.visit()) == WHOLE


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"medicare_number": "2123 45671 1"}, ["medicare_number"]),
        (
            {"medicare_number": "•••• ••••• 1", "medicare_expiry": "2027", "medicare_reference": "0"},
            ["medicare_number", "medicare_expiry", "medicare_reference"],
        ),
        ({"medicare_reference": "12"}, ["medicare_reference"]),
        ({"health_fund": "x" * 101, "fund_number": "x" * 41}, ["health_fund", "fund_number"]),
        ({"fund_number": "1\n2"}, ["fund_number"]),
        ({"medicare_number": "wrong", "remove_medicare": True}, []),
        ({"fund_number": "1\n2", "remove_fund": True}, []),
    ],
)
async def test_everything_wrong_is_told_at_its_field(database, change, fields):
    mina = await someone("Mina Park")
    new = replace(NEW, **change)
    assert [fault.field for fault in funding.faults(new)] == fields
    if fields:
        with pytest.raises(Refused):
            await funding.change(await mina.visit(), new)
        assert (await funding.read(await mina.visit())).version == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"medicare_number": "", "medicare_reference": ""}, "medicare_number"),
        ({"medicare_number": "", "medicare_expiry": ""}, "medicare_number"),
        ({"health_fund": ""}, "health_fund"),
    ],
)
async def test_half_a_card_is_refused(database, change, field):
    mina = await someone("Mina Park")
    with pytest.raises(Refused) as refused:
        await funding.change(await mina.visit(), replace(NEW, **change))
    assert refused.value.field == field
    assert (await funding.read(await mina.visit())).version == 1


async def test_a_page_asks_twice(database):
    visit = await (await funded()).visit()
    with counting() as asked:
        await funding.read(visit)
    assert len(asked) == 2
