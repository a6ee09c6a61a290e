"""The practice's page of a patient's guardians."""

import re
from typing import Any
from uuid import uuid4

import pytest

from db.engine import run
from db.tables.member import MemberLevel
from domain import invitations
from domain.invitations import Answer, Draft
from tests.cast import Someone
from tests.clinic import Clinic
from tests.domain.inviting import CHILD_BORN, clinic_with_owen, confirmations_of, practitioner
from tests.domain.sharing import two_guardians
from tests.web.conftest import Browser, text

HERE = "/practice/harbour-street-clinic"


@pytest.fixture
async def theo(database: None) -> Someone:
    """Of two guardians of Leo, the one about whom the practice is asked."""
    mina, theo, leo = await two_guardians()
    clinic = await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN)
    place = await practitioner(clinic, "Amy Full")
    invitation = await invitations.send(place, clinic.patient, Draft(mina.email))
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, leo))
    return theo


async def the_clinic() -> Clinic:
    clinic = Clinic()
    [row] = await run("SELECT id, practice FROM patient")
    clinic.patient, clinic.practice = row["id"], row["practice"]
    return clinic


async def waiting_row() -> str:
    [row] = await run("SELECT id FROM guardian_confirmation WHERE state = 'Waiting'")
    return str(row["id"])


async def test_each_is_confirmed_or_not_and_that_can_be_changed(browser: Browser, theo: Someone) -> None:
    clinic, row = await the_clinic(), await waiting_row()
    await browser.log_in(await clinic.hire("Rhys Lindqvist"))
    here = f"{HERE}/patients/{clinic.patient}"
    assert "Confirm guardians" in text(await browser.get(here))
    shown = text(await browser.get(f"{here}/guardians"))
    for words in ("Theo Almeida", theo.email, "Leo is their", "self-declared", "Since", "you invited them"):
        assert words in shown
    address = f"{here}/guardians/{row}/confirmation"
    swapped = await browser.htmx("POST", address, data={"state": "Confirmed", "drawn": "Waiting"})
    assert swapped.headers["HX-Retarget"] == f"#guardian-row-{row}"
    assert "Confirm guardians" not in text(await browser.get(here)), "nobody waits"
    assert f'href="{here}/guardians"' in (await browser.get(here)).text
    assert "Theo Almeida is confirmed" in text(swapped)
    assert (await browser.post(address, data={"state": "Confirmed", "drawn": "Waiting"})).status_code == 200
    assert (await browser.post(address, data={"state": "Refused", "drawn": "Waiting"})).status_code == 409
    assert "is not confirmed" in text(await browser.post(address, data={"state": "Refused", "drawn": "Confirmed"}))
    assert (await confirmations_of(clinic.patient))["Theo Almeida"] == "Refused"


@pytest.mark.parametrize(
    "sent", [{}, {"state": "Waiting"}, {"state": "x"}, {"state": ["Confirmed", "Refused"]}, {"state": "a\0b"}], ids=str
)
async def test_what_is_no_decision_decides_nothing(browser: Browser, theo: Someone, sent: dict[str, str]) -> None:
    clinic, row = await the_clinic(), await waiting_row()
    await browser.log_in(await clinic.hire("Rhys Lindqvist"))
    here = f"{HERE}/patients/{clinic.patient}/guardians"
    answer = await browser.post(f"{here}/{row}/confirmation", data={"drawn": "Waiting", **sent})
    assert answer.status_code == 422
    assert re.search(r"<title>Error: ", answer.text)
    assert (await confirmations_of(clinic.patient))["Theo Almeida"] == "Waiting"


async def test_forged_rows_and_those_who_may_not(browser: Browser, theo: Someone) -> None:
    clinic, row = await the_clinic(), await waiting_row()
    other = await clinic_with_owen("Eastside Physio")
    data = {"state": "Confirmed", "drawn": "Waiting"}
    await browser.log_in(await clinic.hire("Rhys Lindqvist"))
    for patient, guardian in ((clinic.patient, uuid4()), (other.patient, row), (uuid4(), row)):
        address = f"{HERE}/patients/{patient}/guardians/{guardian}/confirmation"
        assert (await browser.post(address, data=data)).status_code == 404
    contact: dict[str, Any] = {"level": MemberLevel.OWN_AND_CONTACT}
    for n, rights in enumerate(({"read_only": True}, {"hides_names": True}, contact)):
        await browser.log_in(await clinic.hire(f"Member{n} X", **{"level": MemberLevel.CLINICAL, **rights}))
        here = f"{HERE}/patients/{clinic.patient}"
        assert theo.email not in (await browser.get(here)).text
        assert (await browser.get(f"{here}/guardians")).status_code == 403
        assert (await browser.post(f"{here}/guardians/{row}/confirmation", data=data)).status_code == 403
    assert (await confirmations_of(clinic.patient))["Theo Almeida"] == "Waiting"
