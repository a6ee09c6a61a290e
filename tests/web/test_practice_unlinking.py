"""Unlink on a patient's profile: the pop-up, what it says and what bad input does."""

import re

import pytest

from db.engine import run
from db.ids import new_id
from db.tables.member import MemberLevel
from tests.cast import someone
from tests.clinic import Clinic
from tests.web.conftest import Browser, text

HERE = "/practice/harbour-street-clinic/patients"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open((await someone("Mina Park")).portal)


async def portal_of(clinic: Clinic) -> object:
    return (await run("SELECT portal FROM patient WHERE id = $1", clinic.patient))[0]["portal"]


async def test_who_unlinks_reads_what_happens_and_can_invite_again(browser: Browser, clinic: Clinic) -> None:
    await run("UPDATE patient SET birth_date = '1988-08-17'")
    await browser.log_in(await clinic.hire("Amy Full"))
    profile = f"{HERE}/{clinic.patient}"
    assert f'href="{profile}/unlink"' in (await browser.get(profile)).text
    drawn = await browser.get(f"{profile}/unlink")
    assert "The portal no longer shows anything of Harbour Street Clinic" in text(drawn)
    [mark] = re.findall(r'name="mark" value="([^"]+)"', drawn.text)
    for _ in range(2):
        answer = await browser.post(f"{profile}/unlinking", data={"mark": mark})
        assert "Unlinked. The portal shows nothing of yours any more" in text(answer)
    assert await portal_of(clinic) is None
    assert "Invite to the portal" in text(answer)
    assert (await browser.get(f"{profile}/unlink")).status_code == 409


@pytest.mark.parametrize("mark", [None, "", "x", "a\0", ["x", "y"], "x" * 5000])
async def test_nonsense_unlinks_nothing(browser: Browser, clinic: Clinic, mark: object) -> None:
    await browser.log_in(await clinic.hire("Amy Full"))
    answer = await browser.post(f"{HERE}/{clinic.patient}/unlinking", data={} if mark is None else {"mark": mark})
    assert answer.status_code in (400, 409)
    assert await portal_of(clinic)


async def test_a_form_of_another_portal_shows_how_it_stands(browser: Browser, clinic: Clinic) -> None:
    await browser.log_in(await clinic.hire("Amy Full"))
    answer = await browser.post(f"{HERE}/{clinic.patient}/unlinking", data={"mark": str(new_id())})
    assert answer.status_code == 409
    assert "nothing was unlinked" in text(answer)
    assert await portal_of(clinic)


async def test_by_htmx_it_is_a_pop_up_and_the_profile_comes_anew(browser: Browser, clinic: Clinic) -> None:
    await browser.log_in(await clinic.hire("Amy Full"))
    profile = f"{HERE}/{clinic.patient}"
    drawn = await browser.htmx("GET", f"{profile}/unlink", "dialog")
    assert "<html" not in drawn.text
    [mark] = re.findall(r'name="mark" value="([^"]+)"', drawn.text)
    answer = await browser.htmx("POST", f"{profile}/unlinking", "unlink-form", data={"mark": mark})
    assert answer.headers["HX-Redirect"] == profile


async def test_who_may_not_sees_no_button(browser: Browser, clinic: Clinic) -> None:
    await browser.log_in(await clinic.hire("Cleo Clinical", MemberLevel.CLINICAL))
    page = await browser.get(f"{HERE}/{clinic.patient}")
    assert "Has a patient portal" in page.text
    assert "/unlink" not in page.text
    assert (await browser.get(f"{HERE}/{clinic.patient}/unlink")).status_code == 403


async def test_who_reads_only_name_and_contact_does_not_learn_of_the_portal(browser: Browser, clinic: Clinic) -> None:
    """Decision 29."""
    await browser.log_in(await clinic.hire("Rhys Lind", MemberLevel.OWN_AND_CONTACT))
    page = await browser.get(f"{HERE}/{clinic.patient}")
    assert page.status_code == 200
    assert "Has a patient portal" not in page.text
