"""Actions > Update patient status: what it says, whom it is offered to, and what it refuses."""

import asyncio
import re
from contextvars import Context
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import run, transaction
from db.tables.member import MemberLevel, RoleType
from domain import clock
from domain.places import Place
from domain.reports import choices, saving
from tests.cast import Someone
from tests.clinic import Clinic
from tests.web.conftest import Browser, text

REPORTS = "/practice/harbour-street-clinic/reports"
MARK = re.compile(r'name="mark" value="([^"]+)"')


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


@pytest.fixture
async def ruth(browser: Browser, clinic: Clinic) -> Someone:
    who = await clinic.hire("Ruth Baker", MemberLevel.FULL)
    await browser.log_in(who)
    return who


async def chose(place: Place, *, everybody: bool = True) -> str:
    """The address of a Case Load with no filters, in which a member has chosen everybody, or nobody."""
    report = uuid4()
    await saving.start(place, report, "Case Load", {})
    if everybody:
        await choices.choose_all(place, report, 1)
    return f"{REPORTS}/{report}"


async def marked(browser: Browser, report: str) -> str:
    found = MARK.search((await browser.get(f"{report}/patient-status")).text)
    assert found
    return found.group(1)


async def active() -> list[bool]:
    return [row["active"] for row in await run("SELECT active FROM patient ORDER BY created_at")]


async def test_it_says_how_many_and_what_became_of_them(browser: Browser, clinic: Clinic, ruth: Someone) -> None:
    died = clock.now().date() - timedelta(days=9)
    for kind in ({}, {"active": False}, {"deceased_on": died}):
        await clinic.admit(None, **kind)
    await clinic.book(clock.now() + timedelta(days=1))
    report = await chose(await clinic.place(ruth))
    page = await browser.get(f"{report}/patient-status")
    assert "4 patients are chosen." in text(page)
    assert "1 becomes Active, 2 are already, 1 has died" in text(page)
    assert "2 become Inactive, 1 is already, 1 has died" in text(page)
    assert "Of those who would become Inactive, 1 has an appointment to come." in text(page)
    assert " checked>" not in page.text, "nothing is chosen beforehand"
    data = {"status": "Inactive", "mark": await marked(browser, report)}
    done = await browser.post(f"{report}/patient-status", data=data)
    assert done.url.path == report
    assert "2 patients are Inactive now, 1 was already, 1 has died" in text(done)
    assert await active() == [False, False, False, True]


async def test_pressed_twice_it_is_done_once(browser: Browser, clinic: Clinic, ruth: Someone) -> None:
    report = await chose(await clinic.place(ruth))
    data = {"status": "Inactive", "mark": await marked(browser, report)}
    assert "1 patient is Inactive now" in text(await browser.post(f"{report}/patient-status", data=data))
    again = await browser.post(f"{report}/patient-status", data=data)
    assert again.status_code == 200
    assert "Nobody is chosen any more. If you pressed Update twice, it was done the first time" in text(again)
    assert len(await run("SELECT FROM event WHERE kind = 'patient:change'")) == 1


async def test_as_htmx_does_it(browser: Browser, clinic: Clinic, ruth: Someone) -> None:
    report = await chose(await clinic.place(ruth))
    piece = await browser.htmx("GET", f"{report}/patient-status", "dialog")
    assert "<html" not in piece.text
    assert 'id="update-patient-status"' in piece.text
    data = {"status": "Inactive", "mark": await marked(browser, report)}
    done = await browser.htmx("POST", f"{report}/patient-status", "update-patient-status", data=data)
    assert done.headers["HX-Redirect"] == report


async def test_with_nobody_chosen_there_is_nothing_to_press(browser: Browser, clinic: Clinic, ruth: Someone) -> None:
    report = await chose(await clinic.place(ruth), everybody=False)
    page = await browser.get(f"{report}/patient-status")
    assert "Nobody is chosen. Tick the patients in the report first." in text(page)
    assert ">Update<" not in page.text


