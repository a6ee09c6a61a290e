"""What becomes of a change of details in each practice: by its mode, by who made it, and with what waits already."""

import asyncio
from datetime import date

import pytest

from db.engine import run
from db.tables.access import Level, Role
from domain import details, updates
from domain.updates.fields import split_name
from tests.cast import Someone, someone
from tests.clinic import Clinic, events, let_in
from tests.domain.sharing import leo_of
from tests.domain.updating import agree, change, lines, mode, open_update, row, told_of

AUTO, APPROVAL, DISABLED = "Auto update", "Require approval", "Disabled"


@pytest.fixture
async def mina(database: None) -> Someone:
    return await someone("Mina Park")


@pytest.fixture
async def clinic(mina: Someone) -> Clinic:
    clinic = await Clinic.open(mina.portal)
    await agree(await mina.visit())
    return clinic


async def test_a_practice_asks_first_unless_it_says_otherwise(mina: Someone, clinic: Clinic) -> None:
    before = await row(clinic.patient)
    [sent] = await change(await mina.visit(), phone="0491 570 158", city="Manly")
    assert (sent.practice_name, sent.at_once, sent.shown) == ("Harbour Street Clinic", False, True)
    assert await row(clinic.patient) == before
    assert await lines(clinic) == {"phone": ("0491 570 156", "0491 570 158"), "city": ("Sydney", "Manly")}
    assert await told_of(clinic) == [sent.update]
    [event] = await run("SELECT * FROM event WHERE kind = 'update:send'")
    assert (event["account"], event["portal"], event["practice"]) == (mina.account, mina.portal, clinic.practice)
    assert (event["access"], event["subject"]) == (None, sent.update)


async def test_auto_update_writes_the_patient_with_its_keys(mina: Someone, clinic: Clinic) -> None:
    await mode(clinic, AUTO)
    [sent] = await change(
        await mina.visit(), name="Mina Álvarez", phone="(02) 5550 7788", email="Mina.New@example.com",
        birth_date=date(1988, 3, 1), emergency_name="Theo Almeida",
    )  # fmt: skip
    now = await row(clinic.patient)
    assert (now["first_name"], now["last_name"], now["last_key"]) == ("Mina", "Álvarez", "alvarez mina")
    assert (now["phone_key"], now["email_key"], now["birth_date"]) == (
        "0255507788", "mina.new@example.com", date(1988, 3, 1),
    )  # fmt: skip
    assert (now["emergency_name"], now["version"]) == ("Theo Almeida", 2)
    assert sent.at_once
    assert (await lines(clinic, "Applied"))["name"] == ("Mina Park", "Mina Álvarez")
    assert await told_of(clinic) == []
    assert (await events(mina.portal))[-2:] == ["update:apply", "details:change"]


async def test_disabled_does_nothing_at_all(mina: Someone, clinic: Clinic) -> None:
    await mode(clinic, DISABLED)
    before = await row(clinic.patient)
    assert await change(await mina.visit(), phone="0491 570 158") == ()
    assert await row(clinic.patient) == before
    assert await run("SELECT FROM patient_update") == await run("SELECT FROM notification") == []
    assert (await events(mina.portal))[-1] == "details:change"


async def test_each_practice_takes_it_by_its_own_mode(mina: Someone, clinic: Clinic) -> None:
    east = await Clinic.open(mina.portal, "Eastside Physio")
    south = await Clinic.open(mina.portal, "Southside Dental")
    await agree(await mina.visit())
    await mode(east, AUTO)
    await mode(south, DISABLED)
    sent = await change(await mina.visit(), phone="0491 570 158")
    assert {(one.practice, one.at_once) for one in sent} == {(clinic.practice, False), (east.practice, True)}
    phones = [(await row(one.patient))["phone"] for one in (clinic, east, south)]
    assert phones == ["0491 570 156", "0491 570 158", "0491 570 156"]
    assert await told_of(east) == await told_of(south) == []


