"""The practice's pages of invitations: the pop-up and what it refuses, the list and its buttons."""

import re
from uuid import uuid4

import httpx
import pytest

from db.engine import run
from db.tables.member import MemberLevel
from domain import invitations
from domain.invitations import Draft
from tests.cast import Someone, mails
from tests.clinic import NOW, Clinic, write
from tests.domain.inviting import BORN, EMAIL, clinic_with_owen, practitioner, row_of, send
from tests.web.conftest import Browser, text

HERE = "/practice/harbour-street-clinic"
GOOD = {"email": EMAIL, "confirm_email": EMAIL}


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await clinic_with_owen()


async def at_work(browser: Browser, clinic: Clinic, **rights: object) -> Someone:
    who = await clinic.hire("Rhys Lindqvist", **rights)  # type: ignore[arg-type]
    await browser.log_in(who)
    return who


def profile(clinic: Clinic) -> str:
    return f"{HERE}/patients/{clinic.patient}"


async def sent(browser: Browser, clinic: Clinic, **typed: object) -> httpx.Response:
    return await browser.post(f"{profile(clinic)}/invitations", data={**GOOD, **typed})


async def test_the_link_under_the_name_leads_to_an_invitation(browser: Browser, clinic: Clinic) -> None:
    await at_work(browser, clinic)
    assert f'href="{profile(clinic)}/invite"' in (await browser.get(profile(clinic))).text
    form = await browser.get(f"{profile(clinic)}/invite")
    assert f'value="{EMAIL}"' in form.text
    shown = await sent(browser, clinic, message="Hello")
    assert "The invitation is on its way to owen@example.com" in text(shown)
    assert "Invite to the portal" not in text(shown)
    assert "Resend" in text(shown)
    assert len(await mails("invitation")) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"confirm_email": ""}, "confirm_email"),
        ({"confirm_email": "other@example.com"}, "confirm_email"),
        ({"email": [EMAIL, "b@example.com"]}, "email"),
        ({"message": "x" * 2001}, "message"),
        ({"message": "a\0b"}, "message"),
        ({"message": "[No Such Term]"}, "message"),
        ({"message": ["a", "b"]}, "message"),
        ({"template": "None such"}, "template"),
        ({"template": ["a", "b"]}, "template"),
        ({"email": "rhys@example.com", "confirm_email": "rhys@example.com"}, "email"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_said_at_its_field(
    browser: Browser, clinic: Clinic, typed: dict[str, object], field: str
) -> None:
    await write("communication_template", practice=clinic.practice, name="One", body="Hi", created_at=NOW)
    await at_work(browser, clinic)
    answer = await sent(browser, clinic, **typed)
    assert answer.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', answer.text)) == {field}
    assert "<title>Error: " in answer.text
    assert await run("SELECT FROM invitation") == []


async def test_two_thousand_characters_count_a_line_end_once(browser: Browser, clinic: Clinic) -> None:
    await at_work(browser, clinic)
    await sent(browser, clinic, message="\r\n".join("x" * 19 for _ in range(100)))
    [row] = await run("SELECT message FROM invitation")
    assert "\r" not in row["message"]


async def test_an_email_of_staff_is_refused_without_a_name(browser: Browser, clinic: Clinic) -> None:
    await clinic.hire("Ines Duarte", MemberLevel.CLINICAL, active=False)
    await at_work(browser, clinic)
    shown = text(await sent(browser, clinic, email="ines@example.com", confirm_email="ines@example.com"))
    assert "This email is linked to somebody who works at this practice" in shown
    assert "Duarte" not in shown


async def test_the_preview_sends_nothing_and_shows_the_words_escaped(browser: Browser, clinic: Clinic) -> None:
    await at_work(browser, clinic)
    shown = await sent(browser, clinic, message="<b>Hi</b> [Patient First Name]", preview="yes")
    assert shown.status_code == 200
    assert "What Owen will read" in text(shown)
    assert "&lt;b&gt;Hi&lt;/b&gt; Owen" in shown.text
    assert "<b>Hi" not in shown.text
    assert "[Patient First Name]" in shown.text, "what was typed stays in its field"
    assert await run("SELECT FROM invitation") == await mails("invitation") == []


async def test_with_invitations_off_there_is_no_link_and_the_server_refuses(browser: Browser, clinic: Clinic) -> None:
    await at_work(browser, clinic)
    await run("UPDATE practice SET invitations = false")
    assert "/invite" not in (await browser.get(profile(clinic))).text
    for answer in (await browser.get(f"{profile(clinic)}/invite"), await sent(browser, clinic)):
        assert answer.status_code == 409
        assert "Settings &gt; General &gt; Patient Portal" in answer.text
    assert "Settings &gt; General, section Patient Portal" in (await browser.get("/help")).text
    assert await run("SELECT FROM invitation") == []


@pytest.mark.parametrize("rights", [{"read_only": True}, {"hides_names": True}, {"has_invitations": False}])
async def test_who_may_not_invite(browser: Browser, clinic: Clinic, rights: dict[str, object]) -> None:
    await at_work(browser, clinic, level=MemberLevel.CLINICAL, **rights)
    assert "/invite" not in (await browser.get(profile(clinic))).text
    assert (await browser.get(f"{profile(clinic)}/invite")).status_code == 403
    assert (await sent(browser, clinic)).status_code == 403


async def test_the_list_hides_names_and_emails(browser: Browser, clinic: Clinic) -> None:
    await send(clinic, await practitioner(clinic, "Amy Full"), message="Canary message")
    await at_work(browser, clinic, level=MemberLevel.CLINICAL, hides_names=True)
    for page in (f"{HERE}/invitations", f"{HERE}/invitations?state=Pending", profile(clinic)):
        shown = (await browser.get(page)).text
        assert "KT" in shown
        for hidden in ("Owen", "Tait", EMAIL, "Canary", "Resend"):
            assert hidden not in shown


async def test_resend_and_cancel_stand_by_the_row(browser: Browser, clinic: Clinic) -> None:
    invitation = await send(clinic, await practitioner(clinic, "Amy Full"))
    await at_work(browser, clinic)
    row = f"{HERE}/invitations/{invitation}"
    again = await browser.htmx("POST", f"{row}/resending", data={"version": "1"})
    assert again.headers["HX-Retarget"] == f"#invitation-row-{invitation}"
    assert len(again.content) < 4000
    assert (await browser.post(f"{row}/resending", data={"version": "1"})).status_code == 200, "pressed twice"
    assert (await browser.post(f"{row}/resending", data={"version": "9"})).status_code == 409
    assert (await browser.post(f"{row}/resending", data={"version": ["1", "2"]})).status_code == 409
    assert "The invitation is cancelled" in text(await browser.post(f"{row}/cancellation", data={"back": "profile"}))
    assert (await row_of(invitation))["state"] == "Cancelled"
    assert len(await mails("invitation")) == 2
    for forged in (uuid4(), clinic.patient):
        assert (await browser.post(f"{HERE}/invitations/{forged}/resending")).status_code == 404
        assert (await browser.post(f"{HERE}/invitations/{forged}/cancellation")).status_code == 404


async def test_filters_pages_and_addresses_that_are_none(browser: Browser, clinic: Clinic) -> None:
    await send(clinic, await practitioner(clinic, "Amy Full"))
    await at_work(browser, clinic)
    assert "Owen Tait" in text(await browser.get(f"{HERE}/invitations?state=Pending"))
    assert "None is accepted" in text(await browser.get(f"{HERE}/invitations?state=Accepted"))
    assert "Owen Tait" in text(await browser.get(f"{HERE}/invitations?state=nonsense"))
    for page in ("0", "x", "-1", "1001", "99999999"):
        assert (await browser.get(f"{HERE}/invitations?page={page}")).status_code == 404


async def test_cancel_all_asks_first_and_works_while_invitations_are_off(browser: Browser, clinic: Clinic) -> None:
    place = await practitioner(clinic, "Amy Full")
    await send(clinic, place)
    await invitations.send(place, await clinic.admit(None, birth_date=BORN), Draft("b@example.com"))
    await run("UPDATE practice SET invitations = false")
    await at_work(browser, clinic)
    assert "2 invitations wait for an answer" in text(await browser.get(f"{HERE}/invitations/cancel-all"))
    assert "2 invitations are cancelled" in text(await browser.post(f"{HERE}/invitations/cancellations"))
    assert "0 invitations are cancelled" in text(await browser.post(f"{HERE}/invitations/cancellations"))


async def test_a_page_costs_the_same_however_many_there_are(browser: Browser, clinic: Clinic) -> None:
    from db.engine import counting

    place = await practitioner(clinic, "Amy Full")
    await send(clinic, place)
    await at_work(browser, clinic)
    counted = []
    for n in range(2):
        with counting() as statements:
            await browser.get(f"{HERE}/invitations")
        counted.append(len(statements))
        for m in range(5 if n == 0 else 0):
            await invitations.send(place, await clinic.admit(None, birth_date=BORN), Draft(f"n{m}@example.com"))
    assert counted[0] == counted[1]


async def test_another_practice_finds_none_of_it(browser: Browser, clinic: Clinic) -> None:
    invitation = await send(clinic, await practitioner(clinic, "Amy Full"))
    other = await Clinic.open(None, "Eastside Physio")
    await browser.log_in(await other.hire("Priya Nair"))
    elsewhere = "/practice/eastside-physio"
    assert "Owen" not in (await browser.get(f"{elsewhere}/invitations")).text
    for address in (
        f"{HERE}/invitations", f"{elsewhere}/patients/{clinic.patient}/invite",
        f"{elsewhere}/patients/{clinic.patient}/guardians",
    ):  # fmt: skip
        assert (await browser.get(address)).status_code == 404
    assert (await browser.post(f"{elsewhere}/invitations/{invitation}/cancellation")).status_code == 404
    assert (await browser.post(f"{elsewhere}/patients/{clinic.patient}/invitations", data=GOOD)).status_code == 404
    assert (await row_of(invitation))["state"] == "Pending"
