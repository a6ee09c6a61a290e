"""The link for somebody who was asked and has no portal: it opens one, once, and gives nobody access by that."""

import asyncio
from uuid import UUID

import pytest

from db.engine import run
from db.tables.access import Status
from domain import access, accounts, clock, portals, requests
from domain.errors import LinkClosed, NotFound, Refused
from domain.sessions import Session
from tests.cast import HASH, PASSWORD, Someone, mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import ask, decide, in_the_midst_of, listed, row_of, seen_by, shortly_before

NEW = "new@example.com"


async def owner_of(email: str) -> Someone:
    """The account of an email, as logged in."""
    [row] = await run(
        "SELECT a.id, a.name, p.id AS portal FROM account a LEFT JOIN portal p ON p.owner = a.id WHERE a.email = $1",
        email,
    )
    return Someone(Session(row["id"], row["id"], row["name"], email, row["portal"], clock.now()))


async def test_account_and_portal_come_together_and_the_request_waits_there(database):
    kim = await someone("Kim Sato")
    await ask(kim, " New@Example.com ")
    row = await row_of(kim)
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("set-up", "New@Example.com")]
    assert await requests.set_up(row["id"], 1, "Nadia Rahman", PASSWORD) == "New@Example.com"
    nadia = await owner_of("New@Example.com")
    assert [(person.name, person.status) for person in await listed(nadia)] == [("Kim Sato", Status.PENDING)]
    assert [patient.status for patient in await seen_by(kim)] == [Status.PENDING]
    with pytest.raises(NotFound):
        await kim.visit(nadia.portal)
    await decide(nadia, await row_of(kim), Status.CURRENT)
    assert (await kim.visit(nadia.portal)).name == "Nadia Rahman"


async def test_what_the_link_tells(database):
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    asked = await requests.request_of((await row_of(kim))["id"], 1)
    assert (asked["asker"], asked["asker_email"], asked["email"]) == ("Kim Sato", kim.email, NEW)
    assert (asked["known"], asked["known_portal"]) == (None, None)


async def test_whoever_has_a_login_opens_a_portal_with_it(database):
    kim, rosa = await someone("Kim Sato"), await someone("Rosa Ibarra", portal=False)
    await ask(kim, rosa.email)
    row = await row_of(kim)
    assert (await requests.request_of(row["id"], 1))["known"] == rosa.account
    with pytest.raises(Refused, match="There is a login with this email already"):
        await requests.set_up(row["id"], 1, "Rosa", PASSWORD)
    portal = await requests.open_portal(rosa.session, row["id"], 1)
    assert [person.name for person in await listed(rosa, portal)] == ["Kim Sato"]


async def test_the_wrong_account_leaves_the_link_as_it_was(database):
    kim, rosa, zed = await someone("Kim Sato"), await someone("Rosa Ibarra", portal=False), await someone("Zed Novak")
    await ask(kim, rosa.email)
    row = await row_of(kim)
    for wrong in (zed, kim):
        with pytest.raises(LinkClosed) as closed:
            await requests.open_portal(wrong.session, row["id"], 1)
        assert closed.value.why == "wrong account"
    assert await requests.open_portal(rosa.session, row["id"], 1)


async def test_all_who_asked_this_email_wait_in_the_new_portal(database):
    kim, jun, zed = await someone("Kim Sato"), await someone("Jun Park"), await someone("Zed Novak")
    for who in (kim, jun, zed):
        await ask(who, NEW)
    await requests.withdraw(zed.session, (await row_of(zed))["id"])
    await requests.set_up((await row_of(kim))["id"], 1, "Nadia Rahman", PASSWORD)
    assert [person.name for person in await listed(await owner_of(NEW))] == ["Jun Park", "Kim Sato"]
    with pytest.raises(LinkClosed) as closed:
        await requests.request_of((await row_of(jun))["id"], 1)
    assert closed.value.why == "used"


