"""The database away: a page that says so, soon, with Retry-After; never a failure of ours. ASVS 16.5.2, 16.5.3."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from litestar.types import ASGIApp

from db import gone
from db.embedded_server import Addresses
from db.engine import DB, run
from tests.cast import PASSWORD, someone
from tests.web.wire import cookie_of, send


@pytest.fixture
async def mina(database: None) -> tuple[str, str, str]:
    """Mina's cookie, portal and email."""
    mina = await someone("Mina Park")
    return await cookie_of(mina.account), f"/portal/{mina.portal}", mina.email


@pytest.fixture
async def away(mina: object, addresses: Addresses, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The engine on a pool that is closed, and less patience than the ten seconds that it has."""
    monkeypatch.setattr(gone, "PATIENCE", 0.2)
    here, lost = DB.pool, await asyncpg.create_pool(addresses.database_url, min_size=1, max_size=2)
    await lost.close()
    DB.pool = lost
    yield
    DB.pool = here


async def test_whatever_is_asked_for_is_not_available(mina: tuple[str, str, str], away: None, site: ASGIApp) -> None:
    cookie, portal, email = mina
    for method, target, form, headers in (
        ("GET", f"{portal}/access", None, {}),
        ("GET", "/account/access/add-patient", None, {"hx-request": "true", "hx-request-type": "partial"}),
        ("POST", "/account/profile", {"name": "Mallory"}, {}),
        ("POST", "/login", {"email": email, "password": PASSWORD}, {}),
        ("POST", "/forgot-password", {"email": email}, {}),
    ):
        answer = await send(site, method, target, cookie=cookie, form=form, headers=headers)
        assert (answer.status, answer["retry-after"]) == (503, "10"), target
        assert "<h1>Kith is not available just now</h1>" in answer.text
        assert answer["content-security-policy"]
        assert not answer["set-cookie"], target
        if headers:
            assert answer["hx-retarget"] == "body"


async def test_the_process_still_says_that_it_lives_and_that_it_is_not_ready(
    mina: tuple[str, str, str], away: None, site: ASGIApp
) -> None:
    assert (await send(site, "GET", "/healthz")).status == 200
    ready = await send(site, "GET", "/readyz")
    assert ready.status == 503
    assert '"database":false' in ready.text.replace(" ", "")


async def test_nobody_is_logged_out_by_it(
    mina: tuple[str, str, str], site: ASGIApp, addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session stands in the database: it is there when the database is back."""
    cookie, portal, _ = mina
    [before] = await run("SELECT count(*) AS sessions FROM session")
    monkeypatch.setattr(gone, "PATIENCE", 0.1)
    here, lost = DB.pool, await asyncpg.create_pool(addresses.database_url, min_size=1, max_size=2)
    await lost.close()
    DB.pool = lost
    try:
        assert (await send(site, "GET", f"{portal}/access", cookie=cookie)).status == 503
    finally:
        DB.pool = here
    assert (await send(site, "GET", f"{portal}/access", cookie=cookie)).status == 200
    assert [before] == await run("SELECT count(*) AS sessions FROM session")
