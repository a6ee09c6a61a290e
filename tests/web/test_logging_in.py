"""Sessions from login to logout, and the rations of guessing. ASVS 7."""

import secrets
from datetime import timedelta

from litestar.types import ASGIApp

from db.engine import run
from domain import clock
from tests.cast import PASSWORD, Someone, someone
from tests.web.fingerprint import fingerprint
from tests.web.wire import Answer, cookie_of, send

PIECE = {"hx-request": "true", "hx-request-type": "partial"}
HERE = "/account/access"


async def _log_in(site: ASGIApp, who: Someone, cookie: str = "", password: str = PASSWORD) -> Answer:
    return await send(site, "POST", "/login", cookie=cookie, form={"email": who.email, "password": password})


async def _is_in(site: ASGIApp, cookie: str) -> bool:
    return (await send(site, "GET", HERE, cookie=cookie)).status == 200


async def test_a_login_gives_a_new_token_and_ends_the_session_before(database: None, site: ASGIApp) -> None:
    """ASVS 7.2.2, 7.2.3, 7.2.4: none that was known before, 256 bits, kept as its hash alone (7.2.1)."""
    mina = await someone("Mina Park")
    fixed = f"__Host-session={secrets.token_urlsafe(32)}"
    first = (await _log_in(site, mina, fixed)).cookie("__Host-session")
    assert first
    assert first not in fixed
    assert len(first) >= 43
    assert not await _is_in(site, fixed)
    second = (await _log_in(site, mina, f"__Host-session={first}")).cookie("__Host-session")
    assert second not in ("", first)
    assert not await _is_in(site, f"__Host-session={first}")
    assert await _is_in(site, f"__Host-session={second}")
    kept = "".join(row["t"] for row in await run("SELECT s::text AS t FROM session s"))
    assert second not in kept
    assert len(await run("SELECT FROM session")) == 1


async def test_after_logout_the_token_is_worth_nothing(database: None, site: ASGIApp) -> None:
    """ASVS 7.4.1, 14.3.1: replayed, on another address, as a fragment; other browsers stay logged in."""
    mina = await someone("Mina Park")
    cookie, other = await cookie_of(mina.account), await cookie_of(mina.account)
    gone = await send(site, "POST", "/logout", cookie=cookie)
    assert (gone.status, gone["location"]) == (303, "/login")
    assert gone["clear-site-data"] == '"cache"'
    before = await fingerprint(without=set())
    for target in (HERE, "/account", f"/portal/{mina.portal}/access"):
        for method in ("GET", "HEAD"):
            assert (await send(site, method, target, cookie=cookie)).status == 303
    written = await send(site, "POST", "/account/profile", cookie=cookie, form={"name": "Mallory"})
    assert (written.status, written["location"]) == (303, "/login")
    assert await fingerprint(without=set()) == before
    assert await _is_in(site, other)


async def test_a_fragment_without_a_session_turns_the_whole_page_to_the_login(database: None, site: ASGIApp) -> None:
    """`fetch` would follow a redirect and swap the login page into a pop-up."""
    for method in ("GET", "POST"):
        target = f"{HERE}/add-patient" if method == "GET" else f"{HERE}/patients"
        answer = await send(site, method, target, headers=PIECE)
        assert (answer.status, answer["hx-redirect"], answer.body) == (401, "/login", b"")
        assert not answer["location"]


async def test_a_session_ends_when_nobody_is_there_and_at_last_anyhow(database: None, site: ASGIApp) -> None:
    """ASVS 7.3.1, 7.3.2: 30 minutes without a request, 12 hours at most."""
    mina = await someone("Mina Park")
    idle, used = await cookie_of(mina.account), await cookie_of(mina.account)
    await _move(timedelta(minutes=29))
    assert await _is_in(site, used)
    await _move(timedelta(minutes=31))
    assert not await _is_in(site, idle)
    for minutes in range(31, 12 * 60, 25):
        await _move(timedelta(minutes=minutes))
        assert await _is_in(site, used), minutes
    await _move(timedelta(hours=12))
    assert not await _is_in(site, used)


async def _move(offset: timedelta) -> None:
    """What the QA room's clock does, for this process's next request too."""
    await run("UPDATE deployment SET clock_offset = $1", offset)
    clock.set_offset(offset)


async def test_a_new_password_ends_every_other_session(database: None, site: ASGIApp) -> None:
    """ASVS 7.4.3, 6.2.3: the old one is demanded, and this browser gets a new token."""
    mina = await someone("Mina Park")
    here, there = await cookie_of(mina.account), await cookie_of(mina.account)
    new = "four quiet green ferries"
    wrong = await send(
        site, "POST", "/account/security", cookie=here, form={"password": "guessed at it", "new_password": new}
    )
    assert wrong.status == 422
    changed = await send(
        site, "POST", "/account/security", cookie=here, form={"password": PASSWORD, "new_password": new}
    )
    assert changed.status == 303
    assert not await _is_in(site, here)
    assert not await _is_in(site, there)
    assert await _is_in(site, f"__Host-session={changed.cookie('__Host-session')}")
    assert (await _log_in(site, mina)).status == 422
    assert (await _log_in(site, mina, password=new)).status == 303


async def test_a_password_is_taken_as_it_is_typed(database: None, site: ASGIApp) -> None:
    """ASVS 6.2.8: no trimming, no change of case, nothing cut off. 6.2.9: 64 characters and more."""
    mina = await someone("Mina Park")
    long = " Four quiet green ferries, " + "and a lighthouse with seven steps, " * 2
    form = {"password": PASSWORD, "new_password": long}
    assert (
        await send(site, "POST", "/account/security", cookie=await cookie_of(mina.account), form=form)
    ).status == 303
    for wrong in (long.strip(), long.lower(), long[:72], long + " "):
        assert (await _log_in(site, mina, password=wrong)).status == 422
    assert (await _log_in(site, mina, password=long)).status == 303


async def test_guessing_is_rationed_and_a_known_device_is_let_in(database: None, site: ASGIApp) -> None:
    """ASVS 6.3.1, 6.1.1: ten in five minutes, then 429 with Retry-After; nobody is locked out on their own device."""
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    known = f"__Host-device={(await _log_in(site, mina)).cookie('__Host-device')}"
    statuses = [(await _log_in(site, mina, password="guess number nine")).status for _ in range(10)]
    assert statuses == [422] * 10
    refused = await _log_in(site, mina)
    assert refused.status == 429
    assert 0 < int(refused["retry-after"]) <= 300
    assert (await _log_in(site, mina, known)).status == 303
    assert (await _log_in(site, theo)).status == 303
    assert (await _log_in(site, mina, known.replace("=", "=x"))).status == 303


async def test_rations_hold_for_those_without_an_account_too(database: None, site: ASGIApp) -> None:
    """ASVS 6.3.8: the eleventh guess at nobody's email is refused like the eleventh at somebody's."""
    form = {"email": "nobody@example.com", "password": "guess number nine"}
    statuses = [(await send(site, "POST", "/login", form=form)).status for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    mails = [(await send(site, "POST", "/forgot-password", form=form)).status for _ in range(4)]
    assert mails == [200] * 3 + [429]
