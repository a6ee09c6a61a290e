"""What somebody sees who opens the link of a family invitation, and what comes of each answer."""

import re
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from db.engine import run
from domain import guardians, invitations, tokens
from domain.guardians import PARENTAL
from domain.tokens import Purpose
from settings import Settings
from tests.cast import PASSWORD, someone
from tests.clinic import Clinic
from tests.domain.inviting import BORN, FAMILYS_EMAIL, SILVAS, family, patient_row, practitioner, row_of
from tests.web.conftest import Browser, text
from tests.web.fingerprint import fingerprint

HERE = "/family-invitations"
SHARED = {"relationship": "Child", "basis": PARENTAL}
LOGIN = {"name": "Rui Silva", "password": PASSWORD}
WRONG = "2001-01-01"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


class Link:
    """A family's link in a browser, and the answers that are typed there."""

    def __init__(self, browser: Browser, settings: Settings, row: UUID, sent: dict[str, UUID]) -> None:
        self.browser, self.row, self.sent = browser, row, sent
        self.token = tokens.sign(Purpose.FAMILY_INVITATION, row, 1, settings.secret_keys)

    async def open(self) -> httpx.Response:
        return await self.browser.get(f"{HERE}/{self.token}")

    def accept(self, name: str, **typed: Any) -> dict[str, Any]:
        fields = {"answer": "accept", "birth_date": SILVAS.get(name, BORN).isoformat()}
        child = {"guardian": "new", "patient_name": f"{name} Silva"} if name in SILVAS else {}
        return self.say(name, **{**fields, **child, **typed})

    def say(self, name: str, answer: Any = "decline", **typed: Any) -> dict[str, Any]:
        return {f"{field}-{self.sent[name].hex}": value for field, value in {"answer": answer, **typed}.items()}

    def every(self) -> dict[str, Any]:
        return {**self.accept("Ana"), **self.accept("Beto"), **self.accept("Caro"), **SHARED, **LOGIN}

    async def post(self, way: str = "", **typed: Any) -> httpx.Response:
        return await self.browser.post(f"{HERE}{way}", data={"link": self.row.hex, **typed})

    async def states(self) -> dict[str, str]:
        return {name: (await row_of(one))["state"] for name, one in self.sent.items()}

    async def untouched(self) -> bool:
        return set((await self.states()).values()) == {"Pending"}


async def opened(browser: Browser, clinic: Clinic, settings: Settings, *args: Any, **others: Any) -> Link:
    link = Link(browser, settings, *await family(clinic, *args, **others))
    assert (await link.open()).status_code == 200
    return link


def wrong_fields(answer: httpx.Response, link: Link) -> set[str]:
    """The fields that a page finds fault with, by name and, of each of the family, who."""
    who = {one.hex: name for name, one in link.sent.items()}
    found = re.findall(r'id="([a-z_]+)(?:-([0-9a-f]{32}))?-error"', answer.text)
    return {f"{field} {who[one]}" if one else field for field, one in found}


