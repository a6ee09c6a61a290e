"""A practice's tags on its patients: whose they are, who reads them, and what can be typed."""

import asyncio

import pytest

from db.engine import run, transaction
from db.tables.member import Limit, MemberLevel, RoleType
from domain.patients import tags
from tests.clinic import Clinic


async def written(clinic: Clinic, *names: str, patient=None) -> None:
    async with transaction():
        await tags.write(clinic.practice, {patient or clinic.patient: names})


async def shown(clinic: Clinic, name: str, level: MemberLevel = MemberLevel.FULL, **others) -> list[str]:
    who = await clinic.hire(name, level, **others)
    return list((await tags.every(await clinic.place(who))).values())


def test_a_text_is_read_as_tags_each_once_in_the_order_of_the_alphabet():
    assert tags.typed(" Zoo visit ,diabetes  recall,, Diabetes Recall , ") == ("diabetes recall", "Zoo visit")
    assert tags.typed(" , ,") == ()


def test_eleven_tags_or_one_too_long_are_refused():
    assert [fault.field for fault in tags.faults([str(n) for n in range(11)])] == ["tags"]
    assert [fault.field for fault in tags.faults(["x" * 41])] == ["tags"]
    assert tags.faults([*map(str, range(9)), "x" * 40]) == []


async def test_tags_are_the_practices_own(database):
    here, there = await Clinic.open(None), await Clinic.open(None, "Eastside Physio")
    await written(here, "Diabetes recall", "Portal launch")
    await written(there, "diabetes recall")
    assert await shown(here, "Ruth") == ["Diabetes recall", "Portal launch"]
    assert await shown(there, "Sami") == ["diabetes recall"]
    assert len(await run("SELECT FROM tag")) == 3


async def test_a_tag_that_is_there_keeps_its_spelling_and_others_go(database):
    clinic = await Clinic.open(None)
    await written(clinic, "Diabetes recall", "Portal launch")
    await written(clinic, "DIABETES RECALL")
    rows = await run("SELECT t.name FROM patient_tag g JOIN tag t ON t.id = g.tag")
    assert [row["name"] for row in rows] == ["Diabetes recall"]
    assert await shown(clinic, "Ruth") == ["Diabetes recall"], "nobody has the other any more"


async def test_where_names_are_hidden_there_are_no_tags(database):
    clinic = await Clinic.open(None)
    await written(clinic, "Mina's cousin")
    assert await shown(clinic, "Tom", MemberLevel.CLINICAL, role_type=RoleType.ADMINISTRATOR, hides_names=True) == []


async def test_who_reads_their_own_patients_sees_the_tags_of_those(database):
    clinic = await Clinic.open(None)
    await written(clinic, "Somebody else's")
    rhys = await clinic.hire("Rhys", MemberLevel.PERSONAL)
    place = await clinic.place(rhys)
    own = await clinic.admit(None, first_name="Owen", practitioner=place.member)
    await written(clinic, "His", patient=own)
    assert list((await tags.every(place)).values()) == ["His"]
    assert await shown(clinic, "Sami", profiles=Limit.NONE.value) == []


async def test_from_whom_one_is_kept_their_tag_is_too(database):
    clinic = await Clinic.open(None)
    await written(clinic, "Secret")
    place = await clinic.place(await clinic.hire("Ruth", MemberLevel.CLINICAL))
    assert list((await tags.every(place)).values()) == ["Secret"]
    await run(
        "INSERT INTO patient_revocation (id, patient, member, revoked_by, revoked_at)"
        " SELECT gen_random_uuid(), $1, $2, $3, created_at FROM patient WHERE id = $1",
        clinic.patient,
        place.member,
        place.account,
    )
    assert await tags.every(place) == {}


@pytest.mark.parametrize("_", range(3))
async def test_two_who_write_the_same_new_tags_make_each_once(database, _):
    clinic = await Clinic.open(None)
    other = await clinic.admit(None, first_name="Owen")
    await asyncio.gather(written(clinic, "A", "B", "C"), written(clinic, "C", "B", "A", patient=other))
    assert len(await run("SELECT FROM tag")) == 3
    assert len(await run("SELECT FROM patient_tag")) == 6
