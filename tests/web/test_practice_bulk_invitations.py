"""Inviting many from a report, and the page of it: what is shown, what is refused, and what stays as it was."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from db.engine import Prepared, counting, run
from db.tables.member import MemberLevel
from domain import clock
from domain.invitations import bulk, failed
from domain.invitations.bulk import reading
from domain.places import Place
from tests.cast import PASSWORD, Someone
from tests.clinic import NOW, Clinic, write
from tests.domain.inviting_many import adults, child, choose, counts, invite, owed, report_of
from tests.web.conftest import SITE, Browser, text

HERE = "/practice/harbour-street-clinic"
NEXT = re.compile(r'name="next" value="([^"]*)"')
FIELD = re.compile(r'<input type="hidden" name="(row|version|shown)" value="([^"]*)">')


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


async def at_work(
    browser: Browser, clinic: Clinic, name: str = "Rhys Lindqvist", **rights: Any
) -> tuple[Someone, Place]:
    who = await clinic.hire(name, **rights)
    await browser.log_in(who)
    return who, await clinic.place(who)


async def ready(browser: Browser, clinic: Clinic, many: int = 3) -> tuple[Place, UUID]:
    """Somebody at work who has chosen so many patients from a report, one more who is inactive, and a family of two."""
    _, place = await at_work(browser, clinic)
    patients = [*await adults(clinic, many), await child(clinic), await child(clinic, "Beto")]
    inactive = await clinic.admit(None, first_name="Ina", email="ina@example.com", active=False)
    return place, await report_of(place, [*patients, inactive])


def action(report: UUID) -> str:
    return f"{HERE}/reports/{report}/invite"


async def drawn(browser: Browser, report: UUID) -> dict[str, str]:
    """What the pop-up's form carries."""
    return dict(FIELD.findall((await browser.get(action(report))).text))


async def pressed(browser: Browser, report: UUID, **typed: object) -> httpx.Response:
    return await browser.post(action(report), data={**await drawn(browser, report), **typed})


