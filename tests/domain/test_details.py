import asyncio
from dataclasses import replace
from datetime import date

import pytest

from db.engine import counting, run
from db.tables.access import Level, Role
from domain import details
from domain.details import Details
from domain.errors import Changed, NotPermitted, Refused
from tests.cast import someone
from tests.clinic import NOW, Clinic, events, let_in, set_clock

MINA = Details(
    name="Mina Soo-jin Park",
    preferred_name="Mina",
    birth_date=date(1988, 3, 1),
    gender="Female",
    phone="(02) 5550 7788",
    email="mina.home@example.com",
    address="4 Jetty Road",
    city="Manly",
    postcode="2095",
    emergency_name="Theo Almeida",
    emergency_phone="+61 491 570 156",
    version=1,
)


async def test_details_are_replaced_and_read(database):
    mina = await someone("Mina Park")
    before = await details.read(await mina.visit())
    assert (before.name, before.email, before.birth_date, before.version) == ("Mina Park", mina.email, None, 1)
    await details.change(await mina.visit(), MINA)
    assert await details.read(await mina.visit()) == replace(MINA, version=2)
    assert (await mina.visit()).called == "Mina"
    assert (await events(mina.portal))[-3:] == ["details:view", "details:change", "details:view"]


async def test_the_practices_patient_and_the_login_stay_as_they_were(database):
    mina = await someone("Mina Park")
    await Clinic.open(mina.portal)
    before = await run("SELECT * FROM patient"), await run("SELECT * FROM account ORDER BY id")
    await details.change(await mina.visit(), MINA)
    assert (await run("SELECT * FROM patient"), await run("SELECT * FROM account ORDER BY id")) == before


async def test_nothing_new_raises_no_version_and_writes_no_event(database):
    mina = await someone("Mina Park")
    await details.change(await mina.visit(), MINA)
    await details.change(await mina.visit(), MINA)
    assert (await details.read(await mina.visit())).version == 2
    assert (await events(mina.portal)).count("details:change") == 1


async def test_a_form_that_is_older_than_the_row_changes_nothing(database):
    mina = await someone("Mina Park")
    await details.change(await mina.visit(), MINA)
    with pytest.raises(Changed):
        await details.change(await mina.visit(), replace(MINA, phone="02 5550 0000"))
    assert (await details.read(await mina.visit())).phone == MINA.phone


async def test_of_twenty_changes_at_once_one_wins(database):
    mina = await someone("Mina Park")
    visit = await mina.visit()
    # Each gets a connection of its own first, so that none waits for another to be done.
    await asyncio.gather(*(details.read(visit) for _ in range(20)))
    news = [replace(MINA, city=f"Town {n}") for n in range(20)]
    ends = await asyncio.gather(*(details.change(visit, new) for new in news), return_exceptions=True)
    assert [end for end in ends if not isinstance(end, Changed)] == [()]
    assert (await details.read(visit)).version == 2


async def test_pressing_twice_at_once_is_one_change_and_no_refusal(database):
    mina = await someone("Mina Park")
    visit = await mina.visit()
    await asyncio.gather(*(details.read(visit) for _ in range(20)))
    await asyncio.gather(*(details.change(visit, MINA) for _ in range(20)))
    assert (await details.read(visit)).version == 2
    assert (await events(mina.portal)).count("details:change") == 1


async def test_an_edit_role_changes_in_its_own_name_and_in_one_portal(database):
    mina, jun, zed = await someone("Mina Park"), await someone("Jun Park"), await someone("Zed Novak")
    await let_in(jun, mina, Level.CLINICAL, Role.EDIT)
    visit = await jun.visit(mina.portal)
    await details.change(visit, MINA)
    [line] = await run("SELECT * FROM event WHERE kind = 'details:change'")
    assert (line["account"], line["portal"], line["access"]) == (jun.account, mina.portal, visit.access)
    assert [(await details.read(await who.visit())).name for who in (mina, jun, zed)] == [
        "Mina Soo-jin Park", "Jun Park", "Zed Novak",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("level", "role"),
    [(Level.CLINICAL, Role.VIEW), (Level.ADMINISTRATIVE, Role.VIEW), (Level.ADMINISTRATIVE, Role.EDIT)],
)
async def test_who_may_not_change_or_read(database, level, role):
    mina, jun = await someone("Mina Park"), await someone("Jun Park")
    await let_in(jun, mina, level, role)
    visit = await jun.visit(mina.portal)
    with pytest.raises(NotPermitted):
        await details.change(visit, MINA)
    if level is Level.CLINICAL:
        assert (await details.read(visit)).name == "Mina Park"
    else:
        with pytest.raises(NotPermitted):
            await details.read(visit)
    assert (await details.read(await mina.visit())).name == "Mina Park"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, []),
        ({"name": " "}, ["name"]),
        ({field: "" for field in details.LONGEST if field != "name"}, []),
        ({"birth_date": None}, []),
        ({"birth_date": date(2026, 11, 22)}, ["birth_date"]),
        ({"birth_date": date(1890, 1, 1)}, ["birth_date"]),
        ({"phone": "ring me", "emergency_phone": "12"}, ["phone", "emergency_phone"]),
        ({"email": "mina"}, ["email"]),
        ({"email": "mina@example.com, zed@example.com"}, ["email"]),
        ({"name": "Mina\nBcc: zed@example.com"}, ["name"]),
        ({"name": "=?utf-8?q?=0D=0ABcc:zed@example.com?="}, ["name"]),
        ({"city": "a\0b"}, ["city"]),
        ({"address": "x" * 200, "postcode": "x" * 20}, []),
        ({"address": "x" * 201, "postcode": "x" * 21}, ["address", "postcode"]),
    ],
)
async def test_everything_wrong_is_told_at_its_field(database, change, fields):
    set_clock(NOW)
    mina = await someone("Mina Park")
    new = replace(MINA, **change)
    assert [fault.field for fault in details.faults(new)] == fields
    if fields:
        with pytest.raises(Refused):
            await details.change(await mina.visit(), new)
    else:
        await details.change(await mina.visit(), new)
    assert (await details.read(await mina.visit())).version == (1 if fields else 2)


async def test_a_page_asks_twice(database):
    mina = await someone("Mina Park")
    visit = await mina.visit()
    with counting() as asked:
        await details.read(visit)
    assert len(asked) == 2
