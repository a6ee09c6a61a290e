"""Actions on the patients chosen in a report: whom they reach, and that each is counted once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.engine import counting, run, transaction
from db.tables.member import Limit, MemberLevel, RoleType
from domain import clock
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.patients.question import PatientStatus
from domain.places import Place
from domain.reports import running
from domain.reports.actions import chosen, patient_status
from domain.reports.actions.patient_status import Outcome
from domain.reports.report import find
from tests.clinic import Clinic, write

INACTIVE, ACTIVE = PatientStatus.INACTIVE, PatientStatus.ACTIVE


async def report_of(place: Place, *patients: UUID, shared: bool = False) -> UUID:
    """A report of the member's, run, in which they have chosen these patients: as rows, whoever they are."""
    now = clock.now()
    report = await write(
        "report",
        practice=place.practice.id,
        account=place.account,
        type="Case Load",
        name="All",
        shared=shared,
        created_at=now,
        changed_at=now,
    )
    await choose(place, report, *patients)
    return report


async def choose(place: Place, report: UUID, *patients: UUID, version: int = 1) -> None:
    rows = await run("SELECT id FROM report_run WHERE report = $1 AND member = $2", report, place.member)
    ran = (
        rows[0]["id"]
        if rows
        else await write(
            "report_run",
            report=report,
            member=place.member,
            report_version=version,
            reads="",
            many=len(patients),
            ran_at=clock.now(),
        )
    )
    for patient in patients:
        await write("chosen_patient", run=ran, patient=patient)


async def invite(place: Place, patient: UUID) -> None:
    now = clock.now()
    await write(
        "invitation",
        practice=place.practice.id,
        patient=patient,
        email="a@example.com",
        email_key="a@example.com",
        state="Pending",
        sent_by=place.account,
        created_at=now,
        sent_at=now,
        expires_at=now + timedelta(days=14),
    )


async def updated(place: Place, report: UUID, status: PatientStatus = INACTIVE) -> Outcome:
    mark = (await patient_status.read(place, report)).chosen.mark
    return await patient_status.update(place, report, mark, status)


async def standing(*patients: UUID) -> list[tuple[bool, int]]:
    rows = await run("SELECT id, active, version FROM patient WHERE id = ANY ($1)", list(patients))
    by_id = {row["id"]: (row["active"], row["version"]) for row in rows}
    return [by_id[patient] for patient in patients]


async def place_of(clinic: Clinic, name: str = "Ruth", level: MemberLevel = MemberLevel.FULL, **others) -> Place:
    return await clinic.place(await clinic.hire(name, level, **others))


async def five_patients(clinic: Clinic) -> list[UUID]:
    """Two active, one inactive, one who has died, one inactive who has died."""
    died = clock.now().date() - timedelta(days=9)
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {},
        {"active": False},
        {"deceased_on": died},
        {"active": False, "deceased_on": died},
    )
    return [await clinic.admit(None, first_name=f"P{n}", **kind) for n, kind in enumerate(kinds)]


async def test_everybody_chosen_is_counted_once(database):
    clinic = await Clinic.open(None)
    there = await Clinic.open(None, "Eastside Physio")
    place, patients = await place_of(clinic), await five_patients(clinic)
    report = await report_of(place, *patients, there.patient)
    assert await updated(place, report) == Outcome(changed=2, already=1, deceased=2, no_access=1)
    assert await standing(*patients[:4], there.patient, clinic.patient) == [
        (False, 2),
        (False, 2),
        (False, 1),
        (True, 1),
        (True, 1),
        (True, 1),
    ]
    assert await updated(place, await report_of(place, *patients), ACTIVE) == Outcome(3, 0, 2, 0)


async def test_what_will_happen_is_what_happens(database):
    clinic = await Clinic.open(None)
    there = await Clinic.open(None, "Eastside Physio")
    place, patients = await place_of(clinic), await five_patients(clinic)
    for patient in patients:
        await clinic.book(clock.now() + timedelta(days=1), patient=patient)
        await clinic.book(clock.now() - timedelta(days=1), patient=patient)
        await invite(place, patient)
    report = await report_of(place)
    for status in (ACTIVE, INACTIVE):
        await choose(place, report, *patients, there.patient)
        preview = await patient_status.read(place, report)
        alive = {ACTIVE: (2, 2), INACTIVE: (3, 3)}[status]
        assert (preview.invited, preview.booked) == alive, "of the active ones"
        assert await updated(place, report, status) == preview.outcomes[status]


