"""Signing up: nothing before the email is confirmed, and nothing told about whose it is."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import run
from domain import accounts, clock, sign_ups
from domain.errors import LinkClosed, Refused, TooMany
from tests.cast import HASH, PASSWORD, mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import ADDRESS, ask, doors_of, listed, shortly_before
from tests.domain.test_set_ups import owner_of

NEW = "new@example.com"


async def begin(email=NEW, *, own_health=True, address=ADDRESS):
    """Signs up, and gives the row, if one was written."""
    await sign_ups.begin("Nadia Rahman", email, own_health=own_health, address=address)
    rows = await run("SELECT * FROM sign_up WHERE email_key = $1 ORDER BY created_at DESC", email.strip().casefold())
    return rows[0] if rows else None


async def test_there_is_no_account_before_the_email_is_confirmed(database):
    row = await begin()
    assert await run("SELECT FROM account") == []
    assert await mails() == [{"kind": "confirm-email", "subject": row["id"], "recipient": NEW}]
    assert (await sign_ups.typed(row["id"], 1))["name"] == "Nadia Rahman"


@pytest.mark.parametrize("own_health", [True, False])
async def test_a_patient_gets_an_empty_portal_and_a_carer_none(database, own_health):
    row = await begin(own_health=own_health)
    account = await sign_ups.confirm(row["id"], 1, PASSWORD)
    assert len(await doors_of(account)) == own_health
    assert (await accounts.log_in(NEW, PASSWORD, address=ADDRESS, device="")).account == account


async def test_a_request_that_waits_for_the_email_stands_in_the_portal_of_who_signs_up(database):
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    await sign_ups.confirm((await begin())["id"], 1, PASSWORD)
    assert [person.name for person in await listed(await owner_of(NEW))] == ["Kim Sato"]


async def test_the_answer_is_the_same_whoever_the_email_belongs_to(database):
    """One mail each, and no word on the screen; what differs is in the mail."""
    await someone("Mina Park")
    await someone("Rosa Ibarra", portal=False)
    emails = [" MINA@example.com", "rosa@example.com", NEW]
    for email in emails:
        await sign_ups.begin("Somebody", email, own_health=True, address=ADDRESS)
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [
        ("already-signed-up", "mina@example.com"),
        ("already-signed-up", "rosa@example.com"),
        ("confirm-email", NEW),
    ]
    assert len(await run("SELECT FROM sign_up")) == 1


@pytest.mark.parametrize("email", ["mina@example.com", NEW])
async def test_three_mails_an_hour_to_one_address_whoever_it_belongs_to(database, email):
    await someone("Mina Park")
    for n in range(3):
        await begin(email, address=f"198.51.{n}.1")
    with pytest.raises(TooMany):
        await begin(email, address="203.0.113.1")
    assert len(await mails()) == 3
    clock.set_offset(timedelta(hours=1))
    await begin(email)


async def test_twenty_mails_an_hour_from_one_network(database):
    for n in range(20):
        await begin(f"p{n}@example.com", address=f"198.51.100.{n}")
    with pytest.raises(TooMany):
        await begin("p20@example.com", address="198.51.100.200")
    await begin("p20@example.com", address="198.51.101.1")


@pytest.mark.parametrize(
    ("end", "why"), [("used", "used"), ("lapsed", "expired"), ("unknown", "malformed"), ("older", "ended")]
)
async def test_a_closed_link_says_why(database, end, why):
    row = await begin()
    subject = row["id"]
    if end == "used":
        await sign_ups.confirm(subject, 1, PASSWORD)
    elif end == "lapsed":
        set_clock(row["expires_at"])
    elif end == "older":
        await run("UPDATE sign_up SET link_version = 2")
    else:
        subject = (await someone("Zed Novak")).account
    for closed_to in (lambda: sign_ups.typed(subject, 1), lambda: sign_ups.confirm(subject, 1, PASSWORD)):
        with pytest.raises(LinkClosed) as closed:
            await closed_to()
        assert closed.value.why == why


async def test_a_link_is_good_for_a_day_and_a_bad_password_leaves_it_so(database):
    row = await begin()
    assert row["expires_at"] - row["created_at"] == timedelta(hours=24)
    shortly_before(row["expires_at"])
    for password in ("short", "nadia rahman 12", "new@example.com"):
        with pytest.raises(Refused) as refused:
            await sign_ups.confirm(row["id"], 1, password)
        assert refused.value.field == "password"
    await sign_ups.confirm(row["id"], 1, PASSWORD)


async def test_an_email_that_got_a_login_meanwhile_is_not_taken_over(database):
    row = await begin()
    other = await accounts.create("Somebody", NEW, HASH)
    with pytest.raises(Refused, match="There is a login with this email already"):
        await sign_ups.confirm(row["id"], 1, "velvet harbour 77 spoon")
    assert (await accounts.log_in(NEW, PASSWORD, address=ADDRESS, device="")).account == other


async def test_of_many_confirming_one_link_at_once_one_does(database):
    row = await begin()
    results = await asyncio.gather(
        *(sign_ups.confirm(row["id"], 1, PASSWORD) for _ in range(8)), return_exceptions=True
    )
    assert {result.why for result in results if isinstance(result, LinkClosed)} == {"used"}
    assert sum(isinstance(result, LinkClosed) for result in results) == 7
    assert (len(await run("SELECT FROM account")), len(await run("SELECT FROM portal"))) == (1, 1)


async def test_two_links_to_one_email_confirmed_at_once_make_one_account(database):
    links = [(await begin())["id"] for _ in range(3)]
    results = await asyncio.gather(*(sign_ups.confirm(link, 1, PASSWORD) for link in links), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Refused", "Refused", "UUID"]
