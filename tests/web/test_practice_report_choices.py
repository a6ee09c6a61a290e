"""Choosing patients in a report, as a page without JavaScript and as htmx does it: no tick is lost, nobody is chosen
who may not be."""

import re
from uuid import UUID, uuid4

import httpx
import pytest

from db.engine import counting, run
from domain import clock
from domain.reports import choices
from tests.clinic import Clinic, write
from tests.web.conftest import Browser, text
from tests.web.reporting import filled_clinic, started
from tests.web.test_practice_statements import MOST


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await filled_clinic(60)


@pytest.fixture
async def amara(browser: Browser, clinic: Clinic) -> Browser:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    return browser


def shown_on(page: httpx.Response) -> list[str]:
    return re.findall(r'name="ticked" value="([0-9a-f-]{36})"', page.text)


def ticked_on(page: httpx.Response) -> list[str]:
    return re.findall(r'name="ticked" value="([0-9a-f-]{36})" checked', page.text)


def sent(drawn: httpx.Response, ticked: list[str], **button: str) -> dict[str, object]:
    """What a browser sends of the table's form with these ticks and this button."""
    hidden = dict(re.findall(r'<input type="hidden" name="(version|sorted|paged|shown)" value="([^"]*)">', drawn.text))
    return {**hidden, "ticked": ticked, **button}


async def chosen() -> set[str]:
    return {str(row["patient"]) for row in await run("SELECT patient FROM chosen_patient")}


async def test_ticks_are_kept_over_pages_sorts_and_actions(amara: Browser) -> None:
    address = await started(amara)
    first = await amara.get(address)
    some = shown_on(first)[:3]
    second = await amara.post(f"{address}/choice", data=sent(first, some, page="2"))
    assert (second.url.path, second.url.query) == (address, b"sort=name&page=2")
    assert "3 chosen" in text(second)
    more = shown_on(second)[:1]
    again = await amara.post(f"{address}/choice", data=sent(second, more, sort="-name"))
    assert (again.url.path, again.url.query) == (address, b"sort=-name&page=1")
    assert ticked_on(again) == more
    assert await chosen() == {*some, *more}
    action = await amara.post(f"{address}/choice", data=sent(again, [], action="patient-status"))
    assert action.url.path == f"{address}/patient-status"
    assert await chosen() == set(some)
    back = await amara.get(address)
    assert ticked_on(back) == some
    assert 'role="status">3 chosen' in back.text


async def test_all_on_this_page_all_and_nobody(amara: Browser) -> None:
    address = await started(amara)
    page = await amara.get(address)
    for button, many in (("page", 50), ("all", 61), ("nobody", 0), ("all", 61)):
        page = await amara.post(f"{address}/choice", data=sent(page, [], choose=button))
        assert f'role="status">{many} chosen' in page.text, button
        assert len(ticked_on(page)) == min(many, 50)
    assert "Choose all 61" in page.text
    await amara.post(f"{address}/filters", data={"version": "1", "city": "Glebe"})
    assert 'role="status">0 chosen' in (await amara.get(address)).text


async def test_where_all_on_the_page_are_chosen_none_can_be(amara: Browser) -> None:
    address = await started(amara)
    first = await amara.get(address)
    assert "Choose all on this page" in text(first)
    await amara.post(f"{address}/choice", data=sent(first, shown_on(first)[:49], page="2"))
    second = await amara.get(f"{address}?page=2")
    both = await amara.post(f"{address}/choice", data=sent(second, shown_on(second), choose="page"))
    assert "Choose none on this page" in text(both)
    assert "Choose all on this page" in text(await amara.get(address)), "one is missing there"
    none = await amara.post(f"{address}/choice", data=sent(both, ticked_on(both), choose="none"))
    assert 'role="status">49 chosen' in none.text
    assert "Choose all on this page" in text(none)


async def test_htmx_gets_the_number_alone(amara: Browser) -> None:
    address = await started(amara)
    page = await amara.get(address)
    for many in (1, 2, 2, 0):
        data = sent(page, shown_on(page)[:many])
        piece = await amara.htmx("POST", f"{address}/choice", "chosen-patients", data=data)
        assert piece.text.strip() == f'<strong id="chosen-patients" role="status">{many} chosen</strong>'
        assert "set-cookie" not in piece.headers
    piece = await amara.htmx("POST", f"{address}/choice", "dialog", data=sent(page, [], action="patient-status"))
    assert 'id="dialog-title"' in piece.text
    assert "<html" not in piece.text