async def test_only_what_was_changed_now_and_differs_is_sent(mina: Someone, clinic: Clinic) -> None:
    """The practice knows another city and postcode than the portal, and keeps them."""
    await run("UPDATE patient SET city = 'Perth', postcode = '6000' WHERE id = $1", clinic.patient)
    assert await change(await mina.visit(), city="Perth ", address=" 8 Kent Street ") == ()
    await change(await mina.visit(), phone="0491 570 158")
    assert await lines(clinic) == {"phone": ("0491 570 156", "0491 570 158")}


async def test_another_portals_patients_are_not_touched(mina: Someone, clinic: Clinic) -> None:
    zed = await someone("Zed Novak")
    his = await clinic.admit(zed.portal)
    nobody = await clinic.admit(None)
    await mode(clinic, AUTO)
    before = [await row(his), await row(nobody)]
    await change(await mina.visit(), phone="0491 570 158")
    assert [await row(his), await row(nobody)] == before


@pytest.mark.parametrize("updates_mode", [AUTO, APPROVAL, DISABLED])
@pytest.mark.parametrize("confirmed", [True, False])
async def test_what_an_unconfirmed_guardian_changes_waits(
    mina: Someone, clinic: Clinic, updates_mode: str, confirmed: bool
) -> None:
    """Decision 5: they see nothing of that practice, and change nothing in it unasked."""
    leo = await leo_of(mina)
    patient = await clinic.admit(leo, first_name="Leo", phone="", email="")
    if not confirmed:
        await run("UPDATE guardian_confirmation SET state = 'Waiting' WHERE patient = $1", patient)
    await mode(clinic, updates_mode)
    sent = await change(await mina.visit(leo), phone="0491 570 158")
    if updates_mode == DISABLED:
        assert sent == ()
    else:
        [one] = sent
        assert (one.at_once, one.shown) == (updates_mode == AUTO and confirmed, confirmed)
        assert bool(await told_of(clinic)) is not one.at_once
    applied = updates_mode == AUTO and confirmed
    assert (await row(patient))["phone"] == ("0491 570 158" if applied else "")


async def test_a_proxys_change_is_recorded_as_theirs(mina: Someone, clinic: Clinic) -> None:
    jun = await someone("Jun Park")
    await let_in(jun, mina, Level.CLINICAL, Role.EDIT)
    visit = await jun.visit(mina.portal)
    await change(visit, phone="0491 570 158")
    [event] = await run("SELECT * FROM event WHERE kind = 'update:send'")
    assert (event["account"], event["access"]) == (jun.account, visit.access)
    [line] = await run("SELECT * FROM patient_update_field")
    assert (line["account"], line["access"]) == (jun.account, visit.access)


async def test_a_further_change_joins_what_waits(mina: Someone, clinic: Clinic) -> None:
    await change(await mina.visit(), phone="0491 570 158", city="Manly")
    first = await open_update(clinic)
    await run("UPDATE notification SET archived_at = created_at")
    await change(await mina.visit(), phone="0491 570 159", postcode="2095")
    assert await open_update(clinic) == first
    assert await lines(clinic) == {
        "phone": ("0491 570 156", "0491 570 159"), "city": ("Sydney", "Manly"), "postcode": ("2000", "2095"),
    }  # fmt: skip
    assert (await run("SELECT version FROM patient_update"))[0]["version"] == 2
    assert await told_of(clinic) == [first], "told again after somebody has archived it"


async def test_what_is_changed_back_drops_out_and_the_last_one_closes_it(mina: Someone, clinic: Clinic) -> None:
    await change(await mina.visit(), phone="0491 570 158", city="Manly")
    await change(await mina.visit(), phone="0491 570 156")
    assert await lines(clinic) == {"city": ("Sydney", "Manly")}
    assert len(await told_of(clinic)) == 1
    assert await change(await mina.visit(), city="Sydney") == ()
    assert await open_update(clinic) is None
    assert await told_of(clinic) == []
    [closed] = await run("SELECT state, version, decided_at FROM patient_update")
    assert (closed["state"], closed["version"]) == ("Decided", 3)
    await change(await mina.visit(), city="Perth")
    assert len(await run("SELECT FROM patient_update")) == 2


