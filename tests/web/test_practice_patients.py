"""The list of patients as a page: a form with a button, a piece of it for htmx, and addresses that nobody typed."""

import re

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from tests.clinic import Clinic
from tests.web.conftest import Browser, text

HERE = "/practice/harbour-street-clinic/patients"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    clinic = await Clinic.open(None)
    for number in range(60):
        await clinic.admit(None, first_name=f"Anna{number:02}", last_name="Weber", email=f"a{number}@example.com")
    return clinic


@pytest.fixture
async def amara(browser: Browser, clinic: Clinic) -> Browser:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    return browser


async def test_the_address_holds_the_question(amara: Browser) -> None:
    page = await amara.get(f"{HERE}?q=weber&sort=First+name&status=Active")
    assert 'value="weber"' in page.text
    assert "<option selected>First name</option>" in page.text
    assert "60 patients" in text(page)
    assert page.text.count("Weber</a>") == 50
    after = re.search(r'href="([^"]+)">Next', page.text)
    assert after
    second = await amara.get(after.group(1).replace("&amp;", "&"))
    assert second.text.count("Weber</a>") == 10
    assert "<h1>Patients, page 2</h1>" in second.text
    assert 'value="weber"' in second.text


async def test_htmx_gets_the_lines_alone(amara: Browser) -> None:
    piece = await amara.htmx("GET", f"{HERE}?q=anna01", "patients")
    assert "Anna01 Weber" in piece.text
    assert "<form" not in piece.text
    assert 'id="patients-found" role="status" data-hx-swap-oob="innerHTML">1 patient<' in piece.text
    whole = await amara.get(f"{HERE}?q=anna01")
    assert "data-hx-swap-oob" not in whole.text.split('id="patients-found"')[1].split(">")[0]


@pytest.mark.parametrize(
    "query",
    [
        "q=%3Cscript%3E", "q=%FF%FE", "q=%1b", "q=" + "x" * 3000, "practitioner=none", "practitioner=7", "portal=Maybe",
        "status=Undead", "sort=password", "q=a&q=b", "sort=&status=&portal=&practitioner=", "nonsense=1", "page=50",
        "practitioner=00000000-0000-0000-0000-000000000000",
    ],
)  # fmt: skip
async def test_whatever_stands_in_the_address_is_answered(amara: Browser, query: str) -> None:
    page = await amara.get(f"{HERE}?{query}")
    assert page.status_code == 200
    assert "<script>" not in page.text.split("<main")[1]


@pytest.mark.parametrize("page", ["0", "-1", "1001", "x", "1e3", "", "99999999", "%C2%B2"])
async def test_a_page_that_cannot_be(amara: Browser, page: str) -> None:
    assert (await amara.get(f"{HERE}?page={page}")).status_code == 404


async def test_hidden_names_stand_nowhere(browser: Browser, clinic: Clinic) -> None:
    await browser.log_in(await clinic.hire("Tom W", MemberLevel.FULL, RoleType.ADMINISTRATOR, hides_names=True))
    for query in ("", "?q=anna", "?sort=First+name"):
        page = await browser.get(HERE + query)
        assert not re.search("weber|example.com|Anna[0-9]", page.text, re.IGNORECASE)
    codes = re.findall(r">(KT[0-9]{6})</a>", (await browser.get(HERE)).text)
    assert len(codes) == 50
    assert codes == sorted(codes)


async def test_the_buttons_are_for_those_who_may(browser: Browser, other_browser: Browser, clinic: Clinic) -> None:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    await other_browser.log_in(await clinic.hire("Rhys Lindqvist", MemberLevel.OWN_AND_CONTACT))
    assert "New Patient" in (await browser.get(HERE)).text
    assert "New Patient" not in (await other_browser.get(HERE)).text


async def test_an_empty_list_says_what_to_do(browser: Browser, clinic: Clinic) -> None:
    await run("DELETE FROM patient")
    await browser.log_in(await clinic.hire("Amara Okafor"))
    assert "There are no patients here yet." in text(await browser.get(HERE))


async def test_a_stranger_is_told_nothing(browser: Browser, clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    await browser.log_in(await other.hire("Priya Nair"))
    assert (await browser.get(HERE)).status_code == 404
