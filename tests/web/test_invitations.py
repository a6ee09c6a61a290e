"""What somebody sees who opens an invitation's link."""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from db.engine import run
from domain import guardians, invitations, tokens
from domain.guardians import PARENTAL
from domain.tokens import Purpose
from settings import Settings
from tests.cast import PASSWORD, someone
from tests.clinic import Clinic
from tests.domain.inviting import BORN, CHILD_BORN, EMAIL, clinic_with_owen, patient_row, practitioner, row_of, send
from tests.web.conftest import Browser, text
from tests.web.fingerprint import fingerprint

NEW = {"guardian": "no", "birth_date": BORN.isoformat(), "name": "Owen Tait", "password": PASSWORD}
CONFIRMED = {"guardian": "no", "birth_date": BORN.isoformat()}
LEO = {
    "guardian": "yes", "birth_date": CHILD_BORN.isoformat(), "patient_name": "Leo Park", "relationship": "Son",
    "basis": PARENTAL,
}  # fmt: skip


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await clinic_with_owen()


def token_of(invitation: UUID, settings: Settings, version: int = 1, purpose: Purpose = Purpose.INVITATION) -> str:
    return tokens.sign(purpose, invitation, version, settings.secret_keys)


async def opened(browser: Browser, clinic: Clinic, settings: Settings, **others: str) -> UUID:
    """Invites the patient and opens the link in this browser."""
    invitation = await send(clinic, await practitioner(clinic), **others)
    shown = await browser.get(f"/invitations/{token_of(invitation, settings)}")
    assert (shown.status_code, shown.url.path) == (200, "/invitations")
    return invitation


async def answered(browser: Browser, invitation: UUID, way: str = "", **typed: object) -> httpx.Response:
    return await browser.post(f"/invitations{way}", data={"link": invitation.hex, **typed})


async def test_the_page_says_who_invites_and_reveals_no_more(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    invitation = await send(clinic, await practitioner(clinic))
    await run("UPDATE invitation SET message = $1", "<i>Hello</i>\nhttps://evil.example")
    before = await fingerprint(without={"event"})
    shown = await browser.get(f"/invitations/{token_of(invitation, settings)}")
    assert "Harbour Street Clinic invites you to a patient portal" in text(shown)
    assert "&lt;i&gt;Hello" in shown.text
    assert 'href="https://evil' not in shown.text
    for kept in ("Tait", "1974", "24 September", token_of(invitation, settings)):
        assert kept not in shown.text
    assert await fingerprint(without={"event"}) == before


async def test_a_new_login_is_made_and_leads_into_the_portal(
    browser: Browser, other_browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    invitation = await opened(browser, clinic, settings)
    done = await answered(browser, invitation, **NEW)
    portal = (await patient_row(clinic.patient))["portal"]
    assert f"Your portal is ready. Log in with {EMAIL}" in text(done)
    assert f'value="/portal/{portal}/"' in done.text
    home = await browser.post("/login", data={"email": EMAIL, "password": PASSWORD, "next": f"/portal/{portal}/"})
    assert home.url.path == f"/portal/{portal}/"
    again = await other_browser.get(f"/invitations/{token_of(invitation, settings)}")
    assert (again.status_code, "The invitation has been accepted" in text(again)) == (410, True)


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (
            {"guardian": "", "birth_date": "", "name": "", "password": ""},
            {"guardian", "birth_date", "name", "password"},
        ),
        ({"guardian": "yes"}, {"patient_name", "relationship", "basis"}),
        ({**LEO, "patient_name": "x" * 101}, {"patient_name"}),
        ({**LEO, "patient_name": "https://x.example"}, {"patient_name"}),
        ({**LEO, "relationship": "None such"}, {"relationship"}),
        ({**LEO, "basis": "None such"}, {"basis"}),
        ({**LEO, "basis": [PARENTAL, PARENTAL]}, {"basis"}),
        ({"guardian": ["yes", "no"]}, {"guardian"}),
        ({"guardian": "maybe"}, {"guardian"}),
        ({"guardian": str(UUID(int=7))}, {"guardian"}),
        ({"birth_date": "31/2/1974"}, {"birth_date"}),
        ({"birth_date": "1974-09-25"}, {"birth_date"}),
        ({"birth_date": ["1974-09-24", "1974-09-24"]}, {"birth_date"}),
        ({"name": "a\0b"}, {"name"}),
        ({"password": "short"}, {"password"}),
        ({"password": "harbour street clinic"}, {"password"}),
    ],
    ids=lambda given: str(sorted(given)) if isinstance(given, set) else str(given),
)
async def test_what_is_wrong_is_said_at_its_field(
    browser: Browser, clinic: Clinic, settings: Settings, typed: dict[str, object], fields: set[str]
) -> None:
    invitation = await opened(browser, clinic, settings)
    sent: dict[str, Any] = {**NEW, **typed}
    answer = await answered(browser, invitation, **sent)
    assert answer.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', answer.text)) == fields
    assert PASSWORD not in answer.text
    assert (await row_of(invitation))["state"] == "Pending"


