"""Declining a single invitation by its link."""

import pytest

from db.engine import run
from domain import tokens
from domain.tokens import Purpose
from settings import Settings
from tests.cast import PASSWORD, someone
from tests.clinic import Clinic
from tests.domain.inviting import EMAIL, clinic_with_owen, notified, practitioner, row_of, send
from tests.web.conftest import Browser, text


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await clinic_with_owen()


async def opened(browser: Browser, clinic: Clinic, settings: Settings) -> dict[str, str]:
    """Opens the link of a new invitation; gives what its forms say."""
    invitation = await send(clinic, await practitioner(clinic))
    await browser.get(f"/invitations/{tokens.sign(Purpose.INVITATION, invitation, 1, settings.secret_keys)}")
    return {"link": invitation.hex}


async def state() -> str:
    return str((await run("SELECT state FROM invitation"))[0]["state"])


async def test_it_needs_no_login(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    link = await opened(browser, clinic, settings)
    assert 'action="/invitations/refusal"' in (await browser.get("/invitations")).text
    done = await browser.post("/invitations/refusal", data=link)
    assert (done.url.path, await state()) == ("/", "Declined")
    assert "You declined for Owen, and Harbour Street Clinic is told" in text(done)
    assert await notified(clinic.practice) == ["invitation-declined"]
    assert await run("SELECT FROM account WHERE email_key = $1", EMAIL) == []
    token = tokens.sign(Purpose.INVITATION, (await run("SELECT id FROM invitation"))[0]["id"], 1, settings.secret_keys)
    closed = await browser.get(f"/invitations/{token}")
    assert (closed.status_code, "This invitation was declined" in text(closed)) == (410, True)
    assert "Harbour Street Clinic (02 5550 1234)" in text(closed)


async def test_with_a_login_it_is_theirs_alone_to_decline(
    browser: Browser, other_browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    owen, zed = await someone("Owen Tait"), await someone("Zed Novak")
    link = await opened(browser, clinic, settings)
    assert "/refusal" not in (await browser.get("/invitations")).text
    assert (await browser.post("/invitations/refusal", data=link)).status_code == 409
    await browser.log_in(zed)
    assert (await browser.post("/invitations/refusal", data=link)).status_code == 410
    assert await state() == "Pending"
    [row] = await run("SELECT id FROM invitation")
    await other_browser.get(f"/invitations/{tokens.sign(Purpose.INVITATION, row['id'], 1, settings.secret_keys)}")
    await other_browser.post("/login", data={"email": owen.email, "password": PASSWORD})
    done = await other_browser.post("/invitations/refusal", data=link)
    assert "You declined for Owen" in text(done)
    assert (await row_of(row["id"]))["declined_at"]


async def test_a_form_of_another_link_does_nothing(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    await opened(browser, clinic, settings)
    for link in ({}, {"link": "nonsense"}, {"link": clinic.patient.hex}):
        assert (await browser.post("/invitations/refusal", data=link)).status_code == 410
    assert await state() == "Pending"
