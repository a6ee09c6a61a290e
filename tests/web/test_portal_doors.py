"""Who opens which page of a portal, and what of it they are shown (decisions 9 to 11)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from db.engine import counting, run
from domain import access, records, requests
from domain.access import Decision, Status
from domain.records import NewEntry, RecordKind
from tests.clinic import NOW
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import STANDINGS, household, standing_as

ADMINISTRATIVE = {
    "", "/appointments", "/appointments?page=2", "/invoices", "/invoices?page=2", "/invoices/{invoice}"
}  # fmt: skip
CLINICAL = {"/records", "/profile", "/funding"}
CANCELLING = {"/appointments/{appointment}/cancel", "/appointments/{past}/cancel"}
CHANGING = {"/records/add", "/records/{own}/remove", "/records/{noted}/remove", "/profile/edit", "/funding/edit"}
EVERYTHING = ADMINISTRATIVE | CLINICAL | CANCELLING | CHANGING
OPENS = {
    "owner": EVERYTHING,
    "clinical edit": EVERYTHING,
    "clinical view": ADMINISTRATIVE | CLINICAL,
    "administrative edit": ADMINISTRATIVE | CANCELLING,
    "administrative view": ADMINISTRATIVE,
}
POSTS = {
    "/appointments/{appointment}/cancellation": {},
    "/records": {"kind": "Allergy", "name": "Peanuts"},
    "/records/{own}/removal": {},
    "/profile": {"name": "Somebody Else", "version": "1"},
    "/funding": {"health_fund": "Another", "version": "2"},
}
SAVED = (
    "SELECT (SELECT count(*) FROM appointment WHERE status = 'Cancelled') AS cancelled,"
    " (SELECT count(*) FROM record_entry WHERE removed_at IS NULL) AS entries,"
    " (SELECT string_agg(name, ',' ORDER BY name) FROM portal) AS names, (SELECT min(health_fund) FROM funding) AS fund"
)


@pytest.mark.parametrize("standing", OPENS)
async def test_each_opens_what_their_level_and_role_say(browser: Browser, standing: str) -> None:
    home = await household()
    await browser.log_in(await standing_as(standing, home.mina))
    for path in sorted(EVERYTHING):
        address = home.base + path.format(**vars(home))
        page = await browser.get(address)
        assert page.status_code == (200 if path in OPENS[standing] else 403), path
        piece = await browser.htmx("GET", address)
        assert piece.status_code == page.status_code, path
        if "administrative" in standing:
            assert "Canary" not in page.text + piece.text, path
            assert not {"/records", "/profile", "/funding"} & set(page.text.split(home.base)), path


@pytest.mark.parametrize("standing", ["stranger", "nobody"])
async def test_who_has_no_access_finds_nothing(browser: Browser, standing: str) -> None:
    home = await household()
    who = await standing_as(standing, home.mina)
    await browser.log_in(who)
    absent = (await browser.get(f"/portal/{uuid4()}/records")).content
    for path in sorted(EVERYTHING):
        page = await browser.get(home.base + path.format(**vars(home)))
        assert (page.status_code, page.content) == (404, absent), path


@pytest.mark.parametrize("standing", [*STANDINGS, "stranger"])
async def test_what_is_not_theirs_to_change_stays(browser: Browser, standing: str) -> None:
    home = await household()
    await browser.log_in(await standing_as(standing, home.mina))
    before = await run(SAVED)
    allowed = {"clinical edit": set(POSTS), "administrative edit": {"/appointments/{appointment}/cancellation"}}
    for path in set(POSTS) - allowed.get(standing, set()):
        answer = await browser.post(home.base + path.format(**vars(home)), data=POSTS[path])
        assert answer.status_code == (404 if standing == "stranger" else 403), path
    assert await run(SAVED) == before


async def test_an_access_ends_at_the_very_next_request(browser: Browser) -> None:
    """S1.5, and nothing of a form sent after it is kept (decision 11)."""
    home = await household()
    theo = await standing_as("clinical edit", home.mina)
    await browser.log_in(theo)
    assert (await browser.get(f"{home.base}/records")).status_code == 200
    before, visit = await run(SAVED), await home.mina.visit()
    [row] = await run("SELECT id, version FROM access WHERE account = $1", theo.account)
    await access.decide(visit, row["id"], Decision(Status.DISABLED, *STANDINGS["clinical edit"], row["version"]))
    for path in sorted(EVERYTHING):
        assert (await browser.get(home.base + path.format(**vars(home)))).status_code == 404, path
    for path, typed in POSTS.items():
        answer = await browser.htmx("POST", home.base + path.format(**vars(home)), data=typed)
        assert (answer.status_code, answer.headers["HX-Retarget"]) == (404, "body"), path
        assert "Mina" not in answer.text
    assert await run(SAVED) == before


@pytest.mark.parametrize("standing", ["clinical view", "administrative view"])
async def test_view_is_shown_no_buttons_that_change(browser: Browser, standing: str) -> None:
    home = await household()
    await browser.log_in(await standing_as(standing, home.mina))
    for path in OPENS[standing]:
        page = (await browser.get(home.base + path.format(**vars(home)))).text
        assert not any(f'{word}"' in page for word in ("/cancel", "/add", "/remove", "/edit")), path


@pytest.mark.parametrize("path", ["", "/appointments", "/invoices", "/records", "/profile", "/funding"])
async def test_a_page_asks_as_often_for_forty_rows_as_for_two(browser: Browser, path: str) -> None:
    home = await household()
    await browser.log_in(home.mina)
    with counting() as few:
        short = await browser.get(home.base + path)
    visit = await home.mina.visit()
    for number in range(40):
        await home.clinic.book(NOW + timedelta(days=8, hours=number))
        await home.clinic.book(NOW - timedelta(days=8, hours=number))
        await home.clinic.bill(2000 + number, "10.00")
        await home.clinic.note(f"Entry {number}")
        await records.add(visit, NewEntry(RecordKind.CONDITION, f"Own {number}"))
    with counting() as many:
        long = await browser.get(home.base + path)
    assert len(few) == len(many) <= 6
    if path in ("/appointments", "/invoices", "/records"):
        shown = [page.text.count("<li") + page.text.count("<tr") for page in (short, long)]
        assert shown[1] >= shown[0] + 40


async def test_somebody_who_waits_opens_nothing(browser: Browser) -> None:
    home = await household()
    theo = await standing_as("nobody", home.mina)
    await requests.ask(theo.session, requests.Asking("Mina", "Spouse", *STANDINGS["clinical edit"], home.mina.email))
    await browser.log_in(theo)
    assert (await browser.get(home.base)).status_code == 404
    assert "Mina" not in text(await browser.get(f"{home.base}/records"))