async def test_what_was_held_back_does_not_come_out_with_a_portal(database):
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    await run("UPDATE access SET held_back = true")
    account = await accounts.create("Nadia Rahman", NEW, HASH)
    portal = await portals.open_for(account, "Nadia Rahman", NEW)
    assert (await row_of(kim))["portal"] is None
    assert await run("SELECT FROM access WHERE portal = $1", portal) == []


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(
    ("end", "why"),
    [("used", "used"), ("withdrawn", "cancelled"), ("lapsed", "expired"), ("unknown", "malformed"), ("older", "ended")],
)
async def test_a_closed_link_says_why_whether_or_not_anybody_swept(database, end, why, swept):
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    row, version = await row_of(kim), 1
    if end == "used":
        await requests.set_up(row["id"], 1, "Nadia Rahman", PASSWORD)
    elif end == "withdrawn":
        await requests.withdraw(kim.session, row["id"])
    elif end == "lapsed":
        set_clock(row["expires_at"])
    elif end == "older":
        await run("UPDATE access SET link_version = 2")
    if swept:
        await access.sweep()
    subject = kim.account if end == "unknown" else row["id"]
    for closed_to in (
        lambda: requests.request_of(subject, version),
        lambda: requests.set_up(subject, version, "Nadia Rahman", PASSWORD),
        lambda: requests.open_portal(kim.session, subject, version),
    ):
        with pytest.raises(LinkClosed) as closed:
            await closed_to()
        assert closed.value.why == why


async def test_a_request_held_back_has_no_link(database):
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    await run("UPDATE access SET held_back = true")
    with pytest.raises(LinkClosed) as closed:
        await requests.request_of((await row_of(kim))["id"], 1)
    assert closed.value.why == "malformed"


async def test_a_link_is_good_until_its_last_moment_and_a_bad_password_leaves_it_so(database):
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    row = await row_of(kim)
    shortly_before(row["expires_at"])
    with pytest.raises(Refused) as refused:
        await requests.set_up(row["id"], 1, "Nadia Rahman", "password1234")
    assert refused.value.field == "password"
    assert await requests.set_up(row["id"], 1, "Nadia Rahman", PASSWORD) == NEW


async def test_fifty_set_ups_with_one_link_make_one_account_and_one_portal(database):
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    row = await row_of(kim)
    results = await asyncio.gather(
        *(requests.set_up(row["id"], 1, "Nadia Rahman", PASSWORD) for _ in range(50)), return_exceptions=True
    )
    assert [result for result in results if isinstance(result, str)] == [NEW]
    assert {result.why for result in results if isinstance(result, LinkClosed)} == {"used"}
    assert sum(isinstance(result, LinkClosed) for result in results) == 49
    assert len(await run("SELECT FROM account WHERE email_key = $1", NEW)) == 1
    assert len(await run("SELECT FROM portal")) == 2


async def test_links_of_several_askers_used_at_once_make_one_portal(database):
    askers = [await someone(name) for name in ("Kim Sato", "Jun Park", "Zed Novak", "Theo Almeida")]
    rosa = await someone("Rosa Ibarra", portal=False)
    for asker in askers:
        await ask(asker, rosa.email)
    links = [(await row_of(asker))["id"] for asker in askers] * 5
    results = await asyncio.gather(
        *(requests.open_portal(rosa.session, link, 1) for link in links), return_exceptions=True
    )
    [portal] = [result for result in results if isinstance(result, UUID)]
    assert {result.why for result in results if isinstance(result, LinkClosed)} == {"used"}
    assert len(await listed(rosa, portal)) == 4


async def test_a_portal_that_opens_misses_no_request_sent_meanwhile(database):
    kim, rosa = await someone("Kim Sato"), await someone("Rosa Ibarra", portal=False)
    await ask(await someone("Jun Park"), rosa.email)
    link = (await row_of(rosa.email))["id"]
    _, portal = await in_the_midst_of(lambda: ask(kim, rosa.email), lambda: requests.open_portal(rosa.session, link, 1))
    assert len(await listed(rosa, portal)) == 2


async def test_a_request_sent_while_a_portal_opens_goes_to_it(database):
    kim, rosa = await someone("Kim Sato"), await someone("Rosa Ibarra", portal=False)
    portal, _ = await in_the_midst_of(
        lambda: portals.open_for(rosa.account, "Rosa Ibarra", rosa.email), lambda: ask(kim, rosa.email)
    )
    assert [person.name for person in await listed(rosa, portal)] == ["Kim Sato"]
    assert [mail["kind"] for mail in await mails()] == ["access-request"]
