"""Settings > Users, as an owner and everybody else of the practice meets it."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import counting, run
from db.tables.member import MemberLevel, RoleType
from domain import clock
from tests.cast import PASSWORD, Someone, mails, someone
from tests.clinic import Clinic
from tests.web.conftest import Browser, text

HERE = "/practice/harbour-street-clinic/settings/users"
MODULES = dict.fromkeys(("has_calendar", "has_patients", "has_invoices", "has_reports", "has_invitations"), "yes")
NEW = {"name": "Nell Archer", "email": "nell@example.com", "role_type": "Practitioner", "level": "Personal Access"}
NEW |= MODULES


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


async def logged_in_owner(browser: Browser, clinic: Clinic) -> Someone:
    olive = await clinic.hire("Olive Owner", role_type=RoleType.ADMINISTRATOR, owner=True)
    await browser.log_in(olive)
    return olive


async def rhys_of(clinic: Clinic, level: MemberLevel = MemberLevel.PERSONAL, **others: Any) -> UUID:
    rhys = await clinic.hire("Rhys Lindqvist", level, **others)
    [row] = await run("SELECT id FROM member WHERE account = $1", rhys.account)
    found: UUID = row["id"]
    return found


async def members() -> list[dict[str, Any]]:
    return await run("SELECT * FROM member ORDER BY id")


async def test_an_owner_reads_everybody_and_their_emails(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    await rhys_of(clinic, read_only=True, has_reports=False, invoices="own")
    await clinic.hire("Ines Duarte", MemberLevel.CLINICAL, active=False)
    await browser.post(HERE, data=NEW)
    page = await browser.get(HERE)
    shown = text(page)
    for words in ("New User", "rhys@example.com", "read only · invoices: own · no Reports", "Change your password"):
        assert words in shown
    assert "Nell Archer nell@example.com Practitioner Personal Access Pending" in shown
    assert re.search(r'<tr id="member-row-\S+" class="grey">\s*<td>Ines Duarte', page.text)
    assert shown.index("Olive Owner You") < shown.index("Dr Amara of Harbour Street Clinic ")
    assert "Your practices Harbour Street Clinic You are here" in shown


@pytest.mark.parametrize("role_type", RoleType)
@pytest.mark.parametrize("level", MemberLevel)
async def test_everybody_else_reads_names_alone(
    browser: Browser, clinic: Clinic, level: MemberLevel, role_type: RoleType
) -> None:
    rhys = await rhys_of(clinic)
    await browser.log_in(await clinic.hire("Sam Pell", level, role_type))
    shown = text(await browser.get(HERE))
    assert "Rhys Lindqvist" in shown
    assert not re.search(r"@example\.com|New User|Edit|Deactivate", shown)
    for method, path in (
        ("GET", "/new"), ("POST", ""), ("GET", f"/{rhys}/edit"), ("POST", f"/{rhys}"), ("GET", f"/{rhys}/deactivate"),
        ("POST", f"/{rhys}/deactivation"), ("GET", f"/{rhys}/activate"), ("POST", f"/{rhys}/activation"),
        ("POST", f"/{rhys}/resending"), ("POST", f"/{rhys}/cancellation"),
    ):  # fmt: skip
        assert (await browser.request(method, HERE + path)).status_code == 403, path


async def test_settings_leads_to_the_first_tab(browser: Browser, clinic: Clinic) -> None:
    for who, first in ((MemberLevel.FULL, "general"), (MemberLevel.PERSONAL, "users")):
        await browser.log_in(await clinic.hire(f"Sam{first}", who))
        answer = await browser.get(HERE.removesuffix("/users"), follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, HERE.replace("users", first))


async def test_the_same_words_whether_or_not_the_email_has_a_login(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    await someone("Kim Sato")
    said: list[object] = []
    for name in ("kim", "nobody"):
        page = await browser.post(HERE, data={**NEW, "name": "Them", "email": f"{name}@example.com"})
        said.append(text(page).replace(f"{name}@", "x@").count("We have written to x@example.com. They can work here"))
        row = re.search(rf'<tr id="member-row-(?:(?!</tr>).)*{name}@.*?</tr>', page.text, re.DOTALL)
        assert row
        said.append(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", row[0]).replace(f"{name}@", "x@"))
    assert said[:2] == said[2:]
    assert [mail["kind"] for mail in await mails()] == ["member-request", "member-set-up"]


BAD: list[tuple[str, object, str]] = [
    ("name", "", "Type a name"), ("name", "x" * 101, "at most 100"), ("name", "a\0b", "cannot be kept"),
    ("name", "=?utf-8?q?x?=", "Type a name"), ("name", "see http://evil.example", "Type a name"),
    ("name", ["Nell", "Ned"], "Type a name"), ("email", "", "Type an email"), ("email", "none", "not an email"),
    ("email", "x" * 250 + "@example.com", "at most 254"), ("email", "a\x07@example.com", "cannot be kept"),
    ("email", ["a@example.com", "b@example.com"], "Type an email"), ("role_type", "", "Choose Practitioner"),
    ("role_type", "Owner", "Choose Practitioner"), ("role_type", ["Practitioner"] * 2, "Choose Practitioner"),
    ("level", "", "Choose a member level"), ("level", "full access", "Choose a member level"),
    ("calendars", "some", "Choose all, own or none"), ("invoices", ["all", "own"], "Choose all, own or none"),
    ("has_reports", "perhaps", "Tick it"), ("owner", ["yes", "yes"], "Tick it"), ("owner", "yes", "An account owner"),
    ("views", "x", "Choose among"), ("views", str(UUID(int=7)), "Choose among"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "words"), BAD)
async def test_bad_input(browser: Browser, clinic: Clinic, field: str, value: object, words: str) -> None:
    await logged_in_owner(browser, clinic)
    rhys = await rhys_of(clinic)
    before = await members()
    typed = {**NEW, "role_type": "Administrator", "level": "Clinical Access", "version": "1", field: value}
    for path in ("", f"/{rhys}"):
        if path and field in ("name", "email"):
            continue
        page = await browser.post(HERE + path, data=typed)
        assert (page.status_code, words in text(page)) == (422, True), text(page)
        assert page.text.count(f'href="#{field}"') == 1
        assert page.text.count(f'id="{field}"') == 1
    assert await members() == before
    assert await mails() == []


async def test_what_was_chosen_stays_in_a_refused_form(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    rhys = await rhys_of(clinic)
    typed = {
        **NEW, "name": "", "role_type": "Administrator", "views": [str(rhys), str(clinic.practitioner)],
        "hides_names": "yes", "invoices": "own",
    }  # fmt: skip
    page = await browser.post(HERE, data={k: v for k, v in typed.items() if k != "has_reports"})
    assert page.status_code == 422
    for view in (rhys, clinic.practitioner):
        assert re.search(rf'value="{view}"[^>]* checked', page.text)
    assert re.search(r'<details class="more" open>', page.text)
    assert re.search(r'id="hides_names"[^>]* checked', page.text)
    assert not re.search(r'id="has_reports"[^>]* checked', page.text)
    assert "<option selected>own</option>" in page.text


async def test_an_email_that_is_here_already(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    await rhys_of(clinic)
    page = await browser.post(HERE, data={**NEW, "email": "RHYS@example.com"})
    assert page.status_code == 422
    assert 'id="email-error">They work here already' in page.text


async def test_an_edit_swaps_its_row(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    rhys = await rhys_of(clinic)
    assert "Edit Rhys Lindqvist" in text(await browser.htmx("GET", f"{HERE}/{rhys}/edit"))
    typed = {"role_type": "Practitioner", "level": "Clinical Access", "version": "1", **MODULES}
    swap = await browser.htmx("POST", f"{HERE}/{rhys}", data=typed)
    assert (swap.status_code, swap.headers["hx-retarget"]) == (200, f"#member-row-{rhys}")
    assert "Clinical Access" in text(swap)
    older = await browser.post(f"{HERE}/{rhys}", data={**typed, "level": "Personal Access"})
    assert older.status_code == 409
    assert "This changed since you opened it" in text(older)
    assert [m["level"] for m in await members() if m["id"] == rhys] == ["Clinical Access"]


async def test_a_form_that_is_a_page_of_its_own_is_sent_as_one(browser: Browser, clinic: Clinic) -> None:
    """A pop-up opened in a tab of its own has no list to put the new row into."""
    await logged_in_owner(browser, clinic)
    rhys = await rhys_of(clinic)
    for path in ("new", f"{rhys}/edit", f"{rhys}/deactivate"):
        assert "data-hx-ignore" in (await browser.get(f"{HERE}/{path}")).text
        assert "data-hx-ignore" not in (await browser.htmx("GET", f"{HERE}/{path}")).text


async def test_ones_own_edit_turns_the_page(browser: Browser, clinic: Clinic) -> None:
    olive = await logged_in_owner(browser, clinic)
    [row] = await run("SELECT id FROM member WHERE account = $1", olive.account)
    typed = {"role_type": "Administrator", "level": "Clinical Access", "version": "1", **MODULES}
    swap = await browser.htmx("POST", f"{HERE}/{row['id']}", data=typed)
    assert swap.headers["hx-redirect"] == HERE
    assert (await browser.get(f"{HERE}/new")).status_code == 403
    assert "New User" not in text(await browser.get(HERE))


async def test_a_practitioner_with_full_access_is_for_the_platforms_administrators(
    browser: Browser, clinic: Clinic
) -> None:
    await logged_in_owner(browser, clinic)
    amara = clinic.practitioner
    assert f"{amara}/deactivate" not in (await browser.get(HERE)).text
    shown = await browser.get(f"{HERE}/{amara}/edit")
    assert "the people who run this Kith" in text(shown)
    assert 'type="radio"' not in shown.text
    asked = await browser.get(f"{HERE}/{amara}/deactivate")
    assert "Only the people who run this Kith" in text(asked)
    assert "<button>Deactivate" not in asked.text
    before = await members()
    assert (await browser.post(f"{HERE}/{amara}/deactivation")).status_code == 422
    for less in ({"level": "Personal Access"}, {"role_type": "Administrator"}, {"read_only": "yes"}):
        typed = {"role_type": "Practitioner", "level": "Full Access", "version": "1", "owner": "", **MODULES, **less}
        page = await browser.post(f"{HERE}/{amara}", data=typed)
        assert (page.status_code, "Only the people who run this Kith" in text(page)) == (422, True) or less == {
            "read_only": "yes"
        }
        assert set(re.findall(r'href="#(\w+)"', page.text)) <= {"main", "owner"}
    assert await members() == before
    typed = {"role_type": "Practitioner", "level": "Full Access", "version": "1", **MODULES}
    assert (await browser.post(f"{HERE}/{amara}", data=typed)).status_code == 200
    assert not (await run("SELECT owner FROM member WHERE id = $1", amara))[0]["owner"]


async def test_deactivated_while_a_page_is_open(browser: Browser, other_browser: Browser, clinic: Clinic) -> None:
    """The next request is refused, and the practice's name is not on the page."""
    await logged_in_owner(browser, clinic)
    rhys = await rhys_of(clinic)
    await other_browser.log_in("rhys@example.com")
    assert (await other_browser.get(HERE)).status_code == 200
    assert "Deactivate Rhys Lindqvist?" in text(await browser.get(f"{HERE}/{rhys}/deactivate"))
    assert "Rhys Lindqvist is deactivated" in text(await browser.post(f"{HERE}/{rhys}/deactivation"))
    for path in ("", "/settings/users", "/patients"):
        gone = await other_browser.get(f"/practice/harbour-street-clinic{path}")
        assert gone.status_code == 404
        assert "Harbour" not in text(gone)
    assert "can work here again" in text(await browser.post(f"{HERE}/{rhys}/activation"))
    assert (await other_browser.get(HERE)).status_code == 200


