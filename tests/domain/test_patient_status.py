"""Whether a practice looks after a patient now, and their tags: written down, shown, asked for."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import clock, invitations
from domain.errors import Changed, Refused
from domain.invitations import Draft
from domain.patients import listing, profile, record, tags
from domain.patients.question import PatientStatus, Question
from domain.places import Place
from tests.clinic import Clinic

EVERY = (PatientStatus.ACTIVE, PatientStatus.INACTIVE, PatientStatus.DECEASED)


@pytest.fixture
async def clinic(database: None) -> Clinic:
    clinic = await Clinic.open(None)
    await run("UPDATE patient SET phone = '', birth_date = $1", date(1988, 8, 17))
    return clinic


@pytest.fixture
async def amara(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Amara Okafor"))


async def saved(place: Place, clinic: Clinic, **others: Any) -> None:
    present = await record.read(place, clinic.patient)
    await record.change(place, clinic.patient, replace(present, **others))


async def test_a_patient_is_active_until_somebody_says_otherwise(clinic: Clinic, amara: Place) -> None:
    assert (await record.read(amara, clinic.patient)).active
    await saved(amara, clinic, active=False, tags=("Diabetes recall", "Portal launch"))
    shown = (await profile.read(amara, clinic.patient)).details
    assert shown is not None
    assert (shown.status, shown.tags) == (PatientStatus.INACTIVE, ("Diabetes recall", "Portal launch"))
    await saved(amara, clinic, deceased_on=clock.now().date())
    shown = (await profile.read(amara, clinic.patient)).details
    assert shown is not None
    assert shown.status is PatientStatus.DECEASED


async def test_each_patient_has_one_status_in_the_list(clinic: Clinic, amara: Place) -> None:
    died = clock.now().date()
    kinds: dict[str, dict[str, object]] = {
        "Inactive": {"active": False},
        "Dead": {"deceased_on": died},
        "Both": {"deceased_on": died, "active": False},
    }
    for name, kind in kinds.items():
        await clinic.admit(None, first_name=name, last_name="", **kind)
    found = {status: (await listing.read(amara, Question(status=status))).patients for status in EVERY}
    assert {status: [one.name for one in those] for status, those in found.items()} == {
        PatientStatus.ACTIVE: ["Mina Park"],
        PatientStatus.INACTIVE: ["Inactive"],
        PatientStatus.DECEASED: ["Both", "Dead"],
    }
    assert all(one.status is status for status, those in found.items() for one in those)


async def test_new_patients_are_written_down_with_both(clinic: Clinic, amara: Place) -> None:
    present, patient = await record.read(amara, clinic.patient), record.draw_id()
    new = replace(present, first_name="Nour", active=False, tags=("Diabetes recall",))
    await asyncio.gather(*(record.admit(amara, patient, new) for _ in range(5)))
    written = await record.read(amara, patient)
    assert (written.active, written.tags) == (False, ("Diabetes recall",))


async def test_the_same_tags_in_other_words_change_nothing(clinic: Clinic, amara: Place) -> None:
    await saved(amara, clinic, tags=("Diabetes recall", "Portal launch"))
    before = await record.read(amara, clinic.patient)
    await saved(amara, clinic, tags=tags.typed("portal LAUNCH, diabetes recall"))
    assert await record.read(amara, clinic.patient) == before
    assert len(await run("SELECT FROM event WHERE kind = 'patient:change'")) == 1


async def test_saved_twice_at_once_it_is_saved_once(clinic: Clinic, amara: Place) -> None:
    present = await record.read(amara, clinic.patient)
    new = replace(present, active=False, tags=("Diabetes recall",))
    await asyncio.gather(*(record.change(amara, clinic.patient, new) for _ in range(5)))
    assert len(await run("SELECT FROM event WHERE kind = 'patient:change'")) == 1


async def test_of_two_who_tag_at_once_the_slower_sees_what_the_other_wrote(clinic: Clinic, amara: Place) -> None:
    present = await record.read(amara, clinic.patient)
    said = await asyncio.gather(
        *(record.change(amara, clinic.patient, replace(present, tags=(f"Tag {n}",))) for n in range(5)),
        return_exceptions=True,
    )
    assert [type(one) for one in said].count(Changed) == 4
    assert len((await record.read(amara, clinic.patient)).tags) == 1


@pytest.mark.parametrize(
    "wrong", [tuple(map(str, range(11))), ("x" * 41,), ("bell\a",), ("nul\0",), ("https://example.com",), ("=?x?=",)]
)
async def test_what_is_no_tag_is_refused_at_its_field(clinic: Clinic, amara: Place, wrong: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        await saved(amara, clinic, tags=wrong)
    assert refused.value.field == "tags"
    assert await run("SELECT FROM tag") == []


async def test_where_names_are_hidden_the_status_shows_and_tags_do_not(clinic: Clinic, amara: Place) -> None:
    await saved(amara, clinic, active=False, tags=("Mina's cousin",))
    tom = await clinic.hire("Tom", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True)
    shown = (await profile.read(await clinic.place(tom), clinic.patient)).details
    assert shown is not None
    assert (shown.status, shown.tags) == (PatientStatus.INACTIVE, ())


async def test_an_inactive_patient_cannot_be_invited_and_no_link_says_so(clinic: Clinic, amara: Place) -> None:
    async def offered() -> bool:
        portal = await invitations.of_patient(amara, (await profile.read(amara, clinic.patient)).patient)
        return portal is not None and portal.can_be_invited

    assert await offered()
    await saved(amara, clinic, active=False)
    assert not await offered()
    for pressed in (
        invitations.invitee(amara, clinic.patient),
        invitations.send(amara, clinic.patient, Draft("mina@example.com")),
    ):
        with pytest.raises(Refused, match="Make them active"):
            await pressed
    await saved(amara, clinic, active=True)
    await invitations.send(amara, clinic.patient, Draft("mina@example.com"))


async def test_the_link_of_one_who_was_invited_before_stays_good_and_is_not_sent_again(
    clinic: Clinic, amara: Place
) -> None:
    invitation = await invitations.send(amara, clinic.patient, Draft("mina@example.com"))
    await saved(amara, clinic, active=False)
    row = await invitations.one(amara, invitation)
    assert row.waits
    with pytest.raises(Refused, match="inactive"):
        await invitations.resend(amara, invitation, row.link_version)
