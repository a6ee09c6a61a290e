"""What a practice writes down of a patient, and whom it keeps from them, when several do it at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import clock, communication_templates
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.patients import found, listing, practitioners, record, revocations
from domain.patients.question import Order, Question
from domain.permissions import Area
from domain.places import Place
from tests.clinic import Clinic


@pytest.fixture
async def clinic(database: None) -> Clinic:
    clinic = await Clinic.open(None)
    await run("UPDATE patient SET phone = '' WHERE id = $1", clinic.patient)
    return clinic


@pytest.fixture
async def amara(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Amara Okafor"))


async def test_of_ten_who_change_at_once_one_wins(clinic: Clinic, amara: Place) -> None:
    present = await record.read(amara, clinic.patient)
    said = await asyncio.gather(
        *(record.change(amara, clinic.patient, replace(present, city=f"Town {n}")) for n in range(10)),
        return_exceptions=True,
    )
    assert [type(one) for one in said].count(Changed) == 9
    assert len(await run("SELECT FROM event WHERE kind = 'patient:change'")) == 1
    assert (await record.read(amara, clinic.patient)).version == present.version + 1


async def test_of_ten_who_add_the_same_one_makes_them(clinic: Clinic, amara: Place) -> None:
    new, patient = await record.read(amara, clinic.patient), record.draw_id()
    await asyncio.gather(*(record.admit(amara, patient, replace(new, first_name="Nour")) for _ in range(10)))
    assert len(await run("SELECT FROM patient WHERE first_name = 'Nour'")) == 1
    assert len(await run("SELECT FROM event WHERE kind = 'patient:admit'")) == 1


async def test_somebody_with_one_name_is_written_down_found_and_called_by_it(clinic: Clinic, amara: Place) -> None:
    patient = record.draw_id()
    new = replace(await record.read(amara, clinic.patient), first_name="Suharto", last_name="", city="Solo")
    await record.admit(amara, patient, new)
    assert (await found.find(amara, patient)).name == "Suharto"
    for asked in ("suharto", "SUH"):
        assert [one.name for one in (await listing.read(amara, Question(q=asked))).patients] == ["Suharto"]
    by_first = Question(order=Order.FIRST_NAME)
    assert [one.name for one in (await listing.read(amara, by_first)).patients] == ["Mina Park", "Suharto"]
    assert await communication_templates.resolve("[Patient Full Name].", amara, patient) == "Suharto."
    with pytest.raises(Refused, match="This patient has no family name"):
        await communication_templates.resolve("[Patient Last Name]", amara, patient)


async def test_who_has_one_name_since_an_update_can_be_edited(clinic: Clinic, amara: Place) -> None:
    await run("UPDATE patient SET last_name = '' WHERE id = $1", clinic.patient)
    present = await record.read(amara, clinic.patient)
    await record.change(amara, clinic.patient, replace(present, city="Solo"))
    assert await run("SELECT city, last_key, first_key FROM patient") == [
        {"city": "Solo", "last_key": "mina", "first_key": "mina"}
    ]
    for nothing in ("", "  "):
        with pytest.raises(Refused, match="Type the first name"):
            await record.change(amara, clinic.patient, replace(present, first_name=nothing, version=2))


async def test_of_ten_who_revoke_one_does_and_of_ten_who_give_back(clinic: Clinic, amara: Place) -> None:
    rhys = (await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.CLINICAL))).member
    for operation in (revocations.revoke, revocations.give_back):
        await asyncio.gather(*(operation(amara, clinic.patient, rhys) for _ in range(10)))
        assert len(await run("SELECT FROM event WHERE kind ~ '^practitioner:' AND subject = $1", rhys)) % 2 == (
            operation is revocations.revoke
        )
    assert await run("SELECT FROM patient_revocation") == []


async def test_a_practitioner_who_left_meanwhile_is_not_chosen(clinic: Clinic, amara: Place) -> None:
    rhys = (await clinic.place(await clinic.hire("Rhys Lindqvist"))).member
    assert rhys in await practitioners.choosable(amara)
    await run("UPDATE member SET active = false WHERE id = $1", rhys)
    assert rhys not in await practitioners.choosable(amara)
    assert rhys in await practitioners.choosable(amara, rhys)
    assert rhys in await practitioners.every(amara)
    present = await record.read(amara, clinic.patient)
    with pytest.raises(Refused):
        await record.change(amara, clinic.patient, replace(present, practitioner=rhys))


async def test_an_administrator_does_not_find_whom_the_practitioner_they_view_is_kept_from(
    clinic: Clinic, amara: Place
) -> None:
    rhys = (await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL))).member
    bea = await clinic.hire("Bea C", MemberLevel.PERSONAL, RoleType.ADMINISTRATOR, views=(rhys,))
    await clinic.book(clock.now() + timedelta(days=1), practitioner=rhys)
    await found.find(await clinic.place(bea), clinic.patient, Area.PROFILES)
    await revocations.revoke(amara, clinic.patient, rhys)
    with pytest.raises(NotFound):
        await found.find(await clinic.place(bea), clinic.patient)


async def test_the_operations_ask_again_who_may(clinic: Clinic, amara: Place) -> None:
    present = await record.read(amara, clinic.patient)
    tom = await clinic.place(await clinic.hire("Tom W", read_only=True))
    for operation in (
        record.change(tom, clinic.patient, present), record.admit(tom, record.draw_id(), present),
        record.read(tom, clinic.patient), revocations.revoke(tom, clinic.patient, clinic.practitioner),
        revocations.give_back(tom, clinic.patient, clinic.practitioner),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            await operation
