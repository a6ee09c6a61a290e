"""Two mailed links open in two tabs of one browser: what is typed for one person never becomes another's."""

import re

from db.engine import run
from db.tables.access import Level, Role
from domain import password_resets, passwords, requests, tokens
from domain.requests import Asking
from domain.tokens import Purpose
from settings import Settings
from tests.cast import HASH, PASSWORD, someone
from tests.web.conftest import Browser, text

NEW = "walrus candle 77 tram"


def link_in(page: str) -> str:
    found = re.search(r'name="link" value="(\w+)"', page)
    assert found
    return found[1]


async def test_a_reset_in_the_first_tab(browser: Browser, settings: Settings) -> None:
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    drawn = {}
    for who in (mina, theo):
        await password_resets.begin(who.email, address="192.0.2.1")
        [row] = await run("SELECT id, link_version FROM password_reset WHERE account = $1", who.account)
        token = tokens.sign(Purpose.RESET_PASSWORD, row["id"], row["link_version"], settings.secret_keys)
        drawn[who.email] = link_in((await browser.get(f"/reset-password/{token}")).text)
    refused = await browser.post("/reset-password", data={"link": drawn[mina.email], "password": NEW})
    assert refused.status_code == 410
    assert "You opened another link after this one" in text(refused)
    assert await run("SELECT FROM account WHERE password_hash <> $1", HASH) == []
    await browser.post("/reset-password", data={"link": drawn[theo.email], "password": NEW})
    [changed] = await run("SELECT id, password_hash FROM account WHERE password_hash <> $1", HASH)
    assert changed["id"] == theo.account
    assert await passwords.matches(changed["password_hash"], NEW)


async def test_two_children_set_up_in_two_tabs(browser: Browser, settings: Settings) -> None:
    mina, drawn = await someone("Mina Park"), []
    for child in ("child1@example.com", "child2@example.com"):
        await requests.ask(mina.session, Asking("Child", "Child", Level.CLINICAL, Role.EDIT, child))
        [row] = await run("SELECT id, link_version FROM access WHERE email_key = $1", child)
        token = tokens.sign(Purpose.SET_UP, row["id"], row["link_version"], settings.secret_keys)
        drawn.append(link_in((await browser.get(f"/set-up/{token}")).text))
    first = await browser.post("/set-up", data={"link": drawn[0], "name": "Child One", "password": PASSWORD})
    assert first.status_code == 410
    second = await browser.post("/set-up", data={"link": drawn[1], "name": "Child Two", "password": PASSWORD})
    assert "Log in with child2@example.com" in text(second)
    assert [row["name"] for row in await run("SELECT name FROM account ORDER BY name")] == ["Child Two", "Mina Park"]
