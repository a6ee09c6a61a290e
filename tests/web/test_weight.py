"""What crosses the wire, to the byte (PERFORMANCE.md): as HTTP/1.1 writes it, brotli, headers and all."""

import re
from datetime import timedelta
from uuid import UUID

import asyncpg
import brotli
import pytest
from litestar.types import ASGIApp

from db.embedded_server import Addresses
from db.engine import run
from db.ids import new_id
from demo import cast
from demo.people import known_id
from domain import clock
from settings import Settings
from tests.conftest import EMPTY
from tests.web.every_page import PARTIAL
from tests.web.household import undone
from tests.web.wire import Answer, cookie_of, send
from web import static

FIRST_WINDOW, FIRST_VISIT, SWAP, OWN_LINES = 14_000, 22_000, 1_000, 100
ADDED_BY_THE_SERVER = len("HTTP/1.1 200 OK\r\ndate: Fri, 20 Nov 2026 03:00:00 GMT\r\n\r\n")
ACCOUNT = ("/account", "/account/access", "/account/access/add-patient", "/account/profile", "/account/security")
PUBLIC = ("/", "/for-patients", "/for-practitioners", "/help", "/login", "/sign-up", "/forgot-password", "/nowhere")
PORTAL = (
    "", "/appointments", "/invoices", "/invoices/{invoice}", "/records", "/records/add", "/profile", "/profile/edit",
    "/funding", "/funding/edit", "/access", "/access/{theo}/edit",
)  # fmt: skip
PRACTICE = (
    "", "/patients", "/patients?page=3", "/patients?q=park", "/patients/{mina}", "/patients/{ana}", "/patients/{leo}",
    "/patients/{mina}/edit", "/patients/{mina}/notes", "/patients/{mina}/notes/new", "/patients/{ana}/invite",
    "/patients/{leo}/guardians", "/patients/new", "/patients/import", "/invitations", "/notifications", "/updates",
    "/settings/general", "/settings/general/patient-portal/edit", "/settings/users", "/settings/users/new",
    "/settings/users/{bea}/edit", "/settings/communication-templates", "/settings/communication-templates/new",
    "/reports/patient", "/reports/new",
)  # fmt: skip
OF_MANY = (
    "/reports", *(f"/reports/{{{report}}}{rest}" for report in ("cases", "portals") for rest in (
        "", "/filters", "/save", "/remove")), "/reports/{cases}?page=9&sort=-last", "/reports/{cases}/invite",
    "/reports/{cases}/patient-status", "/bulk-invitations", "/bulk-invitations/{bulk}",
    "/bulk-invitations/{bulk}?outcome=Waiting&page=2",
)  # fmt: skip
BROTLI = {"accept-encoding": "br"}


def size(answer: Answer) -> int:
    """Bytes of the whole answer."""
    return (
        ADDED_BY_THE_SERVER + sum(len(f"{n}: {v}\r\n".encode("latin-1")) for n, v in answer.headers) + len(answer.body)
    )


@pytest.fixture(scope="module")
async def mina(engine: None, addresses: Addresses, settings: Settings) -> str:
    """The cast on its first day, and the Cookie header of Mina's browser."""
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    clock.set_offset(timedelta())
    await cast.build(settings)
    return await cookie_of(known_id("account", "mina"))


async def _theo() -> str:
    [row] = await run(
        "SELECT id FROM access WHERE account = $1 AND portal = $2",
        known_id("account", "theo"), known_id("portal", "mina"),
    )  # fmt: skip
    return str(row["id"])


async def test_a_first_visit_to_access(mina: str, site: ASGIApp) -> None:
    for target in ("/account/access", f"/portal/{known_id('portal', 'mina')}/access"):
        page = await send(site, "GET", target, cookie=mina, headers=BROTLI)
        assert (page.status, page["content-encoding"]) == (200, "br")
        text = brotli.decompress(page.body).decode()
        assert "Theo Almeida" in text
        script = re.search(r'<script src="([^"]+)"', text)
        assert script
        found = await send(site, "GET", script[1], headers=BROTLI)
        assert (found.status, found["content-encoding"]) == (200, "br")
        assert "immutable" in found["cache-control"]
        assert size(page) < FIRST_WINDOW
        assert size(page) + size(found) < FIRST_VISIT
        assert not re.search(r'<link\b|<img\b|src="(?!/static/site)', text), "a request more"


async def test_every_page_comes_in_the_first_window(mina: str, site: ASGIApp) -> None:
    own, child = known_id("portal", "mina"), known_id("portal", "leo")
    invoices = "SELECT i.id, p.portal FROM invoice i JOIN patient p ON p.id = i.patient WHERE p.portal = ANY($1)"
    invoice = {row["portal"]: row["id"] for row in await run(invoices, [own, child])}
    theo = await _theo()
    places = [f"/portal/{own}{place.format(invoice=invoice[own], theo=theo)}" for place in PORTAL]
    places += [f"/portal/{child}{place.format(invoice=invoice[child])}" for place in PORTAL[:-1]]
    for target in (*places, f"/portal/{child}/access/give", *ACCOUNT, *PUBLIC):
        page = await send(site, "GET", target, cookie="" if target in PUBLIC else mina, headers=BROTLI)
        assert page.status == (404 if target == "/nowhere" else 200), target
        assert size(page) < FIRST_WINDOW, (target, size(page))