async def test_what_the_member_does_not_read_is_not_counted(database):
    clinic = await Clinic.open(None)
    for name, rights, seen in (
        ("Ruth", {}, (1, 1)),
        ("Sami", {"has_invitations": False}, (0, 1)),
        ("Tess", {"has_calendar": False}, (1, 0)),
        ("Uma", {"calendars": Limit.OWN.value}, (1, 0)),
    ):
        place = await place_of(clinic, name, **rights)
        patient = await clinic.admit(None)
        await clinic.book(clock.now() + timedelta(days=1), patient=patient)
        await invite(place, patient)
        preview = await patient_status.read(place, await report_of(place, patient))
        assert (preview.invited, preview.booked) == seen


async def test_the_counts_tell_of_what_was_done(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic)
    report = await report_of(place, clinic.patient)
    await updated(place, report)
    ran = await running.last_run(place, await find(place, report))
    assert ran is not None
    assert (ran.current, ran.many, len(await run("SELECT FROM event WHERE kind = 'report:run'"))) == (True, 1, 1)


async def test_a_line_in_the_trail_for_each_who_changed(database):
    clinic = await Clinic.open(None)
    place, patients = await place_of(clinic), await five_patients(clinic)
    await updated(place, await report_of(place, *patients))
    rows = await run("SELECT subject, account, practice, portal FROM event WHERE kind = 'patient:change'")
    assert {row["subject"] for row in rows} == set(patients[:2])
    assert {(row["account"], row["practice"], row["portal"]) for row in rows} == {
        (place.account, place.practice.id, None)
    }


async def test_pressed_twice_it_is_done_once(database):
    clinic = await Clinic.open(None)
    place, patients = await place_of(clinic), await five_patients(clinic)
    report = await report_of(place, *patients)
    mark = (await patient_status.read(place, report)).chosen.mark
    outcomes = await asyncio.gather(*(patient_status.update(place, report, mark, INACTIVE) for _ in range(3)))
    assert sorted(outcomes, key=lambda one: one.changed) == [Outcome(), Outcome(), Outcome(2, 1, 2, 0)]
    assert (await patient_status.read(place, report)).chosen.patients == ()
    assert len(await run("SELECT FROM event WHERE kind = 'patient:change'")) == 2


async def test_with_nobody_chosen_nothing_is_done(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic)
    assert await updated(place, await report_of(place)) == Outcome()
    assert await run("SELECT FROM event WHERE kind = 'patient:change'") == []


async def test_whom_the_pop_up_did_not_speak_of_nobody_changes(database):
    clinic = await Clinic.open(None)
    place, patients = await place_of(clinic), await five_patients(clinic)
    report = await report_of(place, *patients[:2])
    mark = (await patient_status.read(place, report)).chosen.mark
    await choose(place, report, patients[2])
    for forged in (mark, "", "1-", "2-x", mark[:-1]):
        with pytest.raises(Changed):
            await patient_status.update(place, report, forged, INACTIVE)
    assert await standing(*patients[:3]) == [(True, 1), (True, 1), (False, 1)]


async def test_a_report_that_asks_something_else_by_now_ends_the_choice(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic)
    report = await report_of(place, clinic.patient)
    mark = (await patient_status.read(place, report)).chosen.mark
    await run("UPDATE report SET version = 2 WHERE id = $1", report)
    with pytest.raises(Changed):
        await patient_status.update(place, report, mark, INACTIVE)
    assert await standing(clinic.patient) == [(True, 1)]


async def test_who_reads_their_own_patients_changes_those(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic, "Rhys", MemberLevel.OWN_AND_CONTACT)
    own = await clinic.admit(None, first_name="Owen", practitioner=place.member)
    report = await report_of(place, own, clinic.patient)
    assert await updated(place, report) == Outcome(changed=1, no_access=1)
    assert await standing(own, clinic.patient) == [(False, 2), (True, 1)]


