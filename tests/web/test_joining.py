"""Saying yes or no to a practice that asks: by the mailed link, and in one's notifications."""

import re
from uuid import UUID, uuid4

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import tokens
from domain.members import asking
from domain.members.asking import NewUser
from domain.members.rights import Rights
from domain.tokens import Purpose
from settings import Settings
from tests.cast import someone
from tests.clinic import Clinic
from tests.web.conftest import Browser, text

NEW = {"name": "Nell Archer", "password": "four quiet green ferries"}


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


async def asked(clinic: Clinic, email: str = "nell@example.com") -> UUID:
    place = await clinic.place(await clinic.hire("Olive Owner", owner=True))
    rights = Rights(RoleType.PRACTITIONER, MemberLevel.PERSONAL)
    return await asking.ask(place, NewUser("Nell", email, rights))


def link(row: UUID, settings: Settings, version: int = 1) -> str:
    return f"/joining/{tokens.sign(Purpose.JOINING, row, version, settings.secret_keys)}"


async def test_a_new_login_and_its_place(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    row = await asked(clinic)
    page = await browser.get(link(row, settings))
    assert page.url.path == "/joining"
    assert "Olive Owner asks you to join as Practitioner , with Personal Access" in text(page)
    page = await browser.post("/joining", data={**NEW, "link": row.hex})
    assert "Your login is ready" in text(page)
    assert "/practice/harbour-street-clinic/" in page.text
    typed = {"email": "nell@example.com", "password": NEW["password"], "next": "/practice/harbour-street-clinic/"}
    page = await browser.post("/login", data=typed)
    assert page.url.path == "/practice/harbour-street-clinic/"
    again = await browser.get(link(row, settings))
    assert (again.status_code, "This link has been used" in text(again)) == (410, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 101), ("name", "a\0b"), ("name", ["a", "b"]), ("password", ""), ("password", "short"),
     ("password", "x" * 1025), ("password", ["a" * 20, "b" * 20])],
)  # fmt: skip
async def test_bad_input(browser: Browser, clinic: Clinic, settings: Settings, field: str, value: object) -> None:
    row = await asked(clinic)
    await browser.get(link(row, settings))
    page = await browser.post("/joining", data={**NEW, "link": row.hex, field: value})
    assert (page.status_code, f'id="{field}-error"' in page.text) == (422, True)
    assert await run("SELECT FROM account WHERE email_key = 'nell@example.com'") == []


async def test_the_wrong_login_leaves_the_link_as_it_was(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    kim, zed = await someone("Kim Sato"), await someone("Zed Novak")
    row = await asked(clinic, kim.email)
    await browser.log_in(zed)
    page = await browser.get(link(row, settings))
    assert "You are logged in as Zed Novak. This is for kim@example.com" in text(page)
    page = await browser.post("/joining/acceptance", data={"link": row.hex})
    assert (page.status_code, "This link is for another login" in text(page)) == (410, True)
    await browser.log_in(kim)
    await browser.get(link(row, settings))
    for _ in range(2):
        page = await browser.post("/joining/acceptance", data={"link": row.hex})
        assert page.url.path in ("/practice/harbour-street-clinic/", "/joining/acceptance")
        await browser.get(link(row, settings), follow_redirects=False)
    assert [r["account"] for r in await run("SELECT account FROM member WHERE id = $1", row)] == [kim.account]


async def test_tokens_of_other_kinds_and_no_token_open_nothing(
    browser: Browser, clinic: Clinic, settings: Settings
) -> None:
    row = await asked(clinic)
    wrong = tokens.sign(Purpose.SET_UP, row, 1, settings.secret_keys)
    for path in ("/joining", "/joining/x", f"/joining/{wrong}", link(row, settings)[:-1], link(uuid4(), settings)):
        assert (await browser.get(path)).status_code == 410, path
    assert (await browser.post("/joining", data={**NEW, "link": row.hex})).status_code == 410


async def test_looking_changes_nothing(browser: Browser, clinic: Clinic, settings: Settings) -> None:
    row = await asked(clinic)
    before = await run("SELECT * FROM member ORDER BY id")
    for _ in range(2):
        await browser.get(link(row, settings))
        await browser.head(link(row, settings))
    assert await run("SELECT * FROM member ORDER BY id") == before


async def test_the_bell_and_the_answer(browser: Browser, clinic: Clinic) -> None:
    kim = await someone("Kim Sato")
    row = await asked(clinic, kim.email)
    page = await browser.log_in(kim)
    assert 'href="/account/notifications" aria-label="Notifications, 1 new"' in page.text
    page = await browser.get("/account/notifications")
    assert "Olive Owner asks you to join as Practitioner, with Personal Access" in text(page)
    page = await browser.post(f"/account/notifications/{row}/acceptance")
    assert page.url.path == "/practice/harbour-street-clinic/"
    assert "You now work with Harbour Street Clinic" in text(page)
    page = await browser.get("/account/notifications")
    assert "Nothing waits for you" in text(page)
    assert 'aria-label="Notifications' not in page.text
    assert re.search(r'href="/practice/harbour-street-clinic/">Harbour Street Clinic', page.text)
    assert f'href="/portal/{kim.portal}/"' in page.text


async def test_declining(browser: Browser, clinic: Clinic) -> None:
    kim = await someone("Kim Sato")
    row = await asked(clinic, kim.email)
    await browser.log_in(kim)
    for _ in range(2):
        page = await browser.post(f"/account/notifications/{row}/refusal")
        assert "You have declined" in text(page)
    assert (await browser.get("/practice/harbour-street-clinic/")).status_code == 404
    assert (await browser.post(f"/account/notifications/{row}/acceptance")).status_code == 404


async def test_anothers_asking_is_not_there(browser: Browser, clinic: Clinic) -> None:
    kim, zed = await someone("Kim Sato"), await someone("Zed Novak")
    row = await asked(clinic, kim.email)
    await browser.log_in(zed)
    assert "Harbour" not in text(await browser.get("/account/notifications"))
    for which in (row, uuid4()):
        for way in ("acceptance", "refusal"):
            assert (await browser.post(f"/account/notifications/{which}/{way}")).status_code == 404
    assert (await run("SELECT accepted_at, declined_at FROM member WHERE id = $1", row)) == [
        {"accepted_at": None, "declined_at": None}
    ]
