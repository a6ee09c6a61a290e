"""The QA room: what CONTRACT.md promises of it, by script and by hand; and that production has none of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from litestar.types import ASGIApp

from db.embedded_server import Addresses
from demo import cast
from demo.people import known_id
from domain import clock
from emails import mailbox
from settings import Settings
from tests.web.conftest import Browser, text
from web.app import create_app
from web.pages.qa import cast as qa_cast
from web.pages.qa import clock as qa_clock
from web.pages.qa import mailbox as qa_mailbox
from web.pages.qa import room as qa_room

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="session")
def qa_settings(settings: Settings, addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return replace(
        settings,
        var=tmp_path_factory.mktemp("qa"),
        database_url=addresses.database_url,
        owner_database_url=addresses.owner_database_url,
    )


@pytest.fixture(scope="session")
def qa_site(qa_settings: Settings, engine: None) -> ASGIApp:
    return create_app(qa_settings)


@pytest.fixture
async def qa(database: None, qa_site: ASGIApp, qa_settings: Settings) -> AsyncIterator[Browser]:
    mailbox.empty(qa_settings.var)
    async with Browser(qa_site) as client:
        yield client
    clock.set_offset(timedelta())


async def arrives(var: Path, subject: str) -> None:
    """A mail that really goes through the mailbox's SMTP server."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "kith@localhost", "mina@example.com"
    message.set_content("Look at this & decide:\n\nhttps://kith.test/account/access\n\n<b>Kith</b>")
    server = await mailbox.listen(var, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await aiosmtplib.send(message, hostname="127.0.0.1", port=port, recipients=["mina@example.com"])


async def test_the_mailbox_newest_first(qa: Browser, qa_settings: Settings) -> None:
    await arrives(qa_settings.var, "The first")
    await arrives(qa_settings.var, "The second")
    mails = (await qa.get("/qa/mailbox.json")).json()
    assert [mail["subject"] for mail in mails] == ["The second", "The first"]
    assert mails[0]["to"] == ["mina@example.com"]
    assert mails[0]["links"] == ["https://kith.test/account/access"]
    words = text(await qa.get("/qa/mailbox"))
    assert words.index("The second") < words.index("The first")


async def test_a_mail_has_a_page_with_its_links(qa: Browser, qa_settings: Settings) -> None:
    await arrives(qa_settings.var, "The first")
    [mail] = (await qa.get("/qa/mailbox.json")).json()
    shown = await qa.get(f"/qa/mailbox/{mail['id']}")
    assert '<a href="https://kith.test/account/access">' in shown.text
    assert "decide:" in shown.text
    assert "&lt;b&gt;Kith" in shown.text
    assert (await qa.get("/qa/mailbox/..%2Fsecret-key")).status_code == 404
    assert (await qa.get("/qa/mailbox/nothing")).status_code == 404


async def test_emptying_the_mailbox(qa: Browser, qa_settings: Settings) -> None:
    await arrives(qa_settings.var, "The first")
    assert (await qa.delete("/qa/mailbox.json")).status_code == 200
    assert (await qa.get("/qa/mailbox.json")).json() == []
    await arrives(qa_settings.var, "The second")
    answer = await qa.post("/qa/empty-mailbox")
    assert answer.url.path == "/qa"
    assert "The mailbox is empty" in text(answer)
    assert (await qa.get("/qa/mailbox.json")).json() == []


@pytest.mark.parametrize(
    ("duration", "length"),
    [
        ("P14D", timedelta(days=14)),
        ("P2W", timedelta(weeks=2)),
        ("PT2H", timedelta(hours=2)),
        ("P1DT1H30M5S", timedelta(days=1, hours=1, minutes=30, seconds=5)),
        ("-PT15M", -timedelta(minutes=15)),
    ],
)
async def test_the_clock_moves_by_a_duration(qa: Browser, duration: str, length: timedelta) -> None:
    moved = await qa.post("/qa/clock.json", json={"advance": duration})
    assert moved.status_code == 200, moved.text
    assert moved.json()["offset_seconds"] == length.total_seconds()
    apart = datetime.fromisoformat(moved.json()["now"]) - (datetime.now(UTC) + length)
    assert abs(apart) < timedelta(seconds=5)


async def test_the_clock_goes_on_from_where_it_was_and_back(qa: Browser) -> None:
    await qa.post("/qa/clock.json", json={"advance": "P1D"})
    twice = await qa.post("/qa/clock.json", json={"advance": "P1D"})
    assert twice.json()["offset_seconds"] == timedelta(days=2).total_seconds()
    assert (await qa.post("/qa/clock.json", json={"now": None})).json()["offset_seconds"] == 0


async def test_the_clock_is_set_to_a_moment(qa: Browser) -> None:
    set_to = await qa.post("/qa/clock.json", json={"now": "2027-03-01T09:00:00+11:00"})
    apart = datetime.fromisoformat(set_to.json()["now"]) - datetime(2027, 2, 28, 22, tzinfo=UTC)
    assert timedelta() <= apart < timedelta(seconds=5)
    clock.set_offset(timedelta())
    assert "Mon 1 March 2027" in text(await qa.get("/qa"))


@pytest.mark.parametrize(
    "asked",
    [
        {"advance": "14 days"},
        {"advance": "P"},
        {"advance": "PT"},
        {"advance": "P1M"},
        {"advance": "P1DT"},
        {"advance": 14},
        {"advance": "P99999999999999999999D"},
        {"advance": "P101000D"},
        {"now": "2027-03-01T09:00:00"},
        {"now": "2027-03-01"},
        {"now": "tomorrow"},
        {"now": "9999-12-31T23:59:59-23:00"},
        {"now": "1000-01-01T00:00:00Z"},
        {"now": None, "advance": "P1D"},
        {"when": "now"},
        {},
    ],
)
async def test_a_clock_that_cannot_be_set_says_why(qa: Browser, asked: dict[str, Any]) -> None:
    refused = await qa.post("/qa/clock.json", json=asked)
    assert refused.status_code == 422
    assert refused.json()["error"]
    assert clock.offset() == timedelta()


@pytest.mark.parametrize("address", ["/qa/clock.json", "/qa/reset"])
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("{}", {"Content-Type": "text/plain"}, 415),
        ("a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("{}", {}, 415),
        ("{", JSON, 400),
        ("[]", JSON, 400),
        ("\xff", JSON, 400),
        ("[" * 100_000, JSON, 400),
    ],
)
async def test_writes_are_json(qa: Browser, address: str, body: str, headers: dict[str, str], status: int) -> None:
    refused = await qa.post(address, content=body.encode("latin-1"), headers=headers)
    assert refused.status_code == status
    assert list(refused.json()) == ["error"]


