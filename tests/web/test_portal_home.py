from datetime import timedelta

import pytest

from domain import requests
from tests.cast import someone
from tests.clinic import NOW
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import STANDINGS, child_of, household, standing_as


async def test_the_owner_is_greeted_and_sees_what_is_next(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    page = await browser.get(f"{home.base}/")
    assert "<h1>Hello, Mina</h1>" in page.text
    said = text(page)
    assert "Fri 27 November 2026, 2:00 pm Canary type with Dr Amara of Harbour Street Clinic" in said
    assert "$49.50 to pay on 1 invoice " in said
    assert "Allergies 1 Medicines 1 Immunisations 0 Conditions 0 Measurements 0" in said
    assert "No practice is linked" not in said
    assert "asks for access" not in said


async def test_an_empty_portal_says_what_to_do(browser: Browser) -> None:
    zed = await someone("Zed Novak")
    await browser.log_in(zed)
    said = text(await browser.get(f"/portal/{zed.portal}"))
    assert "No practice is linked yet Ask your practitioner for an invitation" in said
    assert "Nothing booked." in said
    assert "Nothing to pay." in said


async def test_who_waits_for_a_decision_is_counted_for_controllers_alone(browser: Browser) -> None:
    home = await household()
    kim = await standing_as("clinical edit", home.mina)
    for name, words in (("Rosa Ibarra", "Somebody asks for access"), ("Zed Novak", "2 people ask for access")):
        asks = requests.Asking("Mina", "Friend", *STANDINGS["clinical view"], home.mina.email)
        await requests.ask((await someone(name, portal=False)).session, asks)
        await browser.log_in(home.mina)
        page = await browser.get(home.base)
        assert words in text(page)
        assert f'href="{home.base}/access">Read and decide' in page.text
    await browser.log_in(kim)
    assert "for access" not in text(await browser.get(home.base))


async def test_a_guardian_is_told_whose_portal_it_is(browser: Browser) -> None:
    home = await household()
    leo = await child_of(home.mina)
    await browser.log_in(home.mina)
    page = await browser.get(f"/portal/{leo}")
    assert "<h1>Leo’s portal</h1>" in page.text
    assert "Ask Leo’s practitioner for an invitation" in text(page)


@pytest.mark.parametrize("standing", ["administrative edit", "administrative view"])
async def test_administrative_reads_nothing_of_records_and_the_type_for_others(browser: Browser, standing: str) -> None:
    """Decision 9."""
    home = await household()
    await browser.log_in(await standing_as(standing, home.mina))
    page = await browser.get(home.base)
    assert "Consultation with Dr Amara" in text(page)
    assert "$49.50" in page.text
    assert not any(word in page.text for word in ("Canary", "Records", "Allergies", "Medicines"))


async def test_only_the_next_three_that_are_booked(browser: Browser) -> None:
    home = await household()
    for day in (1, 2, 3):
        await home.clinic.book(NOW + timedelta(days=day))
    await browser.log_in(home.mina)
    page = (await browser.get(home.base)).text
    assert [f"{day} November 2026" in page for day in (21, 22, 23, 27)] == [True, True, True, False]
