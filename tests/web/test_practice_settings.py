"""Settings > General and Settings > Communication Templates, in a browser without JavaScript and by htmx."""

from datetime import timedelta

import pytest

from db.engine import run
from db.tables.member import MemberLevel
from domain import clock, communication_templates
from tests.clinic import Clinic, write
from tests.web.conftest import Browser, text

BASE = "/practice/harbour-street-clinic/settings"
PORTAL = f"{BASE}/general/patient-portal"
TEMPLATES = f"{BASE}/communication-templates"
GOOD = {"invitations": "off", "updates": "Auto update", "note_sharing": "on", "version": "1"}
LONG = "<b>" * 700
AT = clock.now()


@pytest.fixture
async def clinic(browser: Browser) -> Clinic:
    clinic = await Clinic.open(None)
    await browser.log_in(await clinic.hire("Amara Okafor"))
    return clinic


async def settings() -> tuple[object, ...]:
    [row] = await run("SELECT invitations, updates, note_sharing, settings_version FROM practice")
    return tuple(row.values())


async def test_the_page_says_how_things_stand(browser: Browser, clinic: Clinic) -> None:
    shown = text(await browser.get(f"{BASE}/general"))
    for words in (
        "Harbour Street Clinic", "Australia/Sydney", "On. It cannot be turned off.", "On: practitioners may invite",
        "Require approval", "Off: only its author", "These settings apply to all practitioners of the practice",
    ):  # fmt: skip
        assert words in shown


async def test_saved_they_hold_for_who_has_a_page_open(
    browser: Browser, other_browser: Browser, clinic: Clinic
) -> None:
    await other_browser.log_in(await clinic.hire("Ben Adler"))
    assert "Require approval: what" in text(await other_browser.get(f"{BASE}/general"))
    answer = await browser.post(PORTAL, data=GOOD)
    assert answer.url.path == f"{BASE}/general"
    assert "Saved for everybody at your practice" in text(answer)
    assert await settings() == (False, "Auto update", True, 2)
    assert "Auto update: what" in text(await other_browser.get(f"{BASE}/general"))
    late = await other_browser.post(PORTAL, data={**GOOD, "updates": "Disabled"})
    assert late.status_code == 409
    assert "This changed since you opened it" in text(late)
    assert 'value="Auto update" id="updates" checked' in late.text
    assert 'name="version" value="2"' in late.text


async def test_htmx_gets_the_section(browser: Browser, clinic: Clinic) -> None:
    pop_up = await browser.htmx("GET", f"{PORTAL}/edit", "dialog")
    assert pop_up.text.startswith("<form")
    answer = await browser.htmx("POST", PORTAL, "edit-portal-settings", data=GOOD)
    assert answer.headers["HX-Retarget"] == "#portal-settings"
    assert '<section class="card" id="portal-settings"' in answer.text


async def test_cancel_all_pending_is_offered_while_invitations_are_off(browser: Browser, clinic: Clinic) -> None:
    [member] = await run("SELECT account FROM member LIMIT 1")
    await write(
        "invitation", practice=clinic.practice, patient=clinic.patient, email="x", email_key="x", state="Pending",
        sent_by=member["account"], created_at=AT, sent_at=AT, expires_at=AT + timedelta(days=14),
    )  # fmt: skip
    assert "Cancel all pending" not in text(await browser.get(f"{BASE}/general"))
    answer = await browser.post(PORTAL, data=GOOD)
    assert "One invitation is still out" in text(answer)
    assert '<a href="/practice/harbour-street-clinic/invitations">Cancel all pending</a>' in answer.text


BAD = [
    ({}, {"invitations", "updates", "note_sharing"}),
    ({**GOOD, "invitations": "maybe"}, {"invitations"}),
    ({**GOOD, "updates": "Auto"}, {"updates"}),
    ({**GOOD, "updates": ["Disabled", "Auto update"]}, {"updates"}),
    ({**GOOD, "note_sharing": "on\0"}, {"note_sharing"}),
    ({**GOOD, "note_sharing": ["on", "off"]}, {"note_sharing"}),
    ({**GOOD, "invitations": LONG}, {"invitations"}),
]


@pytest.mark.parametrize(("sent", "at"), BAD)
async def test_what_is_no_setting_is_refused(
    browser: Browser, clinic: Clinic, sent: dict[str, object], at: set[str]
) -> None:
    answer = await browser.post(PORTAL, data=sent)
    assert answer.status_code == 422
    assert {field for field in GOOD if f'id="{field}-error"' in answer.text} == at
    assert "<title>Error: " in answer.text
    assert "<b>" not in answer.text
    assert await settings() == (True, "Require approval", False, 1)


@pytest.mark.parametrize("version", ["", "0", "x", "99999999999999", "-1"])
async def test_a_version_that_is_none_saves_nothing(browser: Browser, clinic: Clinic, version: str) -> None:
    assert (await browser.post(PORTAL, data={**GOOD, "version": version})).status_code == 409
    assert (await settings())[-1] == 1


