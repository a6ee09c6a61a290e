"""What is wrong with a form is said at its fields, all of it at once; what was typed stays; nothing is saved.

ASVS 2.2.1, 15.3.7; WCAG 2.2: 3.3.1, 3.3.3."""

from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest
from litestar.types import ASGIApp

from db.embedded_server import Addresses
from db.engine import run
from demo.people import known_id
from settings import Settings
from tests.conftest import EMPTY
from tests.web.bad_input import SHEETS, Sheet, cases
from tests.web.every_page import PARTIAL, MailedLink, links
from tests.web.fingerprint import fingerprint
from tests.web.form_faults import faults
from tests.web.household import Household, undone
from tests.web.wire import Answer, send


class Clerk:
    """Sends the forms, each as whoever fills it in."""

    def __init__(self, household: Household, mailed: Mapping[str, MailedLink], ids: Mapping[str, object]) -> None:
        self.household, self.mailed, self.ids = household, mailed, ids

    async def send(self, sheet: Sheet, typed: Mapping[str, object], address: str = "", *, partial: bool) -> Answer:
        """The answer to a form, sent where it belongs or to another `address`. What it wrote stays."""
        cookie = f"__Host-session={self.household.tokens[sheet.who]}" if sheet.who else ""
        if sheet.link:
            link = self.mailed[sheet.link]
            cookie, typed = f"__Host-link={link.token}", {**typed, "link": link.row}
        where, headers = (address or sheet.address).format(**self.ids), PARTIAL if partial else {}
        return await send(self.household.site, "POST", where, cookie=cookie, form=typed, headers=headers)


@pytest.fixture(scope="module")
async def household(engine: None, addresses: Addresses, settings: Settings, site: ASGIApp) -> Household:
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    return await Household.settle(site, settings)


@pytest.fixture
async def clerk(household: Household, settings: Settings) -> AsyncIterator[Clerk]:
    """With a link of each kind mailed, and Theo asking for Mina's portal."""
    async with undone():
        mailed = await links(household, settings)
        [offer] = await run("SELECT id FROM access WHERE offered")
        [row] = await run(
            "SELECT id FROM access WHERE account = $1 AND portal = $2",
            known_id("account", "theo"), known_id("portal", "mina"),
        )  # fmt: skip
        portals = {whose: known_id("portal", whose) for whose in ("mina", "leo", "jun")}
        yield Clerk(household, mailed, {**portals, "row": row["id"], "offer": offer["id"]})


async def email_of_mina() -> str:
    [mina] = await run("SELECT email FROM account WHERE id = $1", known_id("account", "mina"))
    return str(mina["email"])


def pieces(sheet: Sheet) -> tuple[bool, ...]:
    return (False, True) if sheet.pop_up else (False,)


@pytest.mark.parametrize("name", SHEETS)
async def test_every_error_is_said_at_its_field(clerk: Clerk, name: str) -> None:
    sheet = SHEETS[name]
    before, wrong = await fingerprint(), []
    for case in cases(sheet):
        for partial in pieces(sheet):
            answer = await clerk.send(sheet, case.sent, partial=partial)
            wrong += [f"{case.about}: {fault}" for fault in faults(answer, case, sheet, partial=partial)]
    assert wrong == []
    assert await fingerprint() == before


@pytest.mark.parametrize("name", SHEETS)
async def test_a_form_filled_in_well_is_taken(clerk: Clerk, name: str) -> None:
    """Without this the others could be refused for another reason than the one they are sent with."""
    async with undone():
        typed = {field: value for field, value in SHEETS[name].good.items() if field != "refuse_for_good"}
        if name == "login":
            typed["email"] = await email_of_mina()
        assert (await clerk.send(SHEETS[name], typed, partial=False)).status in (200, 303)


@pytest.mark.parametrize("name", SHEETS)
async def test_more_than_a_form_can_be(clerk: Clerk, name: str) -> None:
    """ASVS 5.2.1."""
    sheet, before = SHEETS[name], await fingerprint()
    for field in sheet.seen:
        for partial in pieces(sheet):
            answer = await clerk.send(sheet, {**sheet.good, field: "x" * 70_000}, partial=partial)
            assert answer.status == 413, field
            assert "Go back and shorten what you typed" in answer.text
            assert answer["hx-retarget"] == ("body" if partial else "")
    assert await fingerprint() == before


async def test_a_version_that_is_none_is_an_old_one(clerk: Clerk) -> None:
    sheet, before = SHEETS["Edit access"], await fingerprint()
    good = {field: value for field, value in sheet.good.items() if field != "refuse_for_good"}
    for version in ("", "x", "1\0", "-1", "1.0", "٣", "9" * 30, "9" * 2001, ["1", "1"]):
        for partial in (False, True):
            answer = await clerk.send(sheet, {**good, "version": version}, partial=partial)
            assert answer.status == 409, version
            assert 'role="alert"' in answer.text
            assert "This changed since you opened it" in answer.text
    assert await fingerprint() == before


async def test_a_form_for_another_portal_finds_nothing(clerk: Clerk) -> None:
    """Decision 11: a portal that is not one's own to decide about, and a row of one portal in another's address."""
    give, edit, before = SHEETS["Give access"], SHEETS["Edit access"], await fingerprint()
    for sheet, address in (
        (give, "/portal/{row}/access/offers"),
        (edit, "/portal/{row}/access/{row}/decision"),
        (edit, "/portal/{leo}/access/{row}/decision"),
        (edit, "/portal/{mina}/access/{offer}/decision"),
        (edit, "/portal/{mina}/access/{mina}/decision"),
        (edit, "/portal/{jun}/access/{row}/decision"),
    ):
        for partial in (False, True):
            for typed in (sheet.good, {}):
                answer = await clerk.send(sheet, typed, address, partial=partial)
                assert (answer.status, answer["hx-retarget"]) == (404, "body" if partial else ""), address
                assert "Theo" not in answer.text
    assert await fingerprint() == before


async def test_where_a_login_leads_is_never_its_error(clerk: Clerk) -> None:
    good = {**SHEETS["login"].good, "email": await email_of_mina()}
    for onward in ("x" * 2001, "/account\0", ["/account", "/account"], "//evil.example", "<script>"):
        answer = await clerk.send(SHEETS["login"], {**good, "next": onward}, partial=False)
        assert (answer.status, answer["location"]) == (303, "/account"), onward
