"""`kith worker`: sends the mail that is owed, and writes down what has fallen due."""

import asyncio
import time
from contextlib import suppress

from db.engine import DB, DatabaseGone
from db.migrate import demand_env
from domain import access, attempts, clock, invitations, mail, password_resets, sessions, sign_ups
from domain.journal import note
from domain.patient_import import queue, uploads
from emails.compose import sender_address
from emails.kinds import demand_builders
from emails.outbox import Outbox
from emails.rate import RateReached
from emails.refusals import ServerAway
from emails.smtp import Post, Server
from settings import Settings

LOOKS_EVERY, LOOKS_EVERY_IN_QA = 1.5, 0.3
LONGEST_REST = 30.0
SWEEPS_EVERY = 60.0
SWEEPS = (
    access.sweep, invitations.sweep, sessions.sweep, attempts.sweep, sign_ups.sweep, password_resets.sweep, mail.sweep,
    uploads.sweep,
)  # fmt: skip


async def run(settings: Settings) -> None:
    """Works until it is cancelled, and then finishes the mail in hand. Survives a database and a mail server that go
    away. Raises RuntimeError for a kind of mail without a builder, DatabaseGone or WrongDeployment at the start."""
    demand_builders()
    await DB.start(str(settings.database_url), max_size=5)
    try:
        await demand_env(settings.env)
        worker = Worker(settings)
        working = asyncio.create_task(worker.work())
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            worker.stopping.set()
            await working
            raise
    finally:
        await DB.stop()


class Worker:
    """Turn after turn until `stopping`."""

    def __init__(self, settings: Settings) -> None:
        self.post = Post(Server.parse(settings.smtp_url), sender_address(settings.mail_from).partition("@")[2])
        self.outbox = Outbox(settings, self.post)
        self.stopping = asyncio.Event()
        self.looks_every = LOOKS_EVERY if settings.production else LOOKS_EVERY_IN_QA
        self.troubles = 0
        self.sweeps_at = 0.0

    async def work(self) -> None:
        note("worker started", worker=self.outbox.claims.id)
        importing = asyncio.create_task(self._bring_in())
        while not self.stopping.is_set():
            rest = await self.turn()
            if rest:
                await self.post.rest_if_idle()
                await self._rest(rest)
        with suppress(DatabaseGone):
            await self.outbox.marked()
        importing.cancel()
        await asyncio.gather(importing, return_exceptions=True)
        await self.post.rest()
        note("worker stopped", worker=self.outbox.claims.id)

    async def _bring_in(self) -> None:
        """Files of patients, beside the mail: a long one keeps nobody from theirs."""
        while True:
            try:
                found = await queue.run_next()
            except Exception as error:  # noqa: BLE001 - the next file needs a worker too
                note("worker in trouble", worker=self.outbox.claims.id, error=type(error).__name__, importing=True)
                found = False
            if not found:
                await asyncio.sleep(self.looks_every)

    async def turn(self) -> float:
        """One look at the clock, the sweeping if it is time, and the outbox. How many seconds to rest after it."""
        try:
            await clock.read()
            await self._sweep()
            claimed = await self.outbox.turn(self.stopping.is_set)
        except RateReached as reached:
            self.troubles = 0
            return min(reached.seconds, self.looks_every)
        except (DatabaseGone, ServerAway) as trouble:
            return self._in_trouble(type(trouble).__name__)
        except Exception as error:  # noqa: BLE001 - whatever it is, mail that is owed tomorrow needs a worker
            return self._in_trouble(type(error).__name__)
        self.troubles = 0
        return 0.0 if claimed else self.looks_every

    def _in_trouble(self, error: str) -> float:
        self.troubles += 1
        note("worker in trouble", worker=self.outbox.claims.id, error=error, times=self.troubles)
        return min(self.looks_every * 2.0 ** min(self.troubles, 10), LONGEST_REST)

    async def _sweep(self) -> None:
        if time.monotonic() < self.sweeps_at:
            return
        self.sweeps_at = time.monotonic() + SWEEPS_EVERY
        for sweep in SWEEPS:
            await sweep()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return