async def test_five_wrong_birth_dates_lock_it(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    invitation = await opened(browser, clinic, settings)
    for left in ("4 tries", "3 tries", "2 tries", "one try"):
        shown = text(await answered(browser, invitation, **{**NEW, "birth_date": "1974-09-25"}))
        assert shown.count(left) == 3, "in the summary, at the field and in the hint"
    locked = await answered(browser, invitation, **{**NEW, "birth_date": "1974-09-25"})
    assert (locked.status_code, "This invitation is locked" in text(locked)) == (410, True)
    assert "Ask Harbour Street Clinic" in text(locked)
    assert (await answered(browser, invitation, **NEW)).status_code == 410


async def test_confirm_patient_needs_the_login_that_was_invited(
    browser: Browser, other_browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    owen, zed = await someone("Owen Tait"), await someone("Zed Novak")
    invitation = await opened(browser, clinic, settings)
    assert f"Log in with {EMAIL} to go on" in text(await browser.get("/invitations"))
    assert "Confirm Patient" not in (await browser.get("/invitations")).text
    await browser.log_in(zed)
    wrong = text(await browser.get("/invitations"))
    for name in ("Zed Novak", zed.email, EMAIL):
        assert name in wrong
    refused = await answered(browser, invitation, "/confirmation", **CONFIRMED)
    assert (refused.status_code, EMAIL in refused.text) == (410, True)
    assert (await row_of(invitation))["state"] == "Pending"

    await other_browser.get(f"/invitations/{token_of(invitation, settings)}")
    came = await other_browser.post("/login", data={"email": EMAIL, "password": PASSWORD, "next": "/invitations"})
    assert "Confirm Patient" in text(came)
    assert "Your own portal is linked: Owen Tait" in text(came)
    done = await answered(other_browser, invitation, "/confirmation", **CONFIRMED)
    assert done.url.path == f"/portal/{owen.portal}/"
    assert "Harbour Street Clinic is linked to Owen’s portal now" in text(done)


async def test_nobody_confirms_without_a_login(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    invitation = await opened(browser, clinic, settings)
    answer = await answered(browser, invitation, "/confirmation", **CONFIRMED)
    assert answer.url.path == "/login"
    assert (await row_of(invitation))["state"] == "Pending"


async def test_a_childs_guardian_chooses_a_portal_or_a_new_one(browser: Browser, settings: Settings) -> None:
    clinic = await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN)
    mina = await someone("Mina Park")
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Son", PARENTAL)
    await browser.log_in(mina)
    invitation = await opened(browser, clinic, settings, email=mina.email)
    shown = text(await browser.get("/invitations"))
    assert "I look after Leo Park" in shown
    assert "This is about me" not in shown
    me = await answered(browser, invitation, "/confirmation", **{**LEO, "guardian": "no"})
    assert "Leo is too young for a login" in text(me)
    done = await answered(browser, invitation, "/confirmation", **{**LEO, "guardian": str(leo)})
    assert done.url.path == f"/portal/{leo}/"
    assert (await patient_row(clinic.patient))["portal"] == leo


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE invitation SET expires_at = sent_at", "An invitation is open for 14 days"),
        ("UPDATE invitation SET state = 'Cancelled'", "The invitation was taken back"),
        ("UPDATE invitation SET link_version = 2", "There is a newer link"),
    ],
)
async def test_a_link_that_opens_nothing_says_what_to_do(
    browser: Browser, clinic: Clinic, settings: Settings, change: str, words: str
) -> None:
    invitation = await opened(browser, clinic, settings)
    await run(change)
    for answer in (
        await browser.get(f"/invitations/{token_of(invitation, settings)}"), await browser.get("/invitations"),
        await answered(browser, invitation, **NEW),
    ):  # fmt: skip
        assert (answer.status_code, words in text(answer)) == (410, True)


async def test_a_token_for_something_else_opens_nothing(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    invitation = await send(clinic, await practitioner(clinic))
    for token in (token_of(invitation, settings, purpose=Purpose.SET_UP), "x", token_of(uuid4(), settings)):
        answer = await browser.get(f"/invitations/{token}")
        assert (answer.status_code, "ask your practice for a new invitation" in text(answer)) == (410, True)


async def test_two_invitations_in_two_tabs(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    first = await opened(browser, clinic, settings)
    other = await clinic_with_owen("Eastside Physio", first_name="Ana")
    second = await send(other, await practitioner(other, "Priya Nair"), "ana@example.com")
    await browser.get(f"/invitations/{token_of(second, settings)}")
    answer = await answered(browser, first, **NEW)
    assert "You opened another link after this one" in text(answer)
    assert [(await row_of(row))["state"] for row in (first, second)] == ["Pending", "Pending"]


async def test_who_works_at_a_practice_by_now_is_told_so(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    invitation = await opened(browser, clinic, settings)
    await browser.log_in(await other.hire("Owen Tait"))
    answer = await answered(browser, invitation, "/confirmation", **CONFIRMED)
    assert answer.status_code == 422
    assert "Ask Harbour Street Clinic to send the invitation to another one" in text(answer)
    assert await invitations.linkable(uuid4(), clinic.practice) == []
