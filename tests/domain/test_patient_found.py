"""Whom a member finds, by level, and what of them."""

from uuid import uuid4

import pytest

from db.tables.member import MemberLevel, RoleType
from domain import clock
from domain.errors import NotFound, NotPermitted
from domain.patients.found import find
from domain.permissions import Area
from tests.clinic import Clinic, write


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


async def test_a_name_is_a_code_where_names_are_hidden(clinic: Clinic) -> None:
    tom = await clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True)
    amara = await clinic.hire("Amara Okafor")
    shown, hidden = [await find(await clinic.place(who), clinic.patient) for who in (amara, tom)]
    assert (shown.name, shown.called) == ("Mina Park", "Mina")
    assert hidden.name == hidden.called
    assert hidden.name.startswith("KT")
    assert len(hidden.name) == 8


@pytest.mark.parametrize(
    ("level", "own", "others"),
    [
        (MemberLevel.FULL, "all", "all"),
        (MemberLevel.CLINICAL, "all", "all"),
        (MemberLevel.OWN_AND_CONTACT, "all", "contact"),
        (MemberLevel.PERSONAL, "all", "none"),
    ],
)
async def test_each_level_finds_its_own_and_others(clinic: Clinic, level: MemberLevel, own: str, others: str) -> None:
    rhys = await clinic.hire("Rhys Lindqvist", level)
    place = await clinic.place(rhys)
    his = await clinic.admit(None, practitioner=place.member)
    visited = await clinic.admit(None)
    await clinic.book(clock.now(), patient=visited, practitioner=place.member)
    for patient, expected in ((his, own), (visited, own), (clinic.patient, others)):
        if expected == "none":
            with pytest.raises(NotFound):
                await find(place, patient)
        else:
            assert (await find(place, patient)).own == (patient != clinic.patient)
        if expected == "contact":
            with pytest.raises(NotPermitted):
                await find(place, patient, Area.PROFILES)
        elif expected == "all":
            await find(place, patient, Area.PROFILES)


async def test_who_is_revoked_from_a_patient_finds_them_no_longer(clinic: Clinic) -> None:
    rhys = await clinic.hire("Rhys Lindqvist")
    place = await clinic.place(rhys)
    his = await clinic.admit(None, practitioner=place.member)
    await write("patient_revocation", patient=his, member=place.member, revoked_by=rhys.account, revoked_at=clock.now())
    with pytest.raises(NotFound):
        await find(place, his)


async def test_another_practices_patient_is_not_found(clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    amara = await clinic.hire("Amara Okafor")
    for patient in (other.patient, uuid4()):
        with pytest.raises(NotFound):
            await find(await clinic.place(amara), patient)


async def test_administrators_never_read_notes(clinic: Clinic) -> None:
    bea = await clinic.hire("Bea Castellanos", MemberLevel.FULL, RoleType.ADMINISTRATOR)
    with pytest.raises(NotPermitted):
        await find(await clinic.place(bea), clinic.patient, Area.NOTES)


async def test_an_administrators_own_are_those_of_whom_they_view(clinic: Clinic) -> None:
    rhys = await clinic.place(await clinic.hire("Rhys Lindqvist"))
    his = await clinic.admit(None, practitioner=rhys.member)
    bea = await clinic.hire("Bea Castellanos", MemberLevel.PERSONAL, RoleType.ADMINISTRATOR, views=(rhys.member,))
    place = await clinic.place(bea)
    assert (place.shown_as, (await find(place, his)).own) == ("Rhys Lindqvist", True)
    with pytest.raises(NotFound):
        await find(place, clinic.patient)