async def test_what_waits_stays_when_the_mode_is_switched(mina: Someone, clinic: Clinic) -> None:
    await change(await mina.visit(), phone="0491 570 158", city="Manly")
    await mode(clinic, DISABLED)
    await change(await mina.visit(), phone="0491 570 159")
    assert (await lines(clinic))["phone"] == ("0491 570 156", "0491 570 158")


async def test_what_is_applied_at_once_waits_no_longer(mina: Someone, clinic: Clinic) -> None:
    """A yes to the older value must not undo the newer one."""
    await change(await mina.visit(), phone="0491 570 158", city="Manly")
    await mode(clinic, AUTO)
    await change(await mina.visit(), phone="0491 570 159")
    assert await lines(clinic) == {"city": ("Sydney", "Manly")}
    assert (await row(clinic.patient))["phone"] == "0491 570 159"
    await change(await mina.visit(), city="Perth")
    assert await open_update(clinic) is None
    assert await told_of(clinic) == []


async def test_changes_at_once_by_two_people_are_one_update(mina: Someone, clinic: Clinic) -> None:
    jun = await someone("Jun Park")
    await let_in(jun, mina, Level.CLINICAL, Role.EDIT)
    visits = [await mina.visit(), await jun.visit(mina.portal)]
    for n in range(20):
        news = [{"city": f"Town {n}"}, {"postcode": str(3000 + n)}]
        await asyncio.gather(
            *(change(visit, **new) for visit, new in zip(visits, news, strict=True)), return_exceptions=True
        )
    assert len(await run("SELECT FROM patient_update WHERE state = 'Waiting'")) == 1
    [portal] = await run("SELECT city, postcode FROM portal WHERE id = $1", mina.portal)
    after = {field: after for field, (_, after) in (await lines(clinic)).items()}
    assert after == {field: value for field, value in portal.items() if field in after}


@pytest.mark.parametrize(
    ("name", "first", "last", "expected"),
    [
        ("Mina Soo-jin Park", "Mina", "Park", ("Mina Soo-jin", "Park")),
        ("Mina Almeida", "Mina", "Park", ("Mina", "Almeida")),
        ("Mina de la Cruz", "Mina", "Park", ("Mina", "de la Cruz")),
        ("Min Park", "Mina", "Park", ("Min", "Park")),
        ("Ana de la Cruz", "Maria", "de la Cruz", ("Ana", "de la Cruz")),
        ("Mary Ann Lee", "Mary Ann", "Jones", ("Mary Ann", "Lee")),
        ("mina PARK", "Mina", "Park", ("mina", "PARK")),
        ("Ana Spark", "Mina", "Park", ("Ana", "Spark")),
        ("Ana Maria Silva", "Mina", "Park", ("Ana Maria", "Silva")),
        ("  Mina   Park ", "Mina", "Park", ("Mina", "Park")),
        ("Park", "Mina", "Park", ("Park", "")),
        ("Mina", "Mina", "Park", ("Mina", "")),
        ("Ana Silva", "Mina", "", ("Ana", "Silva")),
        ("Mina Silva", "", "Park", ("Mina", "Silva")),
        ("李 小龍", "小龍", "李", ("李", "小龍")),
    ],
)
def test_a_name_is_split_as_the_patient_is_called(name: str, first: str, last: str, expected: tuple[str, str]) -> None:
    assert split_name(name, first, last) == expected


async def test_the_portal_is_told_what_waits_and_nothing_of_hidden_practices(mina: Someone, clinic: Clinic) -> None:
    leo = await leo_of(mina)
    patient = await clinic.admit(leo, first_name="Leo")
    await change(await mina.visit(leo), phone="0491 570 158", city="Manly")
    visit = await mina.visit(leo)
    [told] = await updates.told(visit, await details.read(visit))
    assert (told.practice, told.mode, told.waiting) == ("Harbour Street Clinic", APPROVAL, ("Phone", "Suburb or town"))
    await run("UPDATE guardian_confirmation SET state = 'Refused' WHERE patient = $1", patient)
    visit = await mina.visit(leo)
    assert await updates.told(visit, await details.read(visit)) == ()
