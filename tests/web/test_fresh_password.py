"""Giving access needs a password typed within ten minutes; taking it away never does. ASVS 7.5.1."""

from datetime import timedelta

import pytest

from db.tables.access import Level, Role
from domain import access, clock, guardians, requests
from domain.requests import Asking
from tests.cast import PASSWORD, Someone, someone
from tests.web.conftest import Browser, text

GRANT = {"status": "Current", "level": "Clinical", "role": "View", "version": "1"}


async def asked(mina: Someone) -> str:
    theo = await someone("Theo Almeida")
    await requests.ask(theo.session, Asking("Mina", "Spouse", Level.CLINICAL, Role.VIEW, mina.email))
    [row] = await access.people(await mina.visit())
    return f"/portal/{mina.portal}/access/{row.id}"


@pytest.fixture
async def mina(browser: Browser) -> Someone:
    """Mina, logged in eleven minutes ago."""
    mina = await someone("Mina Park")
    await browser.log_in(mina)
    await clock.move(timedelta(minutes=11))
    return mina


async def test_a_grant_asks_for_the_password_again(browser: Browser, mina: Someone) -> None:
    row = await asked(mina)
    assert "Your password" in text(await browser.get(f"{row}/edit"))
    for typed in ({}, {"password": "not my password"}):
        refused = await browser.post(f"{row}/decision", data={**GRANT, **typed})
        assert refused.status_code == 422
        assert 'id="password-error"' in refused.text
    assert {person.status for person in await access.people(await mina.visit())} == {"Pending"}
    granted = await browser.post(f"{row}/decision", data={**GRANT, "password": PASSWORD})
    assert "Theo Almeida can now open" in text(granted)
    assert "Your password" not in text(await browser.get(f"{row}/edit"))


async def test_a_denial_does_not(browser: Browser, mina: Someone) -> None:
    row = await asked(mina)
    denied = await browser.post(f"{row}/decision", data={**GRANT, "status": "Disabled"})
    assert "cannot open" in text(denied)


async def test_an_offer_does(browser: Browser, mina: Someone) -> None:
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Child", guardians.PARENTAL)
    offer = {"name": "Theo", "email": "theo@example.com", "relationship": "Child", "level": "Clinical", "role": "View"}
    typed = {**offer, "guardian": "no"}
    refused = await browser.post(f"/portal/{leo}/access/offers", data=typed)
    assert (refused.status_code, 'id="password-error"' in refused.text) == (422, True)
    sent = await browser.post(f"/portal/{leo}/access/offers", data={**typed, "password": PASSWORD})
    assert "We have written to theo@example.com" in text(sent)
