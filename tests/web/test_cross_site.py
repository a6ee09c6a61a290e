"""Writes that come from other sites, hosts that are not ours, and ways out to other sites."""

from litestar.types import ASGIApp

from db.engine import run
from tests.cast import PASSWORD, someone
from tests.web.fingerprint import fingerprint
from tests.web.wire import cookie_of, send

OURS = "https://kith.test"
REFUSED = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "Same-Origin"},
    {"sec-fetch-site": "cross-site", "origin": OURS},
    {"sec-fetch-site": "", "origin": "https://evil.test"},
    {"sec-fetch-site": "", "origin": "null"},
    {"sec-fetch-site": "", "origin": "null", "referer": f"{OURS}/login"},
    {"sec-fetch-site": "", "origin": "http://kith.test"},
    {"sec-fetch-site": "", "origin": f"{OURS}:8443"},
    {"sec-fetch-site": "", "origin": f"{OURS}.evil.test"},
    {"sec-fetch-site": "", "referer": "https://evil.test/https://kith.test/"},
    {"sec-fetch-site": "", "referer": f"{OURS}.evil.test/"},
    {"sec-fetch-site": "", "referer": f"{OURS}@evil.test/"},
    {"sec-fetch-site": ""},
]
LET_IN = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "", "origin": OURS},
    {"sec-fetch-site": "", "referer": f"{OURS}/account/profile"},
]


async def test_a_write_from_another_site_is_refused_and_changes_nothing(database: None, site: ASGIApp) -> None:
    """ASVS 3.5.1: also as a fragment, and whatever the method's case."""
    mina = await someone("Mina Park")
    cookie, before = await cookie_of(mina.account), await fingerprint(without=set())
    for headers in REFUSED:
        for more in ({}, {"hx-request": "true", "hx-request-type": "partial"}):
            for method in ("POST", "PUT", "PATCH", "DELETE", "post"):
                sent = {**headers, **more}
                answer = await send(site, method, "/account/profile", cookie=cookie, headers=sent, form={"name": "M"})
                assert answer.status == 403, (method, sent)
                assert "This came from another site" in answer.text
    assert await fingerprint(without=set()) == before


async def test_a_write_of_ours_goes_through(database: None, site: ASGIApp) -> None:
    """ASVS 3.5.1."""
    mina = await someone("Mina Park")
    cookie = await cookie_of(mina.account)
    for number, headers in enumerate(LET_IN):
        form = {"name": f"Mina {number}"}
        answer = await send(site, "POST", "/account/profile", cookie=cookie, headers=headers, form=form)
        assert (answer.status, answer["location"]) == (303, "/account/profile")
        assert await run("SELECT name FROM account") == [form]


async def test_a_link_from_another_site_opens_a_page(database: None, site: ASGIApp) -> None:
    """Reading is no write: a link in a mail is followed from another site."""
    answer = await send(site, "GET", "/login", headers={"sec-fetch-site": "cross-site", "origin": "https://evil.test"})
    assert answer.status == 200


ELSEWHERE = [
    "//evil.test", "https://evil.test", "https:evil.test", "\\\\evil.test", "/\\evil.test", "\\evil.test", "/",
    "/portal/../..//evil.test", "/account//evil.test", "/%2f%2fevil.test", "/%5cevil.test", "/account/%2e%2e//x",
    " //evil.test", "\t//evil.test", "/\t/evil.test", "/account\n//evil.test", "javascript:alert(1)",
    "data:text/html,x", "/account@evil.test", "/account?x=//evil.test", "/account#x", "account", "?", "/logout",
    "/accountant", "////account", "/account\x00", "/portal/..\\..\\evil.test", "http:/account", "///account",
    "/account/\u2025/evil", "/set-up:80", "https://kith.test.evil.test/account", "/account/../../evil",
]  # fmt: skip


async def test_after_login_nobody_is_sent_away(database: None, site: ASGIApp) -> None:
    """ASVS 3.7.2: a `next` that is not one of ours leads to one's own place instead."""
    mina = await someone("Mina Park")
    for to in ELSEWHERE:
        form = {"email": mina.email, "password": PASSWORD, "next": to}
        answer = await send(site, "POST", "/login", form=form)
        assert answer.status in (303, 422), to
        assert answer["location"].rstrip("/") in (f"/portal/{mina.portal}", ""), to


async def test_after_login_a_page_of_ours_is_gone_on_with(database: None, site: ASGIApp) -> None:
    mina = await someone("Mina Park")
    asked = await send(site, "GET", f"/portal/{mina.portal}/access")
    assert (asked.status, asked["location"]) == (303, f"/login?next=/portal/{mina.portal}/access")
    form = {"email": mina.email, "password": PASSWORD, "next": f"/portal/{mina.portal}/access"}
    assert (await send(site, "POST", "/login", form=form))["location"] == f"/portal/{mina.portal}/access"


async def test_a_strange_host_is_refused_and_never_repeated(database: None, site: ASGIApp) -> None:
    """ASVS 4.1.3: nor do the headers of proxies say where we are."""
    for host in ("evil.test", "kith.test:8443", "kith.test.evil.test", "", "kith.test@evil.test"):
        answer = await send(site, "GET", "/", headers={"host": host, "x-forwarded-host": "kith.test"})
        assert answer.status == 400, host
        assert "evil" not in answer.text
    assert (await send(site, "GET", "/", headers={"host": "KITH.test"})).status == 200
    ours = await send(site, "GET", "/", headers={"x-forwarded-host": "evil.test", "forwarded": "host=evil.test"})
    assert ours.status == 200
    assert "evil.test" not in ours.text