async def test_the_preview_adds_up_and_invite_leads_to_its_page(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    shown = await browser.get(action(report))
    assert re.findall(r"<td>([0-9,]+)</td></tr>", shown.text) == ["5", "1", "6"]
    assert "5 of 6 will be invited , with 4 emails, 1 of them to a family with one address." in text(shown)
    assert "Inactive Make them active first Ina Park 1" in text(shown)
    assert re.search("Goes out in two minutes; until then you can cancel.*Invite 5 ", text(shown))
    answer = await pressed(browser, report, message="Dear [Patient First Name]")
    assert re.search(rf"{HERE}/bulk-invitations/[0-9a-f-]{{36}}$", str(answer.url))
    assert "Inviting 6 patients" in text(answer)
    assert re.search(r"Nothing goes out before [0-9:]+\W[ap]m ?, in [12] minute", text(answer))
    assert ">All 6</a>" in answer.text
    assert ">Waiting 5</a>" in answer.text
    assert len(await owed()) == 4
    assert "Nobody is chosen" in text(await browser.get(action(report)))


async def test_the_letter_is_shown_before_anything_goes(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic, many=1)
    shown = await pressed(browser, report, message="<b>Hi</b> [Patient First Name]", preview="yes")
    assert shown.status_code == 200
    assert re.search(r"What (P0|Ana and Beto|Beto and Ana) will read", text(shown))
    assert "<b>Hi" not in shown.text
    assert "[Patient First Name]" in shown.text, "what was typed stays in its field"
    assert await owed() == await run("SELECT FROM bulk_invitation") == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"message": "x" * 2001}, "message"),
        ({"message": "a\0b"}, "message"),
        ({"message": ["a", "b"]}, "message"),
        ({"message": "[No Such Term]"}, "message"),
        ({"message": "[Practitioner Name]"}, "message"),
        ({"template": "None such"}, "template"),
        ({"template": ["a", "b"]}, "template"),
        ({"message": "Both", "template": "One"}, "template"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_said_at_its_field(
    browser: Browser, clinic: Clinic, typed: dict[str, object], field: str
) -> None:
    await write("communication_template", practice=clinic.practice, name="One", body="Hi", created_at=NOW)
    _, report = await ready(browser, clinic)
    for button in ({}, {"preview": "yes"}):
        answer = await pressed(browser, report, **typed, **button)
        assert answer.status_code == 422
        assert set(re.findall(r'id="([a-z_]+)-error"', answer.text)) == {field}
        assert "<title>Error: " in answer.text
        assert "Check this" not in answer.text
    assert await owed() == await run("SELECT FROM bulk_invitation") == []
    assert len(await run("SELECT FROM chosen_patient")) == 6


async def test_a_term_that_some_lack_names_them(browser: Browser, clinic: Clinic) -> None:
    place, report = await ready(browser, clinic)
    await run("UPDATE patient SET practitioner = $1 WHERE first_name <> 'Beto'", place.member)
    words = text(await pressed(browser, report, message="You see [Practitioner Name]"))
    assert "[Practitioner Name] has nothing to stand in its place for 1 of the patients: Beto Silva." in words


async def test_pressed_twice_it_is_one(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    form = await drawn(browser, report)
    pages = [await browser.post(action(report), data=form) for _ in range(2)]
    assert pages[0].url == pages[1].url
    assert (len(await owed()), len(await run("SELECT FROM bulk_invitation"))) == (4, 1)


async def test_by_htmx_the_whole_page_goes_on(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    answer = await browser.htmx("POST", action(report), data=await drawn(browser, report))
    assert answer.headers["HX-Redirect"].startswith(f"{HERE}/bulk-invitations/")


async def test_what_changed_since_is_shown_first(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    form = await drawn(browser, report)
    await run("UPDATE patient SET email = '', email_key = '' WHERE first_name = 'P1'")
    answer = await browser.post(action(report), data={**form, "message": "Kept"})
    assert answer.status_code == 409
    assert "Something changed since you opened this, so nobody was invited" in text(answer)
    assert "No email" in text(answer)
    assert "Kept" in answer.text
    fresh = dict(FIELD.findall(answer.text))
    await run("UPDATE report SET version = 2")
    answer = await browser.post(action(report), data=fresh)
    assert answer.status_code == 409
    assert "Nobody is chosen. Tick patients in the results of the report" in text(answer)
    assert await owed() == []
    await run("UPDATE report SET version = 1")
    assert (await browser.post(action(report), data={**fresh, "shown": "forged", "row": "no id"})).status_code == 409
    assert (await browser.post(action(report), data={**fresh, "row": "no id"})).status_code == 200
    assert len(await owed()) == 3


async def test_who_dies_between_two_looks_is_not_counted_among_those_invited(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    await run("UPDATE patient SET deceased_on = '2026-01-01' WHERE first_name = 'P1'")
    await pressed(browser, report)
    [row] = await run("SELECT id FROM bulk_invitation")
    assert await counts(row["id"]) == {"Waiting": 4, "Deceased": 1, "Inactive": 1}


async def test_with_invitations_off_it_says_where_to_turn_them_on(browser: Browser, clinic: Clinic) -> None:
    """S4.4."""
    _, report = await ready(browser, clinic)
    form = await drawn(browser, report)
    await run("UPDATE practice SET invitations = false")
    shown = await browser.get(action(report))
    assert "Settings > General > Patient Portal" in text(shown).replace("&gt;", ">")
    assert "How to turn them on" in shown.text
    assert "<button>Invite" not in shown.text
    answer = await browser.post(action(report), data=form)
    assert answer.status_code == 422
    assert await owed() == []


@pytest.mark.parametrize("rights", [{"read_only": True}, {"hides_names": True}, {"has_invitations": False}])
async def test_who_may_not_invite(browser: Browser, clinic: Clinic, rights: dict[str, Any]) -> None:
    _, place = await at_work(browser, clinic, level=MemberLevel.CLINICAL, **rights)
    report = await report_of(place, await adults(clinic, 1))
    for answer in (await browser.get(action(report)), await browser.post(action(report), data={})):
        assert answer.status_code == 403


async def test_forged_ids_are_absent(browser: Browser, clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.place(await other.hire("Priya Nair"))
    theirs = await report_of(priya, await adults(other, 1))
    made = await invite(priya, theirs)
    place, report = await ready(browser, clinic)
    form = await drawn(browser, report)
    bulk_page = f"{HERE}/bulk-invitations/{made}"
    assert (await browser.get(action(theirs))).status_code == 404
    assert (await browser.get(action(uuid4()))).status_code == 404
    assert (await browser.post(action(report), data={**form, "row": str(made)})).status_code == 404
    for path in (bulk_page, f"{bulk_page}/download", f"{HERE}/bulk-invitations/{uuid4()}", f"{bulk_page}?page=2"):
        assert (await browser.get(path)).status_code == 404
    for button in ("cancellation", "another-try"):
        assert (await browser.post(f"{bulk_page}/{button}")).status_code == 404
    [stranger] = await run("SELECT patient FROM bulk_invitation_patient")
    await choose(place, report, [stranger["patient"]])
    shown = await browser.get(action(report))
    assert "No access" in text(shown)
    mine = await invite(place, report)
    assert (await counts(mine))["No access"] == 1
    assert "A patient whom you cannot open" in text(await browser.get(f"{HERE}/bulk-invitations/{mine}"))
    assert (await counts(made)) == {"Waiting": 1}


@pytest.mark.parametrize("where", ["invite", "choice", "patient-status"])
@pytest.mark.parametrize("htmx", [False, True])
async def test_a_session_that_ends_in_the_middle_says_so_and_leads_back(
    browser: Browser, clinic: Clinic, where: str, htmx: bool
) -> None:
    _, report = await ready(browser, clinic)
    form = {**await drawn(browser, report), "status": "Inactive", "choose": "nobody"}
    await run("DELETE FROM session")
    stood = f"{HERE}/reports/{report}{'' if htmx else f'/{where}'}"
    headers = {"Referer": f"{SITE}{stood}?page=2"} | ({"HX-Request-Type": "partial"} if htmx else {})
    answer = await browser.post(f"{HERE}/reports/{report}/{where}", data=form, headers=headers, follow_redirects=False)
    assert answer.status_code == (401 if htmx else 303)
    login = await browser.get(answer.headers["HX-Redirect" if htmx else "Location"])
    assert "You were logged out, so nothing was done, and what you typed was not kept. Log in to go on" in text(login)
    typed = {"email": "rhys@example.com", "password": PASSWORD, "next": NEXT.findall(login.text)[0]}
    back = await browser.post("/login", data=typed, follow_redirects=False)
    assert back.headers["Location"] == stood
    assert await owed() == []
    assert len(await run("SELECT FROM chosen_patient")) == 6


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/practice/x", f"{SITE}/logout", f"{SITE}//evil.example", f"{SITE}/practice/../x"],
)
async def test_from_no_page_of_ours_it_leads_back_to_the_practice(browser: Browser, referer: str) -> None:
    path = f"{HERE}/reports/{uuid4()}/invite"
    answer = await browser.post(path, headers={"Referer": referer}, follow_redirects=False)
    assert answer.headers["Location"] == f"/login?next={HERE}/"


async def test_a_piece_that_asks_by_itself_keeps_no_session_alive(browser: Browser, clinic: Clinic) -> None:
    place, report = await ready(browser, clinic)
    page = f"{HERE}/bulk-invitations/{await invite(place, report)}"
    polled = f"{page}?polled=yes"
    assert f'data-hx-get="{polled}"' in (await browser.get(page)).text
    before = clock.now() - timedelta(minutes=14)
    await run("UPDATE session SET seen_at = $1", before)
    assert (await browser.htmx("GET", polled, "bulk-progress")).status_code == 200
    assert [row["seen_at"] for row in await run("SELECT seen_at FROM session")] == [before]
    await run("UPDATE session SET seen_at = $1", before - timedelta(minutes=1))
    headers = {"HX-Request-Type": "partial", "Referer": f"{SITE}{page}"}
    lapsed = await browser.get(polled, headers=headers)
    assert (lapsed.status_code, lapsed.headers["HX-Redirect"]) == (401, f"/login?next={page}")


async def test_cancel_all_and_what_the_page_says_then(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    page = await pressed(browser, report)
    assert ">Cancel all</button>" in page.text
    cancelled = await browser.post(f"{page.url}/cancellation")
    assert "5 invitations are cancelled" in text(cancelled)
    assert ">Cancelled 5</a>" in cancelled.text
    assert ">Cancelled: nobody was invited</h1>" in cancelled.text
    assert ">Cancel all</button>" not in cancelled.text
    assert await owed() == []
    assert "0 invitations are cancelled" in text(await browser.post(f"{page.url}/cancellation"))
    listed = text(await browser.get(f"{HERE}/bulk-invitations"))
    assert "6 patients, by Rhys Lindqvist, from Case Load · 0 sent, 5 cancelled Cancelled" in listed
    assert f'href="{HERE}/bulk-invitations"' in (await browser.get(f"{HERE}/invitations")).text
    await run("UPDATE bulk_invitation_patient SET outcome = 'Sent' WHERE email = 'p0@example.com'")
    listed = text(await browser.get(f"{HERE}/bulk-invitations"))
    assert "1 sent, 4 cancelled" in listed
    assert "4 cancelled Cancelled" not in listed


async def test_the_piece_that_moves_is_light_and_the_table_follows_at_the_end(browser: Browser, clinic: Clinic) -> None:
    place, report = await ready(browser, clinic, many=60)
    made = await invite(place, report)
    page = f"{HERE}/bulk-invitations/{made}"
    held = await browser.htmx("GET", page, "bulk-progress")
    await run("UPDATE bulk_invitation SET held_until = $1", clock.now())
    await run("UPDATE bulk_invitation_patient SET outcome = 'Sent' WHERE outcome = 'Waiting' AND email LIKE 'p1%'")
    moving = await browser.htmx("GET", page, "bulk-progress")
    assert 'max="62" value="11"' in moving.text
    assert ">Waiting 51</a>" in moving.text
    assert "11 of 62 done" in moving.text
    await run("UPDATE bulk_invitation_patient SET outcome = 'Sent' WHERE outcome = 'Waiting'")
    done = await browser.htmx("GET", page, "bulk-progress")
    for piece in (held, moving, done):
        assert int(piece.headers["Content-Length"]) < 1_000
        assert "<table" not in piece.text
    assert "every 2s" in moving.text
    assert "every 2s" not in done.text
    assert f'data-hx-get="{page}?show=patients"' in done.text
    assert (await browser.htmx("GET", f"{page}?show=patients", "bulk-patients")).text.count("<tr>") == 51
    assert "?show=patients" not in (await browser.get(page)).text


async def test_pages_of_fifty_and_the_filter(browser: Browser, clinic: Clinic) -> None:
    place, report = await ready(browser, clinic, many=60)
    page = f"{HERE}/bulk-invitations/{await invite(place, report)}"
    first, second, third = [await browser.get(f"{page}?page={n}") for n in (1, 2, 3)]
    assert [one.text.count("<tr>") - 1 for one in (first, second)] == [50, 13]
    assert "There are no more" in text(third)
    assert (await browser.get(f"{page}?page=x")).status_code == 404
    some = await browser.get(f"{page}?outcome=Inactive")
    assert some.text.count("<tr>") - 1 == 1
    assert "Nobody has this outcome" in text(await browser.get(f"{page}?outcome=Sent"))
    assert (await browser.get(f"{page}?outcome=Forged")).text.count("<tr>") - 1 == 50
    numbers = [int(many) for many in re.findall(r">[A-Z][a-z ]+ ([0-9]+)</a>", first.text)]
    assert numbers[0] == sum(numbers[1:]) == 63


async def test_try_again_stands_there_for_the_failed(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic, many=1)
    page = await pressed(browser, report)
    assert "Try again" not in page.text
    [bulk_row] = await run("SELECT id FROM bulk_invitation")
    await run("UPDATE mail SET failed_at = $1, failure = '550'", clock.now())
    await run("UPDATE invitation SET state = 'Undeliverable'")
    await run("UPDATE bulk_invitation_patient SET outcome = 'Failed', reason = 'Because' WHERE outcome = 'Waiting'")
    failed = await browser.get(str(page.url))
    assert ">Try again (3 failed)</button>" in failed.text
    assert "Because" in failed.text
    again = [await browser.post(f"{page.url}/another-try") for _ in range(2)]
    assert "3 patients are invited again" in text(again[0])
    assert [answer.status_code for answer in again] == [200, 200]
    assert 'class="flash"' not in again[1].text
    assert await counts(bulk_row["id"]) == {"Waiting": 3, "Inactive": 1}
    assert len(await owed()) == 4


async def test_where_names_are_hidden(browser: Browser, clinic: Clinic) -> None:
    """Decision 18."""
    amy = await clinic.place(await clinic.hire("Amy Full"))
    page = f"{HERE}/bulk-invitations/{await invite(amy, await report_of(amy, await adults(clinic, 2)))}"
    await run("UPDATE bulk_invitation SET message = 'Canary words'")
    await at_work(browser, clinic, "Tom Whitlock", level=MemberLevel.CLINICAL, hides_names=True)
    for path in (page, f"{page}/download", f"{HERE}/bulk-invitations"):
        shown = await browser.get(path)
        assert shown.status_code == 200
        for hidden in ("Case", "@example.com", "Canary", "Cancel all"):
            assert hidden not in shown.text
    assert "KT" in (await browser.get(page)).text
    assert (await browser.post(f"{page}/cancellation")).status_code == 403


async def test_the_sheet_has_everybody(browser: Browser, clinic: Clinic) -> None:
    place, report = await ready(browser, clinic)
    await run("UPDATE patient SET first_name = '=1+1' WHERE first_name = 'P1'")
    made = await invite(place, report)
    sheet = await browser.get(f"{HERE}/bulk-invitations/{made}/download")
    lines = sheet.text.lstrip("\ufeff").splitlines()
    today = clock.now().astimezone(place.practice.zone).date()
    assert sheet.headers["Content-Disposition"] == f'attachment; filename="bulk-invitation-{today}.csv"'
    assert lines[0] == "Patient,Email,Outcome,Reason,Sent on"
    assert len(lines) == 7
    assert "'=1+1 Case,p1@example.com,Waiting,," in lines
    assert "Ina Park,ina@example.com,Inactive,Make them active first," in lines
    names = [line.partition(",")[0].rpartition(" ")[2] for line in lines[1:]]
    assert names == sorted(names)
    await run("UPDATE mail SET sent_at = $1 WHERE recipient = 'p2@example.com'", clock.now())
    again = (await browser.get(f"{HERE}/bulk-invitations/{made}/download")).text.splitlines()
    assert f"P2 Case,p2@example.com,Waiting,,{today}" in again


async def test_a_sheet_goes_on_where_a_batch_ended(
    browser: Browser, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, report = await ready(browser, clinic, many=60)
    made = await invite(place, report)
    whole = [line async for line in bulk.lines(place, made)]
    few = reading._after.sql.replace("LIMIT 1000", "LIMIT 7")
    assert few != reading._after.sql
    monkeypatch.setattr(reading, "_after", Prepared(few))
    assert [line async for line in bulk.lines(place, made)] == whole
    assert len({line[0] for line in whole}) == 64


async def test_nothing_put_right_is_no_success(browser: Browser, clinic: Clinic) -> None:
    _, place = await at_work(browser, clinic)
    unborn = await clinic.admit(None, first_name="Una", email="una@example.com", birth_date=None)
    made = await invite(place, await report_of(place, [unborn, *await adults(clinic, 1)]))
    answer = await browser.post(f"{HERE}/bulk-invitations/{made}/another-try")
    assert answer.status_code == 422
    assert "Nobody was invited again. Do first what stands beside each name, then try again." in text(answer)
    assert "Add their birth date first" in text(answer)
    assert 'class="flash"' not in answer.text
    assert ">Try again (1 failed)</button>" in answer.text


async def test_in_a_second_tab_it_leads_to_what_was_sent_in_the_first(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    first, second = await drawn(browser, report), await drawn(browser, report)
    made = (await browser.post(action(report), data=first)).url
    answer = await browser.post(action(report), data={**second, "message": "Typed here"})
    assert answer.status_code == 422
    assert re.search(r"These patients were invited at [0-9:]+\W[ap]m\. See them", text(answer))
    assert f'href="{made.path}">See them</a>' in answer.text
    assert "Your message was not sent: Typed here" in text(answer)
    assert "Nobody is chosen" in text(await browser.get(action(report)))
    assert len(await owed()) == 4


async def test_the_second_of_two_people_is_told_that_nobody_is_left(
    browser: Browser, other_browser: Browser, clinic: Clinic
) -> None:
    _, place = await at_work(browser, clinic)
    amy = await clinic.place(await clinic.hire("Amy Full"))
    patients = await adults(clinic, 2)
    report = await report_of(place, patients)
    form = await drawn(browser, report)
    await invite(amy, await report_of(amy, patients))
    answer = await browser.post(action(report), data={**form, "message": "Typed here"})
    assert answer.status_code == 409
    assert "You invited nobody, and there is nobody left to invite." in text(answer)
    assert "press Invite again" not in answer.text
    assert "Your message was not sent: Typed here" in text(answer)


async def test_while_it_is_held_nothing_says_that_it_was_sent(browser: Browser, clinic: Clinic) -> None:
    _, place = await at_work(browser, clinic)
    [patient] = await adults(clinic, 1)
    made = await invite(place, await report_of(place, [patient]))
    pages = (f"{HERE}/invitations", f"{HERE}/patients/{patient}")
    for path in pages:
        shown = text(await browser.get(path))
        assert re.search(r"Goes out at [0-9:]+\W[ap]m\.", shown)
        assert "Open until" not in shown
        assert not re.search(r"\b[Ss]ent ([SMTWF][a-z][a-z]|by)", shown)
    await browser.post(f"{HERE}/bulk-invitations/{made}/cancellation")
    for path in pages:
        shown = text(await browser.get(path))
        assert re.search(r"Cancelled [SMTWF][a-z]+ [0-9]+ [A-Z][a-z]+ 20[0-9]+, before it was sent\.", shown)
        assert not re.search(r"\b[Ss]ent ([SMTWF][a-z][a-z]|by)", shown)


async def test_the_home_says_what_became_of_the_last_ones(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    page = await pressed(browser, report)
    assert "6 patients, by Rhys Lindqvist: 5 not gone yet" in text(await browser.get(f"{HERE}/"))
    await run("UPDATE bulk_invitation_patient SET outcome = 'Sent' WHERE outcome = 'Waiting' AND email NOT LIKE 'p1%'")
    await run("UPDATE bulk_invitation_patient SET outcome = 'Failed' WHERE outcome = 'Waiting'")
    home = await browser.get(f"{HERE}/")
    assert "6 patients, by Rhys Lindqvist: 4 invited, 2 not. 1 could not be sent" in text(home)
    assert f'href="{page.url.path}"' in home.text
    assert ">4 of 6 invited</h1>" in (await browser.get(str(page.url))).text
    await run("UPDATE bulk_invitation SET created_at = $1", clock.now() - timedelta(days=8))
    assert "Bulk invitations" not in text(await browser.get(f"{HERE}/"))


async def test_mails_of_many_that_come_back_are_counted_not_told_one_by_one(browser: Browser, clinic: Clinic) -> None:
    _, report = await ready(browser, clinic)
    await pressed(browser, report)
    rows = await run("SELECT p.invitation, m.created_at FROM bulk_invitation_patient p JOIN mail m ON m.id = p.mail")
    for row in rows:
        await failed(row["invitation"], row["created_at"], "550 5.1.1")
    assert await run("SELECT DISTINCT state FROM invitation") == [{"state": "Undeliverable"}]
    assert await run("SELECT FROM notification") == []


async def test_a_piece_reads_only_what_it_draws(browser: Browser, clinic: Clinic) -> None:
    place, report = await ready(browser, clinic)
    page = f"{HERE}/bulk-invitations/{await invite(place, report)}"
    counted = []
    for path in (page, f"{page}?show=patients"):
        with counting() as statements:
            await browser.htmx("GET", path, "piece")
        counted.append(" ".join(statements))
    assert "OFFSET" not in counted[0]
    assert "GROUP BY outcome" not in counted[1]