async def test_whoever_is_kept_from_a_patient_meanwhile_does_not_change_them(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic, level=MemberLevel.CLINICAL)
    report = await report_of(place, clinic.patient)
    await write(
        "patient_revocation",
        patient=clinic.patient,
        member=place.member,
        revoked_by=place.account,
        revoked_at=clock.now(),
    )
    assert await updated(place, report) == Outcome(no_access=1)
    assert await standing(clinic.patient) == [(True, 1)]


@pytest.mark.parametrize(
    "rights",
    [
        {"read_only": True},
        {"hides_names": True},
        {"has_reports": False},
        {"has_patients": False},
        {"role_type": RoleType.ADMINISTRATOR, "hides_names": True},
    ],
)
async def test_who_may_not_may_neither_look_nor_press(database, rights):
    clinic = await Clinic.open(None)
    place = await place_of(clinic, "Tom", MemberLevel.CLINICAL, **rights)
    report = await report_of(place, clinic.patient)
    for pressed in (patient_status.read(place, report), patient_status.update(place, report, "1-", INACTIVE)):
        with pytest.raises(NotPermitted):
            await pressed
    assert await standing(clinic.patient) == [(True, 1)]


async def test_who_reads_no_profiles_changes_nobody(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic, profiles=Limit.NONE.value)
    assert await updated(place, await report_of(place, clinic.patient)) == Outcome(no_access=1)


async def test_a_report_of_somebody_else_is_not_there(database):
    clinic = await Clinic.open(None)
    there = await Clinic.open(None, "Eastside Physio")
    ruth, sami = await place_of(clinic), await place_of(clinic, "Sami")
    stranger = await place_of(there, "Vera")
    report = await report_of(ruth, clinic.patient)
    for place in (sami, stranger):
        with pytest.raises(NotFound):
            await patient_status.update(place, report, "1-", INACTIVE)
    shared = await report_of(ruth, clinic.patient, shared=True)
    assert (await chosen.read(sami, shared)).patients == (), "everybody chooses for themself"
    with pytest.raises(NotFound):
        await chosen.read(stranger, shared)


async def test_two_people_at_once_change_each_patient_once(database):
    clinic = await Clinic.open(None)
    patients = [await clinic.admit(None, first_name=f"P{n}") for n in range(30)]
    places = [await place_of(clinic, name) for name in ("Ruth", "Sami")]
    reports = [await report_of(place, *some) for place, some in zip(places, (patients, patients[::-1]), strict=True)]
    outcomes = await asyncio.gather(*(updated(place, report) for place, report in zip(places, reports, strict=True)))
    assert sorted((one.changed, one.already) for one in outcomes) == [(0, 30), (30, 0)]


async def test_nobody_waits_in_a_circle_with_an_import(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic)
    patients = sorted([await clinic.admit(None, first_name=f"P{n}") for n in range(2)])
    report = await report_of(place, *patients)
    taken, done = asyncio.Event(), asyncio.Event()

    async def importing() -> None:
        async with transaction():
            await run("UPDATE patient SET phone = '1' WHERE id = $1", patients[1])
            taken.set()
            await done.wait()
            await run("UPDATE patient SET phone = '1' WHERE id = $1", patients[0])

    theirs = asyncio.create_task(importing())
    await taken.wait()
    with pytest.raises(Refused, match="being changed just now"):
        await updated(place, report)
    done.set()
    await theirs
    assert (await updated(place, report)).changed == 2


async def test_it_is_the_same_few_statements_however_many_are_chosen(database):
    clinic = await Clinic.open(None)
    place, counts = await place_of(clinic), []
    for many in (1, 20):
        patients = [await clinic.admit(None, first_name=f"P{n}") for n in range(many)]
        report = await report_of(place, *patients)
        mark = (await patient_status.read(place, report)).chosen.mark
        with counting() as statements:
            await patient_status.update(place, report, mark, INACTIVE)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 19


async def test_of_a_transaction_that_is_lost_nothing_stands(database):
    clinic = await Clinic.open(None)
    place = await place_of(clinic)
    report = await report_of(place, clinic.patient)
    with pytest.raises(ZeroDivisionError):
        async with transaction():
            await updated(place, report)
            raise ZeroDivisionError
    assert await standing(clinic.patient) == [(True, 1)]
    assert (await patient_status.read(place, report)).chosen.patients == (clinic.patient,)
