"""A forgotten password: a mailed link, good once and for an hour."""

import asyncio
from datetime import timedelta

import pytest

from db.engine import run
from domain import accounts, password_resets, sessions
from domain.errors import LinkClosed, Refused, TooMany
from tests.cast import PASSWORD, mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import ADDRESS, shortly_before, trail, trail_end

ANOTHER = "velvet harbour 77 spoon"


async def begin(email="mina@example.com", address=ADDRESS):
    """Asks for a reset, and gives the newest row."""
    await password_resets.begin(email, address=address)
    rows = await run("SELECT * FROM password_reset ORDER BY created_at DESC LIMIT 1")
    return rows[0] if rows else None


async def test_the_link_goes_to_the_login_email_and_changes_nothing_yet(database):
    mina = await someone("Mina Park")
    row = await begin(" MINA@example.com")
    assert await mails() == [{"kind": "password-reset", "subject": row["id"], "recipient": mina.email}]
    found = await password_resets.whose(row["id"], 1)
    assert (found["account"], found["name"], found["email"]) == (mina.account, "Mina Park", mina.email)
    await accounts.log_in(mina.email, PASSWORD, address=ADDRESS, device="")


async def test_the_answer_is_the_same_whether_or_not_the_email_has_a_login(database):
    await someone("Mina Park")
    for email in ("mina@example.com", "nobody@example.com"):
        await password_resets.begin(email, address=ADDRESS)
    assert [mail["recipient"] for mail in await mails()] == ["mina@example.com"]


@pytest.mark.parametrize("email", ["mina@example.com", "nobody@example.com"])
async def test_three_an_hour_from_one_network_for_one_address_whoever_it_belongs_to(database, email):
    await someone("Mina Park")
    for n in range(3):
        await begin(email, f"198.51.100.{n}")
    with pytest.raises(TooMany):
        await begin(email, "198.51.100.9")


async def test_a_new_password_ends_all_sessions_and_is_mailed(database):
    mina = await someone("Mina Park")
    tokens = [(await accounts.log_in(mina.email, PASSWORD, address=ADDRESS, device="")).token for _ in range(3)]
    row, lines = await begin(), await trail_end()
    await password_resets.finish(row["id"], 1, ANOTHER)
    assert [await sessions.resume(token) for token in tokens] == [None] * 3
    assert [mail["recipient"] for mail in await mails("password-changed")] == [mina.email]
    assert [(line["kind"], line["account"]) for line in await trail(lines)] == [("account:password", mina.account)]
    with pytest.raises(Refused):
        await accounts.log_in(mina.email, PASSWORD, address=ADDRESS, device="")
    assert (await accounts.log_in(mina.email, ANOTHER, address=ADDRESS, device="")).credential_version == 2


async def test_only_the_newest_of_several_links_works(database):
    await someone("Mina Park")
    first, second = await begin(), await begin()
    with pytest.raises(LinkClosed) as closed:
        await password_resets.finish(first["id"], 1, ANOTHER)
    assert closed.value.why == "ended"
    await password_resets.finish(second["id"], 1, ANOTHER)


async def test_a_change_of_password_ends_the_links_that_are_out(database):
    mina = await someone("Mina Park")
    row = await begin()
    await accounts.change_password(mina.session, PASSWORD, ANOTHER, device="")
    with pytest.raises(LinkClosed) as closed:
        await password_resets.whose(row["id"], 1)
    assert closed.value.why == "cancelled"


@pytest.mark.parametrize(
    ("end", "why"), [("used", "used"), ("lapsed", "expired"), ("unknown", "malformed"), ("older", "cancelled")]
)
async def test_a_closed_link_says_why(database, end, why):
    mina = await someone("Mina Park")
    row = await begin()
    subject = mina.account if end == "unknown" else row["id"]
    if end == "used":
        await password_resets.finish(subject, 1, ANOTHER)
    elif end == "lapsed":
        set_clock(row["expires_at"])
    elif end == "older":
        await run("UPDATE password_reset SET link_version = 2")
    for closed_to in (
        lambda: password_resets.whose(subject, 1),
        lambda: password_resets.finish(subject, 1, "garden copper 51 whistle"),
    ):
        with pytest.raises(LinkClosed) as closed:
            await closed_to()
        assert closed.value.why == why


async def test_a_link_is_good_for_an_hour_and_a_bad_password_leaves_it_so(database):
    await someone("Mina Park")
    row = await begin()
    assert row["expires_at"] - row["created_at"] == timedelta(hours=1)
    shortly_before(row["expires_at"])
    with pytest.raises(Refused):
        await password_resets.finish(row["id"], 1, "mina@example.com")
    await password_resets.finish(row["id"], 1, ANOTHER)


async def test_of_many_using_one_link_at_once_one_does(database):
    mina = await someone("Mina Park")
    row = await begin()
    results = await asyncio.gather(
        *(password_resets.finish(row["id"], 1, f"velvet harbour 77 spoon {n}") for n in range(8)),
        return_exceptions=True,
    )
    [won] = [n for n, result in enumerate(results) if result is None]
    assert {result.why for result in results if isinstance(result, LinkClosed)} == {"used"}
    done = await accounts.log_in(mina.email, f"velvet harbour 77 spoon {won}", address=ADDRESS, device="")
    assert done.credential_version == 2