@pytest.mark.parametrize("path", [f"{BASE}/general", f"{PORTAL}/edit", TEMPLATES, f"{TEMPLATES}/new"])
async def test_settings_are_for_full_access(other_browser: Browser, clinic: Clinic, path: str) -> None:
    await other_browser.log_in(await clinic.hire("Rhys Lindqvist", MemberLevel.CLINICAL))
    assert (await other_browser.get(path)).status_code == 403
    assert (await other_browser.post(PORTAL, data=GOOD)).status_code == 403
    reader = await clinic.hire("Rita Orr", read_only=True)
    await other_browser.log_in(reader)
    assert (await other_browser.get(path)).status_code == (403 if path.endswith(("edit", "new")) else 200)
    assert (await other_browser.post(TEMPLATES, data={"name": "a", "message": "b"})).status_code == 403


async def template_of(clinic: Clinic, name: str = "Welcome", body: str = "Dear [Patient First Name]") -> str:
    row = await write("communication_template", practice=clinic.practice, name=name, body=body, created_at=AT)
    return f"{TEMPLATES}/{row}"


async def test_templates_are_listed_as_nobody_would_read_them(browser: Browser, clinic: Clinic) -> None:
    await template_of(clinic)
    await template_of(clinic, "Ask", "Write to [Practice Email]")
    shown = text(await browser.get(TEMPLATES))
    assert "Dear Sam" in shown
    assert "Write to [Practice Email]" in shown
    for term in communication_templates.TERMS:
        assert f"[{term}]" in shown


async def test_a_template_is_written_previewed_changed_and_removed(browser: Browser, clinic: Clinic) -> None:
    assert "None yet" in text(await browser.get(TEMPLATES))
    typed = {"name": "Welcome", "message": "Dear [Patient First Name]\r\nof [Practice Name]"}
    preview = await browser.post(TEMPLATES, data={**typed, "preview": "yes"})
    assert (preview.status_code, "Dear Sam of Harbour Street Clinic" in text(preview)) == (200, True)
    assert await run("SELECT FROM communication_template") == []
    assert "Welcome is saved" in text(await browser.post(TEMPLATES, data=typed))
    [row] = await run("SELECT id, body FROM communication_template")
    assert "\r" not in row["body"]
    one = f"{TEMPLATES}/{row['id']}"
    assert "Dear [Patient First Name]" in (await browser.get(f"{one}/edit")).text
    changed = {"name": "Welcome back", "message": "Hello", "version": "1"}
    assert "Welcome back is saved" in text(await browser.post(one, data=changed))
    late = await browser.post(one, data={**changed, "message": "Good day"})
    assert late.status_code == 409
    assert ">Hello</textarea>" in late.text
    assert "Remove Welcome back?" in text(await browser.get(f"{one}/remove"))
    for _ in range(2):
        assert "The template is removed" in text(await browser.post(f"{one}/removal"))
    assert (await browser.get(f"{one}/edit")).status_code == 404


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({}, {"name", "message"}),
        ({"name": " ", "message": "\r\n"}, {"name", "message"}),
        ({"name": LONG, "message": "x" * 2001}, {"name", "message"}),
        ({"name": "a\0", "message": "b\x1b"}, {"name", "message"}),
        ({"name": "a\nb", "message": "b"}, {"name"}),
        ({"name": ["a", "b"], "message": ["a", "b"]}, {"name", "message"}),
        ({"name": "WELCOME", "message": "b"}, {"name"}),
        ({"name": "a", "message": "[Patient Nickname]"}, {"message"}),
    ],
)
@pytest.mark.parametrize("way", ["new", "edit"])
async def test_what_is_no_template_is_refused(
    browser: Browser, clinic: Clinic, sent: dict[str, object], at: set[str], way: str
) -> None:
    await template_of(clinic)
    address = TEMPLATES if way == "new" else await template_of(clinic, "Other")
    answer = await browser.post(address, data={**sent, "version": "1"})
    assert answer.status_code == 422
    assert {field for field in ("name", "message") if f'id="{field}-error"' in answer.text} == at
    assert "<b>" not in answer.text
    assert [row["version"] for row in await run("SELECT version FROM communication_template")] == [1] * (
        2 if way == "edit" else 1
    )


async def test_two_thousand_characters_are_counted_as_people_count(browser: Browser, clinic: Clinic) -> None:
    message = "\r\n".join("x" * 9 for _ in range(200)) + "y"
    assert (await browser.post(TEMPLATES, data={"name": "Long", "message": message})).status_code == 200


async def test_another_practices_template_is_not_there(browser: Browser, clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    one = await template_of(other)
    for answer in (
        await browser.get(f"{one}/edit"),
        await browser.get(f"{one}/remove"),
        await browser.post(one, data={"name": "a", "message": "b", "version": "1"}),
        await browser.post(f"{one}/removal"),
    ):
        assert answer.status_code == 404
    assert "Welcome" not in text(await browser.get(TEMPLATES))
