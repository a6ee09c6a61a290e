"""Whom an invitation is for: other logins burn nothing, other names are asked about, and who waits is told so."""

import asyncio
from uuid import UUID

import pytest

from db.engine import run
from domain import clock, guardians
from domain.guardians import PARENTAL
from settings import Settings
from tests.cast import PASSWORD, someone
from tests.clinic import Clinic
from tests.domain.inviting import BORN, EMAIL, clinic_with_owen, patient_row, row_of
from tests.web.conftest import Browser, text
from tests.web.test_invitations import CONFIRMED, LEO, NEW, answered, opened, token_of

WRONG = {**NEW, "birth_date": "1974-09-25"}


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await clinic_with_owen()


async def untouched(invitation: UUID) -> None:
    row = await row_of(invitation)
    assert (row["state"], row["tries"]) == ("Pending", 0)


@pytest.mark.parametrize("typed", [WRONG, NEW], ids=["wrong", "right"])
async def test_nobody_burns_the_invitation_of_an_email_with_a_login(
    browser: Browser, clinic: Clinic, settings: Settings, typed: dict[str, str]
) -> None:
    await someone("Owen Tait")
    invitation = await opened(browser, clinic, settings)
    for _ in range(6):
        answer = await answered(browser, invitation, **typed)
        assert (answer.url.path, answer.url.params["next"]) == ("/login", "/invitations")
        assert "login with this email" not in text(answer)
    await untouched(invitation)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("typed", [WRONG, NEW], ids=["wrong", "right"])
async def test_another_login_burns_nothing_and_makes_nothing(
    browser: Browser, clinic: Clinic, settings: Settings, known: bool, typed: dict[str, str]
) -> None:
    zed = await someone("Zed Novak")
    if known:
        await someone("Owen Tait")
    await browser.log_in(zed)
    invitation = await opened(browser, clinic, settings)
    accounts = len(await run("SELECT FROM account"))
    shown = await browser.get("/invitations")
    assert all(words in text(shown) for words in ("Zed Novak", zed.email, EMAIL))
    assert 'name="birth_date"' not in shown.text
    for _ in range(6):
        answer = await answered(browser, invitation, **typed)
        assert (answer.status_code, EMAIL in answer.text) == (410, True)
    await untouched(invitation)
    assert len(await run("SELECT FROM account")) == accounts


