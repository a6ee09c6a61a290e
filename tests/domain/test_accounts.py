"""Logging in, changing one's password and name, and one account for an email."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from db.engine import run
from domain import accounts, attempts, clock, password_resets, sessions
from domain.errors import Refused, TooMany
from tests.cast import HASH, PASSWORD, mails, someone
from tests.domain.sharing import ADDRESS, doors_of, give, in_the_midst_of, leo_of, trail, trail_end

ANOTHER = "velvet harbour 77 spoon"


async def log_in(email="mina@example.com", password=PASSWORD, *, address=ADDRESS, knows=None):
    return await accounts.log_in(email, password, address=address, device="A phone", knows=knows)


async def refused(**how):
    with pytest.raises(Refused) as error:
        await log_in(**how)
    return error.value.words, error.value.field


@pytest.mark.parametrize("email", ["mina@example.com", "MINA@Example.COM", "  mina@example.com "])
async def test_logging_in_begins_a_session_of_that_account(database, email):
    mina = await someone("Mina Park")
    done = await log_in(email)
    session = await sessions.resume(done.token)
    assert session is not None
    assert (done.account, done.credential_version) == (mina.account, 1)
    assert (session.account, session.name, session.email, session.portal) == (
        mina.account,
        "Mina Park",
        mina.email,
        mina.portal,
    )


async def test_every_login_has_a_new_token(database):
    await someone("Mina Park")
    assert (await log_in()).token != (await log_in()).token


async def test_a_wrong_password_and_an_unknown_email_get_the_same_words(database):
    await someone("Mina Park")
    wrong = await refused(password="lantern orchard 43")
    assert wrong == await refused(email="nobody@example.com") == await refused(password="")
    assert wrong == ("The email or the password is not right. Check both, or choose Forgotten your password?", "")
    assert await run("SELECT FROM session") == []


@pytest.mark.parametrize("password", [PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1]])
async def test_a_password_is_compared_exactly_as_it_was_typed(database, password):
    await someone("Mina Park")
    assert await refused(password=password)


async def guess(times: int, email: str = "mina@example.com") -> None:
    """That many wrong logins: one of them real, its lines written again for the others."""
    before = await run("SELECT coalesce(max(id), 0) AS id FROM attempt")
    await refused(email=email, password="wrong", address="198.51.100.1")
    await run(
        "INSERT INTO attempt (key, at) SELECT key, at FROM attempt, generate_series(2, $2) WHERE id > $1",
        before[0]["id"],
        times,
    )


@pytest.mark.parametrize("email", ["mina@example.com", "nobody@example.com"])
async def test_ten_wrong_logins_and_then_a_while_of_none_whoever_the_email_belongs_to(database, email):
    await someone("Mina Park")
    await guess(9, email)
    await refused(email=email, password="wrong")
    with pytest.raises(TooMany):
        await log_in(email, address="203.0.113.9")
    clock.set_offset(attempts.WINDOW)
    await refused(email=email, password="wrong")


async def test_a_hundred_wrong_logins_from_one_network_whosever_they_are(database):
    mina = await someone("Mina Park")
    for n in range(10):
        await guess(10, f"p{n}@example.com")
    for address in ("198.51.100.1", "198.51.100.254"):
        with pytest.raises(TooMany):
            await log_in(address=address)
    assert (await log_in(address="198.51.101.1")).account == mina.account


async def test_a_thousand_wrong_logins_over_all(database):
    mina = await someone("Mina Park")
    await guess(1, "nobody@example.com")
    await run(
        "INSERT INTO attempt (key, at) SELECT key, at FROM attempt, generate_series(2, 999) WHERE key LIKE '%all'"
    )
    assert (await log_in(address="203.0.113.1")).account == mina.account
    with pytest.raises(TooMany):
        await log_in(address="203.0.113.1")
    assert (await log_in(knows=(mina.account, 1))).account == mina.account


async def test_a_known_device_is_not_locked_out_by_somebody_elses_guessing(database):
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    await guess(10)
    for knows in (None, (zed.account, 1), (mina.account, 2), (mina.account, 0)):
        with pytest.raises(TooMany):
            await log_in(knows=knows)
    assert (await log_in(knows=(mina.account, 1))).account == mina.account


async def test_a_login_that_succeeds_gives_the_ration_back(database):
    mina = await someone("Mina Park")
    await guess(9)
    assert (await log_in()).account == mina.account
    await guess(9)
    assert (await log_in()).account == mina.account


async def test_of_two_hundred_wrong_logins_at_once_exactly_the_ration_is_tried(database):
    await someone("Mina Park")
    results = await asyncio.gather(*(log_in(password="wrong") for _ in range(200)), return_exceptions=True)
    assert sum(isinstance(result, Refused) for result in results) == attempts.LOGIN_PER_ACCOUNT
    assert sum(isinstance(result, TooMany) for result in results) == 200 - attempts.LOGIN_PER_ACCOUNT


async def test_a_cheap_old_hash_is_made_again_at_login(database):
    mina = await someone("Mina Park")
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await run("UPDATE account SET password_hash = $2 WHERE id = $1", mina.account, cheap)
    await refused(password="wrong")
    assert await run("SELECT FROM account WHERE password_hash = $1", cheap)
    done = await log_in()
    assert done.credential_version == 1
    [row] = await run("SELECT password_hash FROM account")
    assert "m=19456,t=2,p=1" in row["password_hash"]
    await log_in()
    assert [row] == await run("SELECT password_hash FROM account")


async def test_a_password_that_is_changed_while_it_is_checked_opens_nothing_more(database):
    mina = await someone("Mina Park")
    fresh, words = await in_the_midst_of(
        lambda: accounts.change_password(mina.session, PASSWORD, ANOTHER, device=""), refused
    )
    assert words == (accounts.WRONG, "")
    assert len(await run("SELECT FROM session")) == 1
    assert await sessions.resume(fresh.token)


async def test_whoever_changes_a_password_that_is_being_reset_no_longer_knows_it(database):
    mina = await someone("Mina Park")
    await password_resets.begin(mina.email, address=ADDRESS)
    [row] = await run("SELECT id FROM password_reset")

    async def change():
        with pytest.raises(Refused) as error:
            await accounts.change_password(mina.session, PASSWORD, "garden copper 51 whistle", device="")
        return error.value.field

    _, field = await in_the_midst_of(lambda: password_resets.finish(row["id"], 1, ANOTHER), change)
    assert field == "password"
    await log_in(password=ANOTHER)


async def test_changing_the_password_ends_all_other_sessions_and_gives_a_new_token(database):
    mina = await someone("Mina Park")
    here, elsewhere = await log_in(), await log_in()
    session = await sessions.resume(here.token)
    assert session is not None
    fresh = await accounts.change_password(session, PASSWORD, ANOTHER, device="A phone")
    assert [await sessions.resume(token) for token in (here.token, elsewhere.token)] == [None, None]
    assert await sessions.resume(fresh.token)
    assert fresh.account == mina.account
    assert fresh.credential_version == 2
    assert [mail["recipient"] for mail in await mails("password-changed")] == [mina.email]
    assert await refused()
    await log_in(password=ANOTHER)


async def test_a_change_of_password_asks_for_the_old_one_and_a_good_new_one(database):
    mina = await someone("Mina Park")
    done = await log_in()
    for old, new, field in (
        ("wrong", ANOTHER, "password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "mina park mina", "new_password"),
    ):
        with pytest.raises(Refused) as error:
            await accounts.change_password(mina.session, old, new, device="")
        assert error.value.field == field
    assert await sessions.resume(done.token)
    assert await mails() == []
    assert [row["credential_version"] for row in await run("SELECT credential_version FROM account")] == [1]


async def test_guessing_the_old_password_is_rationed(database):
    mina = await someone("Mina Park")
    with pytest.raises(Refused):
        await accounts.change_password(mina.session, "wrong", ANOTHER, device="")
    await run("INSERT INTO attempt (key, at) SELECT key, at FROM attempt, generate_series(2, 10)")
    with pytest.raises(TooMany):
        await accounts.change_password(mina.session, PASSWORD, ANOTHER, device="")


@pytest.mark.parametrize("email", ["mina@example.com", "MINA@example.com", " mina@example.com "])
async def test_an_email_has_one_account_however_it_is_typed(database, email):
    await someone("Mina Park")
    with pytest.raises(Refused) as error:
        await accounts.create("Somebody", email, HASH)
    assert "There is a login with this email already" in error.value.words


async def test_of_many_accounts_made_at_once_for_one_email_one_is(database):
    results = await asyncio.gather(
        *(accounts.create("Mina", spelling, HASH) for spelling in ["mina@example.com", "Mina@example.com"] * 20),
        return_exceptions=True,
    )
    assert sum(not isinstance(result, Refused) for result in results) == 1
    assert len(await run("SELECT FROM account")) == 1


async def test_where_an_account_can_go(database):
    mina, kim, zed = await someone("Mina Park"), await someone("Kim Sato", portal=False), await someone("Zed Novak")
    leo = await leo_of(mina)
    await give(mina, kim)
    assert set(await doors_of(mina.account)) == {mina.portal, leo}
    assert await doors_of(kim.account) == [mina.portal]
    assert await doors_of(zed.account) == [zed.portal]


async def test_a_new_name_is_what_others_read_and_leaves_the_portal_its_own(database):
    mina = await someone("Mina Park")
    await accounts.rename(mina.session, "Mina Almeida")
    assert await run("SELECT name FROM account") == [{"name": "Mina Almeida"}]
    assert await run("SELECT name FROM portal") == [{"name": "Mina Park"}]


async def test_a_login_that_is_refused_names_nobody_as_the_one_who_acted(database):
    mina = await someone("Mina Park")
    lines = await trail_end()
    await refused(password="wrong")
    await refused(email="nobody@example.com")
    assert [(line["kind"], line["account"], line["subject"]) for line in await trail(lines)] == [
        ("session:refused", None, mina.account),
        ("session:refused", None, None),
    ]


async def test_an_empty_password_is_asked_for_and_spends_no_try(database):
    mina = await someone("Mina Park")
    clock.set_offset(timedelta(minutes=11))
    for _ in range(20):
        with pytest.raises(Refused) as refused:
            await accounts.demand_fresh(mina.session, "")
        assert (refused.value.words, refused.value.field) == ("Type your password to give access", "password")
    await accounts.demand_fresh(mina.session, PASSWORD)