async def test_ids_of_another_practice_are_not_there(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    other = await Clinic.open(None, "Eastside Physio")
    before = await members()
    for row in (other.practitioner, uuid4()):
        for method, path in (
            ("GET", "edit"), ("POST", ""), ("GET", "deactivate"), ("POST", "deactivation"), ("GET", "activate"),
            ("POST", "activation"), ("POST", "resending"), ("POST", "cancellation"),
        ):  # fmt: skip
            typed = {**NEW, "version": "1"} if method == "POST" else None
            answer = await browser.request(method, f"{HERE}/{row}/{path}".rstrip("/"), data=typed)
            assert answer.status_code == 404, path
    assert await members() == before


async def test_the_password_is_asked_again_after_ten_minutes(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    rhys = await rhys_of(clinic, active=False)
    clock.set_offset(timedelta(minutes=11))
    await run("UPDATE deployment SET clock_offset = $1", timedelta(minutes=11))
    assert "Your password" in text(await browser.get(f"{HERE}/new"))
    for path in ("", f"/{clinic.practitioner}", f"/{rhys}/activation"):
        typed = {**NEW, "role_type": "Practitioner", "level": "Full Access", "version": "1"}
        page = await browser.post(HERE + path, data=typed)
        assert (page.status_code, "Type your password" in text(page)) == (422, True)
    assert (await browser.post(HERE, data={**NEW, "password": PASSWORD})).status_code == 200
    assert len(await mails()) == 1


async def test_the_list_costs_the_same_however_many_work_there(browser: Browser, clinic: Clinic) -> None:
    await logged_in_owner(browser, clinic)
    costs = []
    for more in (1, 20):
        for n in range(more):
            await clinic.hire(f"Person{more}x{n}")
        with counting() as statements:
            await browser.get(HERE)
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_an_administrator_chooses_whom_to_view(browser: Browser, clinic: Clinic) -> None:
    rhys = await rhys_of(clinic)
    bea = await clinic.hire(
        "Bea Castellanos", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, views=(clinic.practitioner, rhys)
    )
    await browser.log_in(bea)
    here = HERE.replace("settings/users", "viewing")
    button = r'<summary><span class="name">([^<]+)</span></summary>'
    page = await browser.get(here)
    assert re.findall(button, page.text)[-1] == "Dr Amara of Harbour Street Clinic"
    assert "You are Bea Castellanos , viewing" in text(page)
    page = await browser.post(here, data={"practitioner": str(rhys)})
    assert re.findall(button, page.text)[-1] == "Rhys Lindqvist"
    other = await Clinic.open(None, "Eastside Physio")
    for forged in (other.practitioner, uuid4()):
        assert (await browser.post(here, data={"practitioner": str(forged)})).status_code == 404
    for bad in ("", "x", [str(rhys), str(rhys)], "a\0"):
        assert (await browser.post(here, data={"practitioner": bad})).status_code == 422
    await browser.log_in("rhys@example.com")
    assert (await browser.get(here)).status_code == 403
    assert (await browser.post(here, data={"practitioner": str(rhys)})).status_code == 403