async def test_forged_ids_choose_nobody(amara: Browser, clinic: Clinic) -> None:
    """S4.8: absent, another practice's, revoked, not in the report, no id at all."""
    other = await Clinic.open(None, "Eastside Physio")
    theirs = await other.admit(None, first_name="Zed")
    [me] = await run("SELECT id, account FROM member WHERE name = 'Amara Okafor'")
    kept, away = await clinic.admit(None, city="Glebe"), await clinic.admit(None, city="Ryde")
    address = await started(amara, city="Glebe")
    page = await amara.get(address)
    revoked = {"patient": kept, "member": me["id"], "revoked_at": clock.now(), "revoked_by": me["account"]}
    await write("patient_revocation", **revoked)
    forged = [str(one) for one in (theirs, kept, away, uuid4())] + ["x", ""]
    good = shown_on(page)[-1]
    data = {**sent(page, [good, *forged]), "shown": ",".join([good, *forged])}
    answer = await amara.post(f"{address}/choice", data=data)
    assert await chosen() == {good}
    assert "4 could not be chosen: they are not in this report any more" in text(answer)
    piece = await amara.htmx("POST", f"{address}/choice", "chosen-patients", data=data)
    assert ">1 chosen. 4 could not be: they are not in this report any more</strong>" in piece.text


@pytest.mark.parametrize(
    "button", [{"action": "https://evil.example"}, {"action": "../../../login"}, {"choose": "everybody"}, {"page": "x"},
               {"sort": "//evil.example"}, {"page": "-1"}, {"action": "patient-status\r\nX: y"}], ids=str,
)  # fmt: skip
async def test_a_forged_button_leads_nowhere_else(amara: Browser, button: dict[str, str]) -> None:
    address = await started(amara)
    page = await amara.get(address)
    answer = await amara.post(f"{address}/choice", data=sent(page, [], **button), follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{address}?sort=")


@pytest.mark.parametrize("field", ["version", "shown", "sorted", "paged", "sort", "page", "action", "choose"])
async def test_a_field_that_comes_twice(amara: Browser, field: str) -> None:
    address = await started(amara)
    form = {**sent(await amara.get(address), []), field: ["1", "1"]}
    assert (await amara.post(f"{address}/choice", data=form)).status_code in (400, 409)
    assert await chosen() == set()


@pytest.mark.parametrize("version", ["0", "2", "x", "", "-1", "9" * 30])
async def test_a_report_that_changed_since_says_so(amara: Browser, version: str) -> None:
    address = await started(amara)
    page = await amara.get(address)
    form = {**sent(page, shown_on(page)), "version": version}
    answer = await amara.post(f"{address}/choice", data=form)
    assert answer.status_code == 409
    assert "This report changed since you opened it, so nobody was chosen. Here it is as it stands now." in text(answer)
    assert ticked_on(answer) == []
    piece = await amara.htmx("POST", f"{address}/choice", "chosen-patients", data=form)
    assert piece.status_code == 409
    assert f'This report changed since you opened it, so nobody was chosen. <a href="{address}">' in piece.text
    pop_up = await amara.htmx("POST", f"{address}/choice", "dialog", data={**form, "action": "patient-status"})
    assert (pop_up.status_code, 'id="dialog-title"' in pop_up.text) == (409, True)


async def test_more_than_can_be_chosen(amara: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "MOST", 40)
    address = await started(amara)
    page = await amara.get(address)
    for button in ("all", "page"):
        answer = await amara.post(f"{address}/choice", data=sent(page, [], choose=button))
        assert answer.status_code == 422
        assert "patients can be chosen at once" in text(answer)
    assert await chosen() == set()


async def test_everybody_chooses_for_themselves(amara: Browser, other_browser: Browser, clinic: Clinic) -> None:
    await other_browser.log_in(await clinic.hire("Rhys Lindqvist"))
    address = await started(amara)
    await amara.post(f"{address}/saving", data={"name": "Spring", "shared": "yes", "version": "1"})
    page = await amara.get(address)
    await amara.post(f"{address}/choice", data=sent(page, [], choose="all"))
    theirs = await other_browser.post(f"{address}/run")
    assert 'role="status">0 chosen' in theirs.text
    assert ticked_on(theirs) == []


async def test_nobody_is_chosen_where_there_are_no_patients(amara: Browser) -> None:
    address = await started(amara, "Portal Adoption")
    form = {"version": "1", "shown": str(UUID(int=1)), "ticked": str(UUID(int=1)), "choose": "all"}
    assert (await amara.post(f"{address}/choice", data=form)).status_code == 404


async def test_the_number_of_statements_is_fixed(amara: Browser) -> None:
    """As many for fifty rows, all ticked, as for none."""
    asked = {}
    for many, filters in ((0, {"city": "Nowhere"}), (50, {"city": "Glebe"})):
        address = await started(amara, **filters)
        await amara.post(f"{address}/choice", data={"version": "1", "choose": "all"})
        with counting() as statements:
            page = await amara.get(address)
        asked[len(ticked_on(page))] = len(statements)
        assert len(ticked_on(page)) == many
    assert asked[0] == asked[50] <= MOST, asked
