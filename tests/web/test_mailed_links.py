"""Links in mail: opening one changes nothing, its token leaves the address bar, and only the right login uses it."""

import re

import asyncpg
import pytest
from litestar.types import ASGIApp

from db.embedded_server import Addresses
from settings import Settings
from tests.conftest import EMPTY
from tests.web.every_page import links
from tests.web.fingerprint import fingerprint
from tests.web.household import Household, undone
from tests.web.wire import send


@pytest.fixture(scope="module")
async def household(engine: None, addresses: Addresses, settings: Settings, site: ASGIApp) -> Household:
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    return await Household.settle(site, settings)


async def test_the_token_leaves_the_address_bar(household: Household, settings: Settings, site: ASGIApp) -> None:
    """ASVS 14.2.1: it goes into a cookie, the page after it needs that, and no page, link or form repeats it."""
    async with undone():
        for page, (token, _) in (await links(household, settings)).items():
            opened = await send(site, "GET", f"{page}/{token}", headers={"sec-fetch-site": "cross-site"})
            assert (opened.status, opened["location"]) == (303, page)
            assert opened.cookie("__Host-link") == token
            assert re.search(r"Max-Age=3600", opened["set-cookie"])
            shown = await send(site, "GET", page, cookie=f"__Host-link={token}")
            assert shown.status == 200, page
            assert token not in shown.text
            assert (await send(site, "GET", page)).status == 410, page


async def test_a_token_is_for_its_purpose_alone(household: Household, settings: Settings, site: ASGIApp) -> None:
    """ASVS 9.2.2, 11.2.2: a salt for each; a letter changed, cut off or added opens nothing."""
    async with undone():
        found = await links(household, settings)
        for page, (token, row) in found.items():
            for other in found:
                wrong = [token[:-1], f"{token}x", token.swapcase(), f".{token}"] if other == page else [token]
                for used in wrong:
                    assert (await send(site, "GET", f"{other}/{used}")).status == 410, (other, page)
                    for form in (None, {"link": row}):
                        method, cookie = "POST" if form else "GET", f"__Host-link={used}"
                        assert (await send(site, method, other, cookie=cookie, form=form)).status == 410


async def test_the_wrong_login_leaves_a_link_as_it_was(household: Household, settings: Settings, site: ASGIApp) -> None:
    """B9: both names are shown, nothing is changed, and the right one can still use it."""
    async with undone():
        found = await links(household, settings)
        before = await fingerprint(without={"event", "session"})
        for page, way in (("/access-offers", "acceptance"), ("/set-up", "portal")):
            cookie = f"__Host-session={household.tokens['amara']}; __Host-link={found[page].token}"
            answer = await send(site, "POST", f"{page}/{way}", cookie=cookie, form={"link": found[page].row})
            assert answer.status == 410
            assert "for another login" in answer.text
            assert (await send(site, "GET", page, cookie=cookie)).status == 200
        assert await fingerprint(without={"event", "session"}) == before


async def test_a_form_of_one_link_never_acts_on_another(
    household: Household, settings: Settings, site: ASGIApp
) -> None:
    """Two tabs, two mails: the page says which link it was made for, and the cookie holds the newest."""
    form = {"name": "Nell Archer", "password": "four quiet green ferries"}
    async with undone():
        found = await links(household, settings)
        before = await fingerprint(without=set())
        for page, link in found.items():
            for row in ("", "x", found["/set-up" if page != "/set-up" else "/confirm-email"].row):
                cookie = f"__Host-link={link.token}"
                answer = await send(site, "POST", page, cookie=cookie, form={**form, "link": row})
                assert answer.status == 410, (page, row)
        assert await fingerprint(without=set()) == before


async def test_reading_changes_nothing(household: Household, settings: Settings, site: ASGIApp) -> None:
    """ASVS 3.5.3: every GET and HEAD of the site, by those who may and those who may not, mailed links included."""
    async with undone():
        found = await links(household, settings)
        before = await fingerprint()
        asked = 0
        for who, whose in (("mina", "mina"), ("mina", "leo"), ("jun", "mina"), ("kim", "jun"), ("", "mina")):
            for route in household.routes:
                if route.method != "GET":
                    continue
                page = route.path.removesuffix("/{token}")
                session = f"__Host-session={household.tokens[who]}; " if who else ""
                token = found[page].token if page in found else ""
                target = route.filled({**household.ids[whose], "token": token})
                for method in ("GET", "HEAD"):
                    await send(site, method, target, cookie=f"{session}__Host-link={token}")
                    asked += 1
        assert await fingerprint() == before
        assert asked > 200
