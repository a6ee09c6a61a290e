"""What one worker sends in a second, beside a bare loop that hands ready messages to the same server, in turn."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import aiosmtplib

from db.engine import run
from emails.outbox import Outbox
from emails.smtp import Post, Server
from emails.writing import Written, read, write
from settings import Settings
from tests.bench.database import database, settings
from tests.bench.wire import Row
from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.emails.kill_trial import invite_many

MAILS, ROUNDS = 500, 9
"""Of the rounds the quickest counts, on both sides: the others were disturbed."""
SENDER = "post@kith.example"


@contextmanager
def mail_server() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.mail_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield int(process.stdout.readline())
        process.kill()


async def _measured(here: Settings) -> tuple[list[float], list[float]]:
    clinic = await Clinic.open(None)
    await invite_many(clinic, await practitioner(clinic), MAILS)
    outbox = Outbox(here, Post(Server.parse(here.smtp_url), "kith.example"))
    claimed = await outbox.claims.take(MAILS)
    letters = await read(claimed, here)
    ready: list[tuple[str, Written]] = [(owed.recipient, await write(owed, letters, here)) for owed in claimed]
    ours, bare = [], []
    for _ in range(ROUNDS):
        await run("UPDATE mail SET sent_at = NULL, claim = NULL, claimed_until = NULL WHERE bulk")
        await run("UPDATE bulk_invitation_patient SET outcome = 'Waiting'")
        ours.append(await _ours(outbox))
        bare.append(await _bare(outbox.post.server.port, ready))
    await outbox.post.rest()
    return ours, bare


async def _ours(outbox: Outbox) -> float:
    start = time.perf_counter()
    while await outbox.turn(lambda: False):
        pass
    return time.perf_counter() - start


async def _bare(port: int, ready: list[tuple[str, Written]]) -> float:
    start = time.perf_counter()
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as client:
        for recipient, message in ready:
            assert isinstance(message, bytes)
            await client.sendmail(SENDER, [recipient], message)
    return time.perf_counter() - start


async def _rows(port: int) -> list[Row]:
    async with database() as (_, var):
        ours, bare = await _measured(settings(var, KITH_SMTP_URL=f"smtp://127.0.0.1:{port}"))
    part = min(bare) / min(ours)
    return [
        (f"Invitations sent in a second, one worker, {MAILS:,} of them", _pace(ours), "", ""),
        ("A bare loop with ready messages, same server", _pace(bare), "", ""),
        ("Part of the bare loop's pace", f"{part:.2f}", "0.50 at least", f"{part / 0.5:.2f}"),
    ]


def _pace(seconds: list[float]) -> str:
    return f"{MAILS / min(seconds):,.0f}"


def measured() -> list[Row]:
    with mail_server() as port:
        return asyncio.run(_rows(port))
