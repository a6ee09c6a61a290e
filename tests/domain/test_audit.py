"""The trail: each operation's own line, chained for each portal, and changed by nobody."""

import asyncio
import hashlib
from uuid import UUID, uuid4

import asyncpg
import pytest

from db.engine import run, transaction
from db.tables.access import Level, Role, Status
from domain import access, accounts, audit, clock, guardians, password_resets, requests, sessions, sign_ups
from tests.cast import PASSWORD, someone
from tests.domain.sharing import (
    ADDRESS,
    DAY,
    an_offer,
    ask,
    decide,
    give,
    leo_of,
    let_in_leo,
    row_of,
    trail,
    trail_end,
    two_guardians,
)
from tests.domain.test_set_ups import owner_of

NEW = "new@example.com"


class Watch:
    """The lines that are written from now on."""

    def __init__(self, since: int) -> None:
        self.since = since

    @classmethod
    async def begin(cls) -> "Watch":
        return cls(await trail_end())

    async def lines(self) -> list[tuple[str, UUID | None, UUID | None, UUID | None, UUID | None]]:
        """kind, account, portal, access, subject of each."""
        found = await trail(self.since)
        self.since = await trail_end()
        return [(e["kind"], e["account"], e["portal"], e["access"], e["subject"]) for e in found]