async def test_whoever_logs_out_goes_on_to_set_up_a_login(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    await browser.log_in(await someone("Zed Novak"))
    invitation = await opened(browser, clinic, settings)
    shown = await browser.get("/invitations")
    assert 'action="/logout"><input type="hidden" name="next" value="/invitations">' in shown.text
    went_on = await browser.post("/logout", data={"next": "/invitations"})
    assert (went_on.url.path, "Set up your login and accept" in text(went_on)) == ("/invitations", True)
    assert "Your portal is ready" in text(await answered(browser, invitation, **NEW))


@pytest.mark.parametrize("forged", ["https://evil.example", "//evil.example/", "/\\evil.example", ["/account", "/a"]])
async def test_logging_out_leads_to_no_other_site(browser: Browser, clinic: Clinic, forged: object) -> None:
    await browser.log_in(await someone("Zed Novak"))
    assert (await browser.post("/logout", data={"next": forged})).url.path == "/login"


async def test_a_login_that_was_made_meanwhile_confirms(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    invitation = await opened(browser, clinic, settings)
    await browser.log_in(await someone("Owen Tait"))
    answer = await answered(browser, invitation, **WRONG)
    assert (answer.url.path, "Confirm Patient" in answer.text) == ("/invitations", True)
    await untouched(invitation)


async def test_ones_own_portal_cannot_be_chosen_as_one_that_one_looks_after(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    owen = await someone("Owen Tait")
    await browser.log_in(owen)
    invitation = await opened(browser, clinic, settings)
    answer = await answered(browser, invitation, "/confirmation", **{**CONFIRMED, "guardian": str(owen.portal)})
    assert (answer.status_code, "Choose whom this is about" in text(answer)) == (422, True)
    await untouched(invitation)


async def test_another_name_is_asked_about_and_the_last_name_is_not_told(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    mina = await someone("Mina Park")
    await browser.log_in(mina)
    invitation = await opened(browser, clinic, settings, email=mina.email)
    assert 'name="sure"' not in (await browser.get("/invitations")).text
    asked = await answered(browser, invitation, "/confirmation", **CONFIRMED)
    assert "This invitation is for Owen. Are you Owen?" in text(asked)
    assert "Yes, I am Owen" in text(asked)
    assert (asked.status_code, "Tait" in asked.text) == (422, False)
    for nonsense in ("no", ["yes", "yes"], "a\0b"):
        again = await answered(browser, invitation, "/confirmation", **CONFIRMED, sure=nonsense)
        assert (again.status_code, 'name="sure"' in again.text) == (422, True)
    await untouched(invitation)
    done = await answered(browser, invitation, "/confirmation", **CONFIRMED, sure="yes")
    assert done.url.path == f"/portal/{mina.portal}/"


async def test_the_practice_reads_whose_portal_it_is_linked_to(
    browser: Browser, other_browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    mina = await someone("Mina Park")
    await browser.log_in(mina)
    invitation = await opened(browser, clinic, settings, email=mina.email)
    await answered(browser, invitation, "/confirmation", **CONFIRMED, sure="yes")
    await run("UPDATE portal SET name = 'Canary Park' WHERE id = $1", mina.portal)
    profile = f"/practice/harbour-street-clinic/patients/{clinic.patient}"
    await browser.log_in(await clinic.hire("Amy Full"))
    assert "Linked to the portal of Canary Park. Accepted by Mina Park" in text(await browser.get(profile))
    blind, elsewhere = (
        await clinic.hire("Kim Sato", hides_names=True),
        await clinic.hire("Bea C", has_invitations=False),
    )
    for member in (blind, elsewhere):
        await other_browser.log_in(member)
        hidden = await other_browser.get(profile)
        assert "Has a patient portal" in text(hidden)
        assert "Park" not in hidden.text


@pytest.mark.parametrize("logged_in", [False, True])
async def test_whoever_waits_for_the_practices_word_is_told_so(
    browser: Browser, clinic: Clinic, settings: Settings, logged_in: bool
) -> None:
    born = clock.now().date().replace(month=1, day=1, year=clock.now().year - 15)
    await run("UPDATE patient SET first_name = 'Leo', last_name = 'Park', birth_date = $1", born)
    if logged_in:
        await browser.log_in(await someone("Mina Park"))
    invitation = await opened(browser, clinic, settings, email="mina@example.com")
    typed = {**LEO, "birth_date": born.isoformat(), "name": "Mina Park", "password": PASSWORD}
    done = await answered(browser, invitation, "/confirmation" if logged_in else "", **typed)
    told = "What Harbour Street Clinic shares stands there once they have confirmed that you look after Leo"
    assert told in text(done)


async def test_confirming_twice_leads_into_the_portal(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    owen = await someone("Owen Tait")
    await browser.log_in(owen)
    invitation = await opened(browser, clinic, settings)
    answers = await asyncio.gather(*(answered(browser, invitation, "/confirmation", **CONFIRMED) for _ in range(3)))
    assert {answer.url.path for answer in answers} == {f"/portal/{owen.portal}/"}
    again = await browser.get(f"/invitations/{token_of(invitation, settings)}")
    assert again.url.path == f"/portal/{owen.portal}/"
    await browser.post("/logout")
    assert (await browser.get(f"/invitations/{token_of(invitation, settings)}")).status_code == 410


async def test_another_who_opens_a_used_link_is_led_nowhere(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    owen, zed = await someone("Owen Tait"), await someone("Zed Novak")
    await browser.log_in(owen)
    invitation = await opened(browser, clinic, settings)
    await answered(browser, invitation, "/confirmation", **CONFIRMED)
    await browser.log_in(zed)
    again = await browser.get(f"/invitations/{token_of(invitation, settings)}")
    assert (again.status_code, "The invitation has been accepted" in text(again)) == (410, True)


async def test_a_second_parent_is_told_whom_to_ask(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    mina = await someone("Mina Park")
    invitation = await opened(browser, clinic, settings)
    leo = await guardians.open_dependant(mina.session, "Owen Tait", "Son", PARENTAL)
    await run("UPDATE patient SET portal = $1 WHERE id = $2", leo, clinic.patient)
    answer = await answered(browser, invitation, **NEW)
    assert answer.status_code == 410
    assert "A second parent asks its guardians for access: log in, then choose Account &gt; Access" in answer.text
    assert ("Mina" in answer.text, (await patient_row(clinic.patient))["portal"]) == (False, leo)
    assert BORN.isoformat() not in answer.text