async def test_every_page_of_a_practice_comes_in_the_first_window(mina: str, site: ASGIApp) -> None:
    """With the 480 patients of the cast, 50 on a page."""
    amara = await cookie_of(known_id("account", "amara"))
    ids = {who: known_id("patient", who) for who in ("mina", "ana", "leo")}
    ids["bea"] = known_id("member", "harbour-street:bea")
    await _come_in_the_first_window(site, amara, PRACTICE, ids)


async def _come_in_the_first_window(site: ASGIApp, amara: str, places: tuple[str, ...], ids: dict[str, UUID]) -> None:
    for place in places:
        page = await send(site, "GET", f"/practice/harbour-street{place.format(**ids)}", cookie=amara, headers=BROTLI)
        assert page.status == 200, place
        assert size(page) < FIRST_WINDOW, (place, size(page))


async def _reported(site: ASGIApp, amara: str) -> dict[str, UUID]:
    """A report of each type that has run; in the one, everybody is chosen and has been invited."""
    ids = {name: new_id() for name in ("cases", "portals", "bulk")}
    here = f"/practice/harbour-street/reports/{ids['cases']}"

    async def sent(target: str, **form: object) -> None:
        answer = await send(site, "POST", target, cookie=amara, form=form)
        assert answer.status == 303, (target, answer.text)

    for name, kind in (("cases", "Case Load"), ("portals", "Portal Adoption")):
        await sent("/practice/harbour-street/reports", type=kind, row=str(ids[name]))
    await sent(f"{here}/choice", version=1, choose="all")
    shown = re.search(r'name="shown" value="(\w+)"', (await send(site, "GET", f"{here}/invite", cookie=amara)).text)
    assert shown
    await sent(f"{here}/invite", row=str(ids["bulk"]), version=1, shown=shown[1])
    await sent(f"{here}/choice", version=1, choose="all")
    return ids


async def test_pages_about_hundreds_come_in_the_first_window(mina: str, site: ASGIApp) -> None:
    amara = await cookie_of(known_id("account", "amara"))
    async with undone():
        await _come_in_the_first_window(site, amara, OF_MANY, await _reported(site, amara))


async def test_choosing_and_inviting_many_swap_little(mina: str, site: ASGIApp) -> None:
    """However many were chosen: a number, and how far it is."""
    amara = await cookie_of(known_id("account", "amara"))
    headers = {**BROTLI, **PARTIAL}
    async with undone():
        ids = await _reported(site, amara)
        [row] = await run("SELECT id FROM patient WHERE first_name = 'Owen' ORDER BY created_at LIMIT 1")
        form = {"version": "1", "shown": row["id"], "ticked": row["id"]}
        choice = f"/practice/harbour-street/reports/{ids['cases']}/choice"
        chosen = await send(site, "POST", choice, cookie=amara, headers=headers, form=form)
        bulk = f"/practice/harbour-street/bulk-invitations/{ids['bulk']}"
        progress = await send(site, "GET", bulk, cookie=amara, headers=headers)
    for answer in (chosen, progress):
        text = brotli.decompress(answer.body) if answer["content-encoding"] else answer.body
        assert (answer.status, b"<h1" in text) == (200, False)
        assert size(answer) < SWAP, (size(answer), answer.headers)


async def test_what_is_decided_in_a_practice_swaps_a_row(mina: str, site: ASGIApp) -> None:
    amara = await cookie_of(known_id("account", "amara"))
    here = "/practice/harbour-street"
    swaps = {
        f"{here}/settings/users/{known_id('member', 'harbour-street:bea')}": {
            "role_type": "Administrator", "level": "Clinical Access", "version": "1", "has_patients": "yes",
            "views": str(known_id("member", "harbour-street:amara")),
        },
        f"{here}/patients/{known_id('patient', 'leo')}/guardians/{await _guardian()}/confirmation": {
            "state": "Refused", "drawn": "Confirmed",
        },
    }  # fmt: skip
    for target, form in swaps.items():
        async with undone():
            swap = await send(site, "POST", target, cookie=amara, headers={**BROTLI, **PARTIAL}, form=form)
        assert (swap.status, "-row-" in swap["hx-retarget"]) == (200, True), target
        assert size(swap) < SWAP, (target, size(swap))


async def _guardian() -> str:
    query = "SELECT id FROM guardian_confirmation WHERE patient = $1"
    [row] = await run(query, known_id("patient", "leo"))
    return str(row["id"])


async def test_a_row_is_swapped_after_a_decision(mina: str, site: ASGIApp) -> None:
    theo = await _theo()
    target = f"/portal/{known_id('portal', 'mina')}/access/{theo}/decision"
    form = {"status": "Current", "level": "Clinical", "role": "View", "version": "1"}
    async with undone():
        swap = await send(site, "POST", target, cookie=mina, headers={**BROTLI, **PARTIAL}, form=form)
    assert (swap.status, swap["hx-retarget"]) == (200, f"#access-row-{theo}")
    assert b"can now open" in brotli.decompress(swap.body)
    assert size(swap) < SWAP


def test_our_own_script_is_short() -> None:
    assert len((static.SOURCE / "site.js").read_text().splitlines()) <= OWN_LINES
