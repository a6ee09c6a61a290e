"""What every answer carries: pages, pieces, errors, files."""

import re
from dataclasses import replace

import brotli
import pytest
from litestar.types import ASGIApp

from settings import Settings
from tests.cast import PASSWORD, someone
from tests.web.wire import Answer, cookie_of, send
from web.app import create_app
from web.static import build

PIECE = {"hx-request": "true", "hx-request-type": "partial"}
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def _of_every_sort(site: ASGIApp, static_address: str) -> dict[str, Answer]:
    mina = await someone("Mina Park")
    cookie = await cookie_of(mina.account)
    form = {"content-type": "text/plain"}
    return {
        "a page": await send(site, "GET", "/"),
        "a page of a person": await send(site, "GET", "/account/access", cookie=cookie),
        "a piece": await send(site, "GET", "/account/access/add-patient", cookie=cookie, headers=PIECE),
        "a form sent back": await send(site, "POST", "/login"),
        "not found": await send(site, "GET", "/nowhere"),
        "not allowed": await send(site, "PUT", "/login"),
        "no form": await send(site, "POST", "/login", headers=form, body=b"x"),
        "too long": await send(site, "POST", "/login", body=b"email=" + b"x" * 70_000),
        "not sane": await send(site, "GET", "/%00"),
        "another site": await send(site, "POST", "/login", headers={"sec-fetch-site": "cross-site"}),
        "a strange host": await send(site, "GET", "/", headers={"host": "evil.test"}),
        "a redirect": await send(site, "GET", "/account/access"),
        "a redirect of htmx": await send(site, "GET", "/account/access", headers=PIECE),
        "a link that is none": await send(site, "GET", "/set-up/x"),
        "the methods": await send(site, "OPTIONS", "/login"),
        "health": await send(site, "GET", "/healthz"),
        "readiness": await send(site, "GET", "/readyz"),
        "robots": await send(site, "GET", "/robots.txt"),
        "icon": await send(site, "GET", "/favicon.ico"),
        "script": await send(site, "GET", static_address),
        "no such file": await send(site, "GET", "/static/nothing.js"),
    }


async def test_every_answer_carries_them(database: None, site: ASGIApp, settings: Settings) -> None:
    """ASVS 3.4.3, 3.4.4, 3.4.5, 3.4.6, 3.4.8, 3.5.8; and none lets another site read: ASVS 3.4.2."""
    static = build(settings.var)
    for about, answer in (await _of_every_sort(site, static.script_address)).items():
        for name, value in ALWAYS.items():
            assert [v for n, v in answer.headers if n == name] == [value], (about, name)
        policy = dict(part.strip().partition(" ")[::2] for part in answer["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'", about
        assert policy["frame-ancestors"] == "'none'", about
        assert "unsafe" not in str(policy), about
        if answer.text.startswith("<!doctype"):
            assert policy["base-uri"] == "'none'", about
            assert policy["form-action"] == "'self'", about
            assert policy["script-src"] == "'self'", about
            assert policy["style-src"] == f"'self' {static.style_source}", about
        assert "camera=()" in answer["permissions-policy"], about
        assert not answer["access-control-allow-origin"], about
        assert not answer["server"], about
        assert not answer["x-powered-by"], about


async def test_only_files_and_the_icon_may_be_kept(database: None, site: ASGIApp, settings: Settings) -> None:
    """ASVS 14.2.2, 14.3.2."""
    for about, answer in (await _of_every_sort(site, build(settings.var).script_address)).items():
        kept = {"public", "immutable"} if about in ("script", "icon") else {"no-store"}
        assert {word for word in answer["cache-control"].split(", ") if not word.startswith("max-age")} == kept, about


async def test_every_body_says_what_it_is(database: None, site: ASGIApp, settings: Settings) -> None:
    """ASVS 4.1.1: type and charset; a piece varies with what was asked for."""
    for about, answer in (await _of_every_sort(site, build(settings.var).script_address)).items():
        if answer.body:
            assert re.fullmatch(
                r'(text/(html|plain|javascript); charset="?utf-8"?|application/json)', answer["content-type"]
            ), about
        if answer["content-type"].startswith("text/html"):
            assert "HX-Request-Type" in answer["vary"], about


async def test_production_demands_https_for_ever(database: None, settings: Settings) -> None:
    """ASVS 3.4.1: on every answer, errors too; a demo on http must not."""
    production = create_app(replace(settings, env="production"))
    for target in ("/", "/nowhere", "/healthz"):
        answer = await send(production, "GET", target)
        age = re.match(r"max-age=(\d+); includeSubDomains", answer["strict-transport-security"])
        assert age
        assert int(age.group(1)) >= 31_536_000
    assert not (await send(create_app(settings), "GET", "/"))["strict-transport-security"]


async def test_only_a_partial_request_gets_a_piece(database: None, site: ASGIApp) -> None:
    """Boosted and history requests carry HX-Request or nothing: they want the page."""
    mina = await someone("Mina Park")
    cookie, target = await cookie_of(mina.account), "/account/access/add-patient"
    for headers in (
        {},
        {"hx-request": "true"},
        {"hx-request": "true", "hx-request-type": "full"},
        {"hx-boosted": "true"},
    ):
        assert (await send(site, "GET", target, cookie=cookie, headers=headers)).text.startswith("<!doctype html>")
    piece = await send(site, "GET", target, cookie=cookie, headers=PIECE)
    assert piece.text.lstrip().startswith("<form")
    assert piece["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(("accepted", "used"), [("br, gzip", "br"), ("gzip", "gzip"), ("", "")])
async def test_pages_are_compressed_as_the_browser_can_read(
    database: None, site: ASGIApp, accepted: str, used: str
) -> None:
    answer = await send(site, "GET", "/", headers={"accept-encoding": accepted})
    assert answer["content-encoding"] == used
    assert "Accept-Encoding" in answer["vary"]
    if used == "br":
        assert brotli.decompress(answer.body) == (await send(site, "GET", "/")).body


async def test_every_cookie_is_for_this_host_alone(database: None, site: ASGIApp) -> None:
    """ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4, 3.3.5: the session's, the known device's, the link's and the flash's."""
    mina = await someone("Mina Park")
    login = await send(site, "POST", "/login", form={"email": mina.email, "password": PASSWORD})
    session = f"__Host-session={login.cookie('__Host-session')}"
    rename = await send(site, "POST", "/account/profile", cookie=session, form={"name": "Mina"})
    logout = await send(site, "POST", "/logout", cookie=session)
    cookies = [value for answer in (login, rename, logout) for name, value in answer.headers if name == "set-cookie"]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-session", "__Host-device", "__Host-flash"}
    for cookie in cookies:
        parts = [part.strip().lower() for part in cookie.split(";")[1:]]
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= set(parts), cookie
        assert not [part for part in parts if part.startswith("domain")], cookie
        assert len(cookie) < 4096
    assert "max-age" not in next(c for c in cookies if c.startswith("__Host-session=") and "=;" not in c).lower()
    assert logout["clear-site-data"] == '"cache"'
