"""The profile of a patient, by who reads it."""

from datetime import timedelta

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import clock
from tests.cast import someone
from tests.clinic import Clinic, write
from tests.web.conftest import Browser, text

HERE = "/practice/harbour-street-clinic/patients"
CANARIES = {
    "preferred_name": "Canary preferred", "phone": "0400 111 222", "email": "canary@example.com",
    "address": "1 Canary Street", "city": "Canarytown", "gender": "Canary gender", "emergency_name": "Canary Kin",
    "emergency_phone": "0400 333 444",
}  # fmt: skip


@pytest.fixture
async def clinic(database: None) -> Clinic:
    clinic = await Clinic.open((await someone("Mina Park")).portal)
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(CANARIES, 2))
    await run(f"UPDATE patient SET {sets}, birth_date = '1988-08-17' WHERE id = $1", clinic.patient, *CANARIES.values())
    await clinic.book(clock.now() + timedelta(days=3))
    await clinic.book(clock.now() - timedelta(days=30), status="Cancelled", cancelled_at=clock.now())
    await clinic.bill(1001, "89.00", paid="9.00", practitioner=clinic.practitioner)
    return clinic


async def profile_of(browser: Browser, clinic: Clinic, level: MemberLevel, **others: object) -> str:
    who = await clinic.hire("Rhys Lindqvist", level, **others)  # type: ignore[arg-type]
    await browser.log_in(who)
    return text(await browser.get(f"{HERE}/{clinic.patient}"))


async def test_full_access_reads_all_of_it(browser: Browser, clinic: Clinic) -> None:
    shown = await profile_of(browser, clinic, MemberLevel.FULL)
    for words in (*CANARIES.values(), "Mina Park", "Wed 17 August 1988", "Canary type", "Canary reason", "Cancelled"):
        assert words in shown
    assert "1001" in shown
    assert "$80.00" in shown
    assert "Dr Amara of Harbour Street Clinic" in shown


async def test_reading_is_an_event_in_the_trail_of_the_portal(browser: Browser, clinic: Clinic) -> None:
    await profile_of(browser, clinic, MemberLevel.FULL)
    [event] = await run("SELECT * FROM event WHERE kind = 'patient:view'")
    [patient] = await run("SELECT portal FROM patient WHERE id = $1", clinic.patient)
    assert (event["subject"], event["portal"], event["practice"]) == (
        clinic.patient, patient["portal"], clinic.practice,
    )  # fmt: skip


async def test_of_others_patients_only_name_and_contact(browser: Browser, clinic: Clinic) -> None:
    shown = await profile_of(browser, clinic, MemberLevel.OWN_AND_CONTACT)
    assert "Mina Park" in shown
    assert CANARIES["phone"] in shown
    for words in ("Canary preferred", "1988", "Canary Street", "Canary Kin", "Canary reason", "1001", "Amara"):
        assert words not in shown


async def test_it_says_who_is_ones_own(browser: Browser, clinic: Clinic) -> None:
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", clinic.patient, clinic.practitioner)
    bea = await clinic.hire("Bea C", MemberLevel.FULL, RoleType.ADMINISTRATOR, views=(clinic.practitioner,))
    await browser.log_in(bea)
    said = text(await browser.get(f"{HERE}/{clinic.patient}"))
    assert "One of Dr Amara of Harbour Street Clinic’s own patients." in said


async def test_whom_they_may_not_find_is_not_there(browser: Browser, clinic: Clinic) -> None:
    shown = await profile_of(browser, clinic, MemberLevel.PERSONAL)
    assert "Mina" not in shown
    assert "This page is not here for you" in shown


async def test_hidden_names_leave_a_code(browser: Browser, clinic: Clinic) -> None:
    who = await clinic.hire("Tom Whitlock", MemberLevel.FULL, RoleType.ADMINISTRATOR, hides_names=True)
    await browser.log_in(who)
    page = await browser.get(f"{HERE}/{clinic.patient}")
    [row] = await run("SELECT code FROM patient WHERE id = $1", clinic.patient)
    assert f"<h1>{row['code']}</h1>" in page.text
    assert "1988" in page.text
    for words in (*CANARIES.values(), "Mina", "Park", "Canary reason"):
        assert words not in page.text


async def test_a_module_that_is_off_shows_nothing_of_it(browser: Browser, clinic: Clinic) -> None:
    shown = await profile_of(browser, clinic, MemberLevel.FULL, has_calendar=False, has_invoices=False)
    assert "Canary type" not in shown
    assert "1001" not in shown


async def test_another_practices_patient_is_absent(browser: Browser, clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    who = await clinic.hire("Rhys Lindqvist")
    await browser.log_in(who)
    assert (await browser.get(f"{HERE}/{other.patient}")).status_code == 404


async def test_who_is_revoked_meanwhile_gets_nothing_at_the_next_request(browser: Browser, clinic: Clinic) -> None:
    who = await clinic.hire("Rhys Lindqvist", MemberLevel.CLINICAL)
    await browser.log_in(who)
    assert (await browser.get(f"{HERE}/{clinic.patient}")).status_code == 200
    member = (await clinic.place(who)).member
    await write(
        "patient_revocation", patient=clinic.patient, member=member, revoked_by=who.account, revoked_at=clock.now()
    )
    assert (await browser.get(f"{HERE}/{clinic.patient}")).status_code == 404
