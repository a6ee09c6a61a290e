"""Sessions: how long they last, what is kept of them, and how they end."""

import hashlib
from datetime import timedelta

import pytest

from db.engine import counting, run
from db.tables.access import Level, Role, Status
from domain import clock, sessions
from domain.sessions import Door
from tests.cast import someone
from tests.clinic import Clinic
from tests.domain.sharing import ask, decide, give, leo_of, trail, trail_end

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECOND = timedelta(seconds=1)


async def test_a_session_knows_who_and_which_portals(database):
    mina, jun, kim = await someone("Mina Park"), await someone("Jun Park"), await someone("Kim Sato")
    leo = await leo_of(mina)
    await give(jun, mina, Level.ADMINISTRATIVE, Role.EDIT)
    await ask(mina, kim.email)
    session = await sessions.resume(await sessions.begin(mina.account, "A phone"))
    assert session is not None
    assert (session.account, session.name, session.email, session.portal, session.works) == (
        mina.account,
        "Mina Park",
        mina.email,
        mina.portal,
        False,
    )
    assert session.doors == (
        Door(mina.portal, "Mina Park", True),
        Door(jun.portal, "Jun Park", False, "Friend", Level.ADMINISTRATIVE, Role.EDIT),
        Door(leo, "Leo Park", False, "Son", Level.CLINICAL, Role.EDIT),
    )


async def test_a_door_closes_with_the_access(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato", portal=False)
    row = await give(mina, kim)
    token = await sessions.begin(kim.account, "")
    before = await sessions.resume(token)
    assert before
    assert [door.portal for door in before.doors] == [mina.portal]
    await decide(mina, row, Status.DISABLED)
    after = await sessions.resume(token)
    assert after
    assert after.doors == ()


@pytest.mark.parametrize("token", ["", "x", "é", "\0", "0" * 10_000])
async def test_what_is_no_token_opens_nothing(database, token):
    await sessions.begin((await someone("Mina Park")).account, "")
    assert await sessions.resume(token) is None


async def test_only_a_hash_of_the_token_is_kept(database):
    token = await sessions.begin((await someone("Mina Park")).account, "A phone")
    assert len(token) >= 43
    [row] = await run("SELECT * FROM session")
    assert row["token_hash"] == hashlib.sha256(token.encode()).digest()
    assert token not in str({**row, "token_hash": row["token_hash"].decode("latin-1")})
    for table in ("event", "account", "attempt", "mail"):
        assert token not in str(await run(f"SELECT * FROM {table}"))


@pytest.mark.parametrize(("works", "idle"), [(None, 30), (True, 15), (False, 30)])
async def test_a_session_ends_after_half_an_hour_of_nothing_and_a_quarter_at_work(database, works, idle):
    mina = await someone("Mina Park")
    if works is not None:
        clinic = await Clinic.open(None)
        await run("UPDATE member SET account = $1, active = $2 WHERE id = $3", mina.account, works, clinic.practitioner)
    token = await sessions.begin(mina.account, "")
    for at in (idle * MINUTE - 20 * SECOND, 2 * idle * MINUTE - 40 * SECOND):
        await clock.move(at)
        assert await sessions.resume(token)
    await clock.move(3 * idle * MINUTE)
    assert await sessions.resume(token) is None


async def test_idle_time_ends_a_session_at_its_very_minute(database):
    token = await sessions.begin((await someone("Mina Park")).account, "")
    await run("UPDATE session SET seen_at = $1", clock.now() - 30 * MINUTE + 10 * SECOND)
    assert await sessions.resume(token)
    await run("UPDATE session SET seen_at = $1", clock.now() - 30 * MINUTE)
    assert await sessions.resume(token) is None


async def test_twelve_hours_are_the_most_however_busy(database):
    token = await sessions.begin((await someone("Mina Park")).account, "")
    for quarters in range(1, 48):
        await clock.move(quarters * 15 * MINUTE)
        assert await sessions.resume(token), quarters
    await clock.move(12 * HOUR - 5 * SECOND)
    assert await sessions.resume(token)
    await clock.move(12 * HOUR)
    assert await sessions.resume(token) is None


async def test_the_last_visit_is_written_once_a_minute_at_most(database):
    token = await sessions.begin((await someone("Mina Park")).account, "")

    async def statements() -> int:
        with counting() as asked:
            assert await sessions.resume(token)
        return len(asked)

    assert [await statements() for _ in range(3)] == [1, 1, 1]
    await clock.move(55 * SECOND)
    assert await statements() == 1
    await clock.move(61 * SECOND)
    assert [await statements() for _ in range(3)] == [2, 1, 1]


async def test_logging_out_ends_this_session_and_no_other(database):
    mina = await someone("Mina Park")
    here, there = await sessions.begin(mina.account, ""), await sessions.begin(mina.account, "")
    session = await sessions.resume(here)
    assert session is not None
    lines = await trail_end()
    await sessions.end(session)
    assert await sessions.resume(here) is None
    assert await sessions.resume(there)
    assert [(line["kind"], line["account"]) for line in await trail(lines)] == [("session:end", mina.account)]


async def test_ending_all_ends_those_of_this_account_alone(database):
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    minas = [await sessions.begin(mina.account, "") for _ in range(3)]
    other = await sessions.begin(zed.account, "")
    await sessions.end_all(mina.account)
    assert [await sessions.resume(token) for token in minas] == [None] * 3
    assert await sessions.resume(other)


async def test_the_clock_of_the_database_is_read_with_the_session(database):
    token = await sessions.begin((await someone("Mina Park")).account, "")
    await run("UPDATE deployment SET clock_offset = '13 hours'")
    assert await sessions.resume(token) is None
    await run("UPDATE deployment SET clock_offset = '0'")
    assert await sessions.resume(token)


async def test_a_browsers_description_is_cut(database):
    await sessions.begin((await someone("Mina Park")).account, "x" * 5000)
    assert len((await run("SELECT device FROM session"))[0]["device"]) == 200


async def test_the_sweep_takes_what_has_expired_and_nothing_else(database):
    mina = await someone("Mina Park")
    old, idle, fresh = [await sessions.begin(mina.account, "") for _ in range(3)]
    await run(
        "UPDATE session SET expires_at = $2 WHERE token_hash = $1",
        sessions.token_hash(old),
        clock.now() - SECOND,
    )
    await run(
        "UPDATE session SET seen_at = $2 WHERE token_hash = $1",
        sessions.token_hash(idle),
        clock.now() - 31 * MINUTE,
    )
    await sessions.sweep()
    assert [row["token_hash"] for row in await run("SELECT token_hash FROM session")] == [sessions.token_hash(fresh)]