@pytest.mark.parametrize("status", [None, "", "  ", "Deceased", "inactive", "x" * 2001, "a\0b", ["Active", "Inactive"]])
async def test_another_status_is_refused_at_its_field(
    browser: Browser, clinic: Clinic, ruth: Someone, status: str | list[str] | None
) -> None:
    report = await chose(await clinic.place(ruth))
    sent = {"mark": await marked(browser, report), **({} if status is None else {"status": status})}
    page = await browser.post(f"{report}/patient-status", data=sent)
    assert page.status_code == 422
    assert 'id="status-error"' in page.text
    assert await active() == [True]


@pytest.mark.parametrize("mark", ["", "1-", "none", "\0", "x" * 5000, ["1-a", "1-b"]])
async def test_what_the_pop_up_did_not_say_is_said_first(
    browser: Browser, clinic: Clinic, ruth: Someone, mark: str | list[str]
) -> None:
    report = await chose(await clinic.place(ruth))
    page = await browser.post(f"{report}/patient-status", data={"status": "Inactive", "mark": mark})
    assert page.status_code == 409
    assert "Whom you have chosen changed since you opened this" in text(page)
    assert "1 patient is chosen." in text(page)
    assert await active() == [True]


async def test_a_report_that_asks_something_else_by_now_is_said(
    browser: Browser, clinic: Clinic, ruth: Someone
) -> None:
    place = await clinic.place(ruth)
    report = await chose(place)
    data = {"status": "Inactive", "mark": await marked(browser, report)}
    await saving.refilter(place, UUID(report.rpartition("/")[2]), {"status": "Active"}, 1)
    page = await browser.post(f"{report}/patient-status", data=data)
    assert page.status_code == 409
    assert "Nobody is chosen." in text(page)
    assert await active() == [True]


@pytest.mark.parametrize(
    ("offered", "rights"),
    [
        (True, {}),
        (True, {"role_type": RoleType.ADMINISTRATOR}),
        (False, {"has_patients": False}),
        (False, {"read_only": True}),
        (False, {"role_type": RoleType.ADMINISTRATOR, "hides_names": True}),
    ],
)
async def test_whom_it_is_offered_to(browser: Browser, clinic: Clinic, offered: bool, rights: dict[str, Any]) -> None:
    who = await clinic.hire("Tom W", MemberLevel.CLINICAL, **rights)
    await browser.log_in(who)
    report = await chose(await clinic.place(who), everybody=False)
    assert ("Update patient status" in (await browser.get(report)).text) is offered
    pages = (
        await browser.get(f"{report}/patient-status"),
        await browser.post(f"{report}/patient-status", data={"status": "Inactive", "mark": "1-"}),
    )
    assert [page.status_code for page in pages] == ([200, 200] if offered else [403, 403])
    assert await active() == [True]


async def test_who_may_open_no_reports_finds_no_action(browser: Browser, clinic: Clinic, ruth: Someone) -> None:
    report = await chose(await clinic.place(ruth))
    await run("UPDATE member SET has_reports = false WHERE account = $1", ruth.account)
    assert (await browser.get(f"{report}/patient-status")).status_code == 403


async def test_a_report_of_another_or_of_nobody_is_not_there(browser: Browser, clinic: Clinic, ruth: Someone) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    sami, vera = await clinic.hire("Sami"), await other.hire("Vera")
    theirs = [await chose(await clinic.place(sami)), await chose(await other.place(vera)), f"{REPORTS}/{uuid4()}"]
    for report in theirs:
        assert (await browser.get(f"{report}/patient-status")).status_code == 404
        data = {"status": "Inactive", "mark": "1-"}
        assert (await browser.post(f"{report}/patient-status", data=data)).status_code == 404
    assert await active() == [True, True]


async def test_while_an_import_holds_them_it_says_so(browser: Browser, clinic: Clinic, ruth: Someone) -> None:
    report = await chose(await clinic.place(ruth))
    sent = {"mark": await marked(browser, report), "status": "Inactive"}
    async with transaction():
        await run("SELECT FROM patient FOR UPDATE")
        answer = await asyncio.create_task(browser.post(f"{report}/patient-status", data=sent), context=Context())
    assert answer.status_code == 422
    assert "being changed just now" in text(answer)
    assert await active() == [True]
