import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from db.embedded import temporary
from db.engine import DB, run
from db.migrate import as_owner, migrate, role_of
from domain import clock
from domain.mail import MailKind
from emails import kinds
from emails import worker as workers
from tests.emails.sending import outbox_rows, owe_sign_up

pytestmark = pytest.mark.usefixtures("database")


IMPATIENT = "from db import gone; gone.PATIENCE = 1.0; from kith import main; main(['worker'])"
"""`kith worker` that calls a database gone after one second instead of ten."""


@asynccontextmanager
async def kith_worker(addresses, office, tmp_path, command=("-m", "kith", "worker")):
    """`kith worker` as a process of its own."""
    told = {
        "KITH_ENV": "test",
        "KITH_DATABASE_URL": addresses.database_url,
        "KITH_VAR": str(tmp_path),
        "KITH_SMTP_URL": f"smtp://127.0.0.1:{office.port}",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env={**os.environ, **told}, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_worker_sends_and_ends_after_the_mail_in_hand(addresses, office, tmp_path):
    in_hand, go_on = asyncio.Event(), asyncio.Event()

    async def hold():
        in_hand.set()
        await go_on.wait()

    office.hold = hold
    await owe_sign_up("mina@example.com")
    await owe_sign_up("theo@example.com")
    async with asyncio.timeout(30), kith_worker(addresses, office, tmp_path) as process:
        await in_hand.wait()
        process.send_signal(signal.SIGTERM)
        first_line = await process.stderr.readline()
        go_on.set()
        rest = await process.stderr.read()
        assert await process.wait() == 0
    assert len(office.taken) == 1
    [left] = await run("SELECT recipient, claim, attempts FROM mail WHERE sent_at IS NULL")
    assert (left["claim"], left["attempts"]) == (None, 0)
    assert left["recipient"] not in office.recipients
    lines = [json.loads(line) for line in (first_line + rest).splitlines()]
    assert [line["what"] for line in lines] == ["worker started", "mail sent", "worker stopped"]
    assert b"@" not in first_line + rest


async def test_a_killed_worker_loses_no_mail(addresses, office, tmp_path, new_outbox):
    in_hand = asyncio.Event()

    async def hold():
        in_hand.set()
        await asyncio.Event().wait()

    office.hold = hold
    await owe_sign_up("mina@example.com")
    async with asyncio.timeout(30), kith_worker(addresses, office, tmp_path) as process:
        await in_hand.wait()
        process.kill()
    office.hold = None
    await run("UPDATE mail SET claimed_until = created_at")
    survivor = new_outbox()
    await survivor.turn(lambda: False)
    await survivor.post.rest()
    [message] = office.messages
    assert message["Message-ID"].startswith(f"<{(await outbox_rows())['mina@example.com']['id']}@")


async def test_a_kind_without_a_builder_stops_the_start(settings, monkeypatch):
    monkeypatch.delitem(kinds.BUILDERS, MailKind.ACCESS_CONSENT)
    with pytest.raises(RuntimeError, match="without a builder: access-consent"):
        await workers.run(settings)


async def test_a_turn_sweeps_what_has_lapsed(settings, office):
    worker = workers.Worker(replace(settings, smtp_url=f"smtp://127.0.0.1:{office.port}"))
    await owe_sign_up("mina@example.com")
    await run("UPDATE mail SET sent_at = $1", clock.now().replace(year=2020))
    await run("UPDATE sign_up SET created_at = $1", clock.now().replace(year=2020))
    await run("INSERT INTO attempt (key, at) VALUES ('login:x', $1)", clock.now().replace(year=2020))
    assert await worker.turn() == workers.LOOKS_EVERY_IN_QA
    for table in ("attempt", "sign_up", "mail"):
        assert await run(f"SELECT FROM {table}") == []


async def test_a_worker_survives_its_mail_server_going_away(settings, office):
    worker = workers.Worker(replace(settings, smtp_url=f"smtp://127.0.0.1:{office.port}"))
    await office.close()
    await owe_sign_up("mina@example.com")
    pauses = [await worker.turn()]
    await run("UPDATE mail SET due_at = created_at")
    pauses.append(await worker.turn())
    assert pauses == [pytest.approx(0.6), pytest.approx(1.2)]
    await office.open()
    await run("UPDATE mail SET due_at = created_at")
    assert await worker.turn() == 0.0
    assert await worker.turn() == workers.LOOKS_EVERY_IN_QA
    assert office.recipients == ["mina@example.com"]
    await worker.post.rest()
    await office.close()
    await owe_sign_up("theo@example.com")
    assert await worker.turn() == pytest.approx(0.6), "pauses grow anew after each recovery"


async def test_a_worker_survives_the_database_going_away(office, tmp_path):
    """It goes while a mail is in hand: that mail is marked when it is back, and what is owed then is sent."""
    with temporary() as server:
        url = server.addresses.owner_database_url
        await migrate(url, "test", role_of(server.addresses.database_url))
        office.hold = partial(asyncio.to_thread, server.stop)
        await owe_on(url, "mina@example.com")
        async with asyncio.timeout(60), kith_worker(server.addresses, office, tmp_path, ("-c", IMPATIENT)) as process:
            while b"DatabaseGone" not in await process.stderr.readline():
                assert process.returncode is None
            office.hold = None
            await asyncio.to_thread(server.start)
            await owe_on(url, "theo@example.com")
            while b"mail sent" not in await process.stderr.readline():
                assert process.returncode is None
        assert office.recipients == ["mina@example.com", "theo@example.com"]


async def owe_on(owner_url, email):
    async with as_owner(owner_url) as connection, DB.transaction_on(connection):
        await owe_sign_up(email)