async def test_it_says_who_invites_whom_and_reveals_no_more(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    message = "<i>Hello</i>\nhttps://evil.example"
    born = {"Canana": date(2021, 3, 4), "Canbeto": date(2018, 5, 6), "Rui": BORN}
    link = Link(browser, settings, *await family(clinic, born, message=message))
    await run(
        "UPDATE patient SET phone = 'Canphone', address = 'Canstreet', city = 'Cancity', emergency_name = 'Canwho'"
    )
    before = await fingerprint(without={"event"})
    shown = await link.open()
    assert (shown.status_code, shown.url.path) == (200, HERE)
    assert "Harbour Street Clinic invites your family to patient portals" in text(shown)
    assert "a patient portal for each of Canana, Canbeto and Rui :" in text(shown)
    assert "&lt;i&gt;Hello" in shown.text
    assert 'href="https://evil' not in shown.text
    for kept in ("Silva", "2021", "2018", "1974", "Canphone", "Canstreet", "Cancity", "Can ", link.token):
        assert kept not in shown.text.replace(FAMILYS_EMAIL, "")
    assert await fingerprint(without={"event"}) == before


async def test_one_login_is_made_and_leads_to_the_three_portals(
    browser: Browser, other_browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    link = await opened(browser, clinic, settings)
    done = await link.post(**link.every())
    assert done.url.path == "/login"
    assert "linked to the portals of Ana, Beto and Caro now" in text(done)
    assert f"Log in with {FAMILYS_EMAIL}" in text(done)
    assert f'value="{FAMILYS_EMAIL}"' in done.text, "the login page has the email filled in"
    assert FAMILYS_EMAIL not in str(done.url)
    home = await browser.post("/login", data={"email": FAMILYS_EMAIL, "password": PASSWORD, "next": "/account/access"})
    for name in SILVAS:
        assert f"{name} Silva" in text(home)
    again = Link(other_browser, settings, link.row, link.sent)
    closed = await again.open()
    assert (closed.status_code, "The invitation has been accepted" in text(closed)) == (410, True)
    mine = Link(browser, settings, link.row, link.sent)
    assert (await mine.open()).url.path == "/account/access", "whoever accepted is led to the portals"


async def test_one_declined_leaves_two(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    link = await opened(browser, clinic, settings)
    done = await link.post(**{**link.every(), **link.say("Beto", "decline", birth_date="nonsense")})
    assert "linked to the portals of Ana and Caro now" in text(done)
    assert "You declined for Beto, and Harbour Street Clinic is told" in text(done)
    assert await link.states() == {"Ana": "Accepted", "Beto": "Declined", "Caro": "Accepted"}


async def test_declining_all_asks_for_nothing(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    link = await opened(browser, clinic, settings)
    done = await link.post(**link.say("Ana"), **link.say("Beto"), **link.say("Caro"))
    assert (done.status_code, done.url.path) == (200, "/")
    assert "You declined for " in text(done)
    assert set((await link.states()).values()) == {"Declined"}
    assert await run("SELECT FROM account WHERE email_key = $1", FAMILYS_EMAIL) == []
    closed = await link.open()
    assert (closed.status_code, "This invitation was declined" in text(closed)) == (410, True)


async def test_declining_with_a_login_ends_on_a_page_of_ones_own(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    rui = await someone("Rui Silva")
    await browser.log_in(rui)
    link = await opened(browser, clinic, settings, email=rui.email)
    done = await link.post("/confirmation", **link.say("Ana"), **link.say("Beto"), **link.say("Caro"))
    assert done.url.path == f"/portal/{rui.portal}/"
    assert "is told. You have answered for everybody" in text(done)


async def test_what_the_children_are_fits_somebody_looked_after(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    link = await opened(browser, clinic, settings)
    shown = await link.open()
    assert "What the children are to you" in text(shown)
    assert "<option>Daughter</option>" in shown.text
    assert "<option>Mother</option>" not in shown.text
    forged = await link.post(**{**link.every(), "relationship": "Mother"})
    assert (forged.status_code, wrong_fields(forged, link)) == (422, {"relationship"})
    sister = await link.post(**{**link.every(), "relationship": "Sister"})
    words = "Parental responsibility is for one’s own child. What are they to you?"
    assert text(sister).count(words) == 2, "in the summary and at the field"
    assert wrong_fields(sister, link) == {"basis"}
    assert await link.untouched()


async def test_one_wrong_date_says_that_nobody_elses_answer_is_saved(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    link = await opened(browser, clinic, settings)
    for wrong in (WRONG, ""):
        shown = await link.post(**{**link.every(), **link.accept("Ana", birth_date=wrong), **link.say("Caro")})
        assert "Nothing is saved yet, also not for Beto and Caro" in text(shown)
    assert await link.untouched()


async def test_some_now_and_the_others_later(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    link = await opened(browser, clinic, settings)
    done = await link.post(**link.say("Ana"), **link.say("Beto", "later"), **link.say("Caro", "later"))
    assert done.url.path == HERE
    assert "Already answered Ana Changed your mind? Ask Harbour Street Clinic to invite them again. Declined" in text(
        done
    )
    assert "You have answered for everybody" not in text(done)
    assert "for each of Beto and Caro :" in text(done)
    portal = await link.post(**link.accept("Beto"), **link.say("Caro", "later"), **SHARED, **LOGIN)
    beto = (await patient_row((await row_of(link.sent["Beto"]))["patient"]))["portal"]
    assert f'value="/portal/{beto}/"' in portal.text, "where one is accepted it is that one"
    assert "The link in the email stays good for the others" in text(portal)
    assert f"Log in with {FAMILYS_EMAIL} to go on" in text(await link.open())
    home = await browser.post("/login", data={"email": FAMILYS_EMAIL, "password": PASSWORD, "next": HERE})
    assert "Already answered" in text(home)
    for words in (
        "a patient portal for Caro :",
        "accept or decline. To accept, you type Caro’s birth date",
        "What Caro is",
    ):
        assert words in text(home)
    assert 'name="password"' not in home.text
    done = await link.post("/confirmation", **link.accept("Caro"), **SHARED)
    assert "linked to the portal of Caro now. You have answered for everybody" in text(done)
    browser.cookies.set("__Host-link", link.token)
    again = await link.post("/confirmation", **link.accept("Caro"), **SHARED)
    assert text(again) == text(done), "pressed twice"


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"answer": ""}, {"answer Ana"}),
        ({"answer": "maybe"}, {"answer Ana"}),
        ({"answer": ["accept", "decline"]}, {"answer Ana"}),
        ({"birth_date": ""}, {"birth_date Ana"}),
        ({"birth_date": "31/2/2021"}, {"birth_date Ana"}),
        ({"birth_date": WRONG}, {"birth_date Ana"}),
        ({"birth_date": ["2021-03-04", "2021-03-04"]}, {"birth_date Ana"}),
        ({"guardian": ""}, {"guardian Ana"}),
        ({"guardian": "nobody"}, {"guardian Ana"}),
        ({"guardian": ["new", "new"]}, {"guardian Ana"}),
        ({"patient_name": " "}, {"patient_name Ana"}),
        ({"patient_name": "x" * 101}, {"patient_name Ana"}),
        ({"patient_name": "https://x.example"}, {"patient_name Ana"}),
        ({"patient_name": "a\0b"}, {"patient_name Ana"}),
        ({"sure": "perhaps"}, {"sure Ana"}),
        ({"relationship": ""}, {"relationship"}),
        ({"relationship": "None such"}, {"relationship"}),
        ({"basis": ""}, {"basis"}),
        ({"basis": "None such"}, {"basis"}),
        ({"basis": [PARENTAL, PARENTAL]}, {"basis"}),
        ({"name": ""}, {"name"}),
        ({"name": "a\0b"}, {"name"}),
        ({"password": "short"}, {"password"}),
        ({"password": "harbour street clinic"}, {"password"}),
        ({"birth_date": "", "patient_name": "", "basis": "", "name": "", "password": ""},
         {"birth_date Ana", "patient_name Ana", "basis", "name", "password"}),
    ],
    ids=lambda given: str(sorted(given)) if isinstance(given, set) else str(given)[:40],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_its_field(
    browser: Browser, clinic: Clinic, settings: Settings, typed: dict[str, object], fields: set[str]
) -> None:
    link = await opened(browser, clinic, settings)
    own = {name: value for name, value in typed.items() if name in ("name", "password", "relationship", "basis")}
    anas = {name: value for name, value in typed.items() if name not in own}
    answer = await link.post(**{**link.every(), **link.accept("Ana", **anas), **own})
    assert (answer.status_code, wrong_fields(answer, link)) == (422, fields)
    linked = set(re.findall(r'<li><a href="#([^"]+)"', answer.text))
    assert linked
    assert all(f'id="{one}"' in answer.text for one in linked), "the summary leads to the fields"
    assert PASSWORD not in answer.text
    assert await link.untouched()


@pytest.mark.parametrize("answer", ["later", ""])
async def test_saying_nothing_is_no_answer(browser: Browser, clinic: Clinic, settings: Settings, answer: str) -> None:
    link = await opened(browser, clinic, settings)
    replies = {field: value for name in SILVAS for field, value in link.say(name, answer).items()}
    done = await link.post(**replies)
    assert done.status_code == 422
    assert ("Choose Accept or Decline for at least one of them" in text(done)) == (answer == "later")
    assert (await link.post()).status_code == 422
    assert await link.untouched()


async def test_wrong_birth_dates_are_counted_each_and_lock_one(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    link = await opened(browser, clinic, settings)
    both = {**link.every(), **link.accept("Ana", birth_date=WRONG), **link.accept("Beto", birth_date=WRONG)}
    shown = await link.post(**both)
    assert wrong_fields(shown, link) == {"birth_date Ana", "birth_date Beto"}
    assert text(shown).count("4 tries") == 6, "of each: in the summary, at the field and in the hint"
    for _ in range(3):
        await link.post(**both)
    locked = await link.post(**{**link.every(), **link.accept("Ana", birth_date=WRONG)})
    assert locked.status_code == 422
    assert "The birth date of Ana was wrong five times, so their invitation is locked" in text(locked)
    assert "Already answered Ana The birth date was wrong five times" in text(locked)
    assert await link.states() == {"Ana": "Locked", "Beto": "Pending", "Caro": "Pending"}
    done = await link.post(**link.accept("Beto"), **link.accept("Caro"), **SHARED, **LOGIN)
    assert "linked to the portals of" in text(done)


async def test_the_wrong_login_burns_nothing(
    browser: Browser, other_browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    rui, zed = await someone("Rui Silva"), await someone("Zed Novak")
    link = await opened(browser, clinic, settings, email=rui.email)
    assert f"Log in with {rui.email} to go on" in text(await browser.get(HERE))
    assert "Send answers" not in (await browser.get(HERE)).text
    led = await link.post(**link.every())
    assert (led.url.path, await link.untouched()) == ("/login", True)
    await browser.log_in(zed)
    wrong = text(await browser.get(HERE))
    for name in ("Zed Novak", zed.email, rui.email):
        assert name in wrong
    for way in ("", "/confirmation"):
        for typed in (link.every(), link.say("Ana")):
            refused = await link.post(way, **typed)
            assert (refused.status_code, rui.email in refused.text) == (410, True)
    assert await link.untouched()
    again = Link(other_browser, settings, link.row, link.sent)
    await again.open()
    came = await other_browser.post("/login", data={"email": rui.email, "password": PASSWORD, "next": HERE})
    assert "Send answers" in text(came)
    done = await again.post("/confirmation", **link.every())
    assert done.url.path == "/account/access"


async def test_somebody_else_who_is_logged_in_sets_up_no_login(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    zed = await someone("Zed Novak")
    link = await opened(browser, clinic, settings)
    await browser.log_in(zed)
    assert "Log out and go on" in text(await browser.get(HERE))
    assert (await link.post(**link.every())).status_code == 410
    assert await link.untouched()


async def test_without_a_session_or_a_link_nothing_is_done(
    browser: Browser, other_browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    rui = await someone("Rui Silva")
    link = await opened(browser, clinic, settings, email=rui.email)
    assert (await link.post("/confirmation", **link.every())).url.path == "/login"
    stranger = Link(other_browser, settings, link.row, link.sent)
    assert (await other_browser.get(HERE)).status_code == 410
    assert (await stranger.post(**link.every())).status_code == 410
    assert await link.untouched()


async def test_forged_invitations_of_another_family_are_not_answered(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    link = await opened(browser, clinic, settings)
    other = Link(browser, settings, *await family(await Clinic.open(None, "Eastside Physio"), email="b@example.com"))
    for forged in (other.accept("Ana"), other.say("Ana"), {f"answer-{uuid4().hex}": "decline"}):
        answer = await link.post(**{**link.every(), **forged})
        assert (answer.status_code, "Nothing was done" in text(answer)) == (409, True)
        assert "Eastside" not in answer.text
    ignored = await link.post(**{**link.every(), "answer-nonsense": "decline", f"answer-{uuid4().hex}": "later"})
    assert ignored.status_code == 200
    assert await other.untouched()


async def test_who_was_taken_out_meanwhile_is_told_of(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    link = await opened(browser, clinic, settings)
    await invitations.cancel(await practitioner(clinic), link.sent["Beto"])
    answer = await link.post(**link.every())
    assert (answer.status_code, "Nothing was done" in text(answer)) == (409, True)
    assert "for each of Ana and Caro :" in text(answer)
    assert "Beto" not in answer.text
    assert await link.states() == {"Ana": "Pending", "Beto": "Cancelled", "Caro": "Pending"}


async def test_portals_that_one_looks_after_are_offered(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    rui, zed = await someone("Rui Silva"), await someone("Zed Novak")
    ana = await guardians.open_dependant(rui.session, "Ana Silva", "Daughter", PARENTAL)
    kit = await guardians.open_dependant(zed.session, "Kit Novak", "Son", PARENTAL)
    await browser.log_in(rui)
    link = await opened(browser, clinic, settings, email=rui.email)
    shown = await browser.get(HERE)
    assert shown.text.count("The portal of Ana Silva") == 3
    assert "Kit Novak" not in shown.text
    for typed, fields in (({"guardian": str(kit)}, {"guardian Beto"}), ({"guardian": str(ana)}, {"sure Beto"})):
        answer = await link.post("/confirmation", **{**link.every(), **link.accept("Beto", **typed)})
        assert (answer.status_code, wrong_fields(answer, link)) == (422, fields)
    done = await link.post(
        "/confirmation", **{**link.every(), **link.accept("Ana", guardian=str(ana), patient_name="")}
    )
    assert done.url.path == "/account/access"
    assert (await row_of(link.sent["Ana"]))["portal"] == ana


async def test_the_adult_of_a_family_answers_for_themself(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    link = await opened(browser, clinic, settings, {"Rui": BORN, "Ana": SILVAS["Ana"]})
    both = {**link.accept("Rui"), **link.accept("Ana"), **SHARED, **LOGIN}
    asked = await link.post(**{**both, "name": "Marta Costa"})
    assert wrong_fields(asked, link) == {"sure Rui"}
    assert "Yes, I am Rui" in text(asked)
    done = await link.post(**both)
    assert "linked to the portals of" in text(done)
    [own] = await run(
        "SELECT o.name FROM portal o JOIN account w ON w.id = o.owner WHERE w.email_key = $1", FAMILYS_EMAIL
    )
    assert own["name"] == "Rui Silva"


async def test_a_link_that_opens_nothing_says_why(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    link = Link(browser, settings, *await family(clinic))
    for token in ("nonsense", tokens.sign(Purpose.INVITATION, link.row, 1, settings.secret_keys)):
        assert "This link does not work" in text(await browser.get(f"{HERE}/{token}"))
    place = await practitioner(clinic)
    for invitation in link.sent.values():
        await invitations.cancel(place, invitation)
    closed = await link.open()
    assert (closed.status_code, "This link was taken back" in text(closed)) == (410, True)
    assert "Harbour Street Clinic (02 5550 1234)" in text(closed)
    await run("UPDATE invitation SET state = 'Expired'")
    assert "This link has expired" in text(await link.open())