async def test_the_reset_brings_the_cast_and_ends_all_sessions(qa: Browser, qa_settings: Settings) -> None:
    first = await qa.post("/qa/reset", json={})
    assert first.status_code == 200, first.text
    assert first.json() == (await qa.get("/qa/cast.json")).json()
    assert first.json()["people"]["mina"]["portal"] == str(known_id("portal", "mina"))
    await qa.post("/qa/clock.json", json={"advance": "PT1H"})
    await arrives(qa_settings.var, "The first")
    await qa.log_in("mina@example.com")
    assert (await qa.get("/account/access")).url.path == "/account/access"
    assert (await qa.post("/qa/reset", json={})).json() == first.json()
    assert (await qa.get("/account/access")).url.path == "/login"
    assert (await qa.get("/qa/mailbox.json")).json() == []
    assert (await qa.post("/qa/clock.json", json={"advance": "PT0S"})).json()["offset_seconds"] == 0


async def test_the_room_by_hand(qa: Browser) -> None:
    started = await qa.post("/qa/start-again")
    assert started.url.path == "/qa"
    for words in ("Everybody is logged out", cast.PASSWORD, "mina@example.com", "Rhys Lindqvist"):
        assert words in text(started)
    moved = await qa.post("/qa/move-clock", data={"advance": "P14D"})
    assert "moved by 14 days" in text(moved)
    refused = await qa.post("/qa/move-clock", data={"advance": "soon"})
    assert refused.status_code == 422
    assert qa_clock.NOT_A_DURATION in text(refused)
    assert 'value="soon"' in refused.text
    assert "moved by" not in text(await qa.post("/qa/move-clock"))
    await qa.post("/qa/move-clock", data={"now": "2027-03-01T09:00:00+11:00"})
    assert "Mon 1 March 2027" in text(await qa.get("/qa"))


async def test_another_site_cannot_use_it(qa: Browser) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert (await qa.post("/qa/start-again", headers=headers)).status_code == 403
        assert (await qa.post("/qa/reset", json={}, headers=headers)).status_code == 403
    assert (await qa.get("/qa/cast.json", headers={"Host": "rebound.example"})).status_code == 400


async def test_production_has_none_of_it(qa_settings: Settings, engine: None, database: None) -> None:
    routes = [handler for module in (qa_cast, qa_clock, qa_mailbox, qa_room) for handler in module.ROUTES]
    places = {(method, path) for route in routes for path in route.paths for method in route.http_methods}
    assert len(places) == 11
    async with Browser(create_app(replace(qa_settings, env="production"))) as browser:
        absent = await browser.get("/nothing-here")
        for method, path in sorted(places):
            found = await browser.request(method, path.replace("{mail:str}", "x"), json={})
            assert found.status_code == 404, path
            assert method == "HEAD" or found.text == absent.text