async def test_asking_and_withdrawing(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    watch = await Watch.begin()
    await ask(kim, mina.email)
    row = (await row_of(kim))["id"]
    assert await watch.lines() == [("access:ask", kim.account, mina.portal, None, row)]
    await requests.withdraw(kim.session, row)
    assert await watch.lines() == [("access:withdraw", kim.account, mina.portal, None, row)]


async def test_asking_somebody_unknown_and_asking_what_is_held_back_name_no_portal(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    await decide(mina, await row_of(kim), Status.DISABLED, for_good=True)
    clock.set_offset(15 * DAY)
    watch = await Watch.begin()
    await ask(kim, mina.email)
    await ask(kim, NEW)
    assert [line[:4] for line in await watch.lines()] == [("access:ask", kim.account, None, None)] * 2


async def test_what_an_owner_decides(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row, watch = await row_of(kim), await Watch.begin()
    for status, role, kind in (
        (Status.DISABLED, Role.VIEW, "access:deny"),
        (Status.CURRENT, Role.VIEW, "access:grant"),
        (Status.CURRENT, Role.EDIT, "access:change"),
        (Status.DISABLED, Role.EDIT, "access:revoke"),
    ):
        await decide(mina, row, status, Level.CLINICAL, role)
        assert await watch.lines() == [(kind, mina.account, mina.portal, None, row["id"])]
    await decide(mina, row, Status.DISABLED, for_good=True)
    assert await watch.lines() == [("access:refuse-for-good", mina.account, mina.portal, None, row["id"])]


async def test_what_guardians_decide_names_the_access_that_they_decide_by(database):
    mina, theo, leo = await two_guardians()
    kim = await someone("Kim Sato")
    minas, theos = (await row_of(mina, leo))["id"], (await row_of(theo, leo))["id"]
    watch = await Watch.begin()
    await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    row = await row_of(kim.email)
    assert await watch.lines() == [("access:offer", mina.account, leo, minas, row["id"])]
    await decide(theo, row, Status.CURRENT)
    assert await watch.lines() == [("access:agree", theo.account, leo, theos, row["id"])]
    await guardians.accept_offer(kim.session, row["id"], 1)
    assert await watch.lines() == [("access:accept", kim.account, leo, row["id"], row["id"])]
    await decide(mina, row, Status.CURRENT, Level.CLINICAL)
    assert await watch.lines() == [("access:agree", mina.account, leo, minas, row["id"])]
    await decide(theo, row, Status.CURRENT, Level.CLINICAL)
    assert await watch.lines() == [("access:change", theo.account, leo, theos, row["id"])]
    await decide(theo, row, Status.DISABLED)
    assert await watch.lines() == [("access:revoke", theo.account, leo, theos, row["id"])]
    await guardians.offer(await mina.visit(leo), an_offer(NEW))
    await watch.lines()
    await decide(theo, await row_of(NEW), Status.DISABLED)
    assert [line[0] for line in await watch.lines()] == ["access:take-back"]


async def test_leaving_and_opening_for_a_child(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    watch = await Watch.begin()
    leo = await leo_of(mina)
    minas = (await row_of(mina, leo))["id"]
    assert await watch.lines() == [("portal:open-dependant", mina.account, leo, minas, None)]
    row = (await let_in_leo(mina, leo, kim))["id"]
    await watch.lines()
    await access.leave(await kim.visit(leo))
    assert await watch.lines() == [("access:leave", kim.account, leo, row, row)]


async def test_setting_up_and_opening_a_portal(database):
    kim, rosa = await someone("Kim Sato"), await someone("Rosa Ibarra", portal=False)
    await ask(kim, NEW)
    await ask(kim, rosa.email)
    watch = await Watch.begin()
    await requests.set_up((await row_of(NEW))["id"], 1, "Nadia Rahman", PASSWORD)
    nadia = await owner_of(NEW)
    assert await watch.lines() == [
        ("account:create", nadia.account, None, None, None),
        ("portal:open", nadia.account, nadia.portal, None, None),
    ]
    portal = await requests.open_portal(rosa.session, (await row_of(rosa.email))["id"], 1)
    assert await watch.lines() == [("portal:open", rosa.account, portal, None, None)]


async def test_everything_about_an_account(database):
    watch = await Watch.begin()
    await sign_ups.begin("Nadia Rahman", NEW, own_health=False, address=ADDRESS)
    assert await watch.lines() == []
    account = await sign_ups.confirm((await run("SELECT id FROM sign_up"))[0]["id"], 1, PASSWORD)
    assert await watch.lines() == [("account:create", account, None, None, None)]
    done = await accounts.log_in(NEW, PASSWORD, address=ADDRESS, device="")
    assert await watch.lines() == [("session:begin", account, None, None, None)]
    session = await sessions.resume(done.token)
    assert session is not None
    await accounts.rename(session, "Nadia Tait")
    assert await watch.lines() == [("account:rename", account, None, None, None)]
    await accounts.change_password(session, PASSWORD, "velvet harbour 77 spoon", device="")
    assert [line[:2] for line in await watch.lines()] == [("account:password", account), ("session:begin", account)]
    await sessions.end(session)
    assert await watch.lines() == [("session:end", account, None, None, None)]
    await password_resets.begin(NEW, address=ADDRESS)
    assert await watch.lines() == [("account:ask-for-reset", None, None, None, account)]
    await password_resets.finish((await run("SELECT id FROM password_reset"))[0]["id"], 1, PASSWORD)
    assert await watch.lines() == [("account:password", account, None, None, None)]


async def test_a_line_tells_from_where_and_when(database):
    kept = audit.address.set("203.0.113.7")
    try:
        await audit.record("test:line", account=None)
    finally:
        audit.address.reset(kept)
    await audit.record("test:line", account=None)
    [first, second] = await trail()
    assert (first["address"], second["address"]) == ("203.0.113.7", "")
    assert abs((clock.now() - first["at"]).total_seconds()) < 10


async def test_what_is_rolled_back_leaves_no_line(database):
    with pytest.raises(RuntimeError):
        async with transaction():
            await audit.record("test:line", account=None, portal=uuid4())
            raise RuntimeError
    assert await trail() == []


async def test_no_email_name_or_password_stands_in_the_trail(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await give(mina, kim)
    await accounts.log_in(mina.email, PASSWORD, address=ADDRESS, device="A phone")
    words = str([{**line, "hash": ""} for line in await trail()])
    for personal in ("Mina", "Kim", "example.com", "lantern", "phone"):
        assert personal not in words


BROKEN = """
    SELECT seq FROM (SELECT *, lag(hash) OVER (PARTITION BY portal ORDER BY seq) AS before FROM event) e
    WHERE hash <> event_line((SELECT line FROM event line WHERE line.seq = e.seq),
                             CASE WHEN portal IS NULL THEN NULL ELSE before END)
"""


async def test_the_chain_of_each_portal_verifies_under_fifty_writers(database):
    portals = [uuid4() for _ in range(3)]

    async def write(n: int) -> None:
        async with transaction():
            await run("SELECT")
            await audit.record(f"test:{n}", account=uuid4(), portal=[*portals, None][n % 4], subject=uuid4())

    await asyncio.gather(*(write(n) for n in range(200)))
    assert len(await trail()) == 200
    assert await run(BROKEN) == []


async def test_the_chain_is_of_the_lines_as_they_stand(database):
    """Computed here anew, by hand, for two lines of one portal."""
    portal, account = uuid4(), uuid4()
    for kind in ("test:one", "test:two"):
        await audit.record(kind, account=account, portal=portal)
    before = b""
    for line in await run("SELECT *, extract(epoch FROM at)::text AS epoch FROM event ORDER BY seq"):
        words = f"{line['seq']}|{line['kind']}|{account}|{portal}||||{line['epoch']}|"
        before = hashlib.sha256(before + words.encode()).digest()
        assert line["hash"] == before


@pytest.mark.parametrize(
    "harm", ["UPDATE event SET account = gen_random_uuid()", "UPDATE event SET kind = 'test:x'", "DELETE FROM event"]
)
async def test_a_line_that_is_changed_or_missing_shows(database, addresses, harm):
    portal = uuid4()
    for n in range(5):
        await audit.record(f"test:{n}", account=None, portal=portal)
    connection = await asyncpg.connect(addresses.owner_database_url)
    unharmed = connection.transaction()
    await unharmed.start()
    try:
        await connection.execute("ALTER TABLE event DISABLE TRIGGER USER")
        assert await connection.fetch(BROKEN) == []
        await connection.execute(f"{harm} WHERE kind = 'test:2'")
        assert await connection.fetch(BROKEN)
    finally:
        await unharmed.rollback()
        await connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET kind = 'test:other'",
        "DELETE FROM event",
        "TRUNCATE event",
        "ALTER TABLE event DISABLE TRIGGER USER",
        "DROP TABLE event",
        "SET session_replication_role = replica",
        "SELECT setval('event_seq', 1)",
    ],
)
async def test_the_sites_role_cannot_change_the_trail(database, sql):
    await audit.record("test:line", account=None)
    before = await trail()
    with pytest.raises(asyncpg.PostgresError):
        await run(sql)
    assert await trail() == before


@pytest.mark.parametrize("sql", ["UPDATE event SET kind = 'test:other'", "DELETE FROM event"])
async def test_not_even_the_owner_changes_a_line_by_an_ordinary_statement(database, addresses, sql):
    await audit.record("test:line", account=None)
    connection = await asyncpg.connect(addresses.owner_database_url)
    try:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(sql)
    finally:
        await connection.close()


async def test_nobody_forges_a_number_or_a_hash(database):
    await run("INSERT INTO event (seq, kind, at, hash) VALUES (-5, 'test:line', $1, $2)", clock.now(), b"forged")
    [line] = await trail()
    assert line["seq"] > 0
    assert await run(BROKEN) == []
