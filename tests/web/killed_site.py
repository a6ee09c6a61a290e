"""A site that is killed in the middle of inviting hundreds: what SECURITY.md promises of it."""

import asyncio
import multiprocessing
import os
import random
import re
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

import kith
from db.embedded_server import Addresses
from db.engine import run
from domain.places import Place
from tests.clinic import Clinic
from tests.demo_process import free_port
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import choose, report_of
from tests.emails.kill_trial import admit_many
from tests.web.wire import cookie_of

FIELD = re.compile(r'<input type="hidden" name="(row|version|shown)" value="([^"]*)">')
STANDS = """
SELECT (SELECT count(*) FROM invitation) AS invitations, (SELECT count(*) FROM mail) AS mails,
    (SELECT count(*) FROM bulk_invitation_patient) AS outcomes, (SELECT count(*) FROM bulk_invitation) AS bulks,
    (SELECT count(*) FROM chosen_patient) AS chosen
"""
BUSY = (
    "SELECT count(*) AS many FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
    " WHERE c.relname = 'bulk_invitation' AND l.pid <> pg_backend_pid()"
)


class Site:
    """`kith serve` on the tests' database, as a process that can be killed and started again: forked from one that has
    everything imported."""

    def __init__(self, addresses: Addresses, var: Path) -> None:
        self.port = free_port()
        given = {"KITH_ENV": "test", "KITH_VAR": str(var), "KITH_PORT": str(self.port)}
        self.environ = {**given, "KITH_DATABASE_URL": addresses.database_url}
        self.forks = multiprocessing.get_context("forkserver")
        self.forks.set_forkserver_preload(["kith", "uvicorn", "web.app"])
        self.start()

    def start(self) -> None:
        self.process = self.forks.Process(target=_serve, args=(self.environ,), daemon=True)
        self.process.start()

    async def ready(self, client: httpx.AsyncClient) -> None:
        for _ in range(600):
            try:
                if (await client.get("/healthz")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
        raise AssertionError("the site does not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


def _serve(environ: dict[str, str]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.environ.update(environ)
    kith.serve.main(args=[])


@dataclass
class Ended:
    """How often a killed site had done all, and how often nothing."""

    all: int = 0
    none: int = 0


@dataclass
class Trial:
    """One member at one report, from which they invite the same patients again and again."""

    site: Site
    client: httpx.AsyncClient
    place: Place
    report: UUID
    patients: list[UUID]

    @property
    def address(self) -> str:
        return f"/practice/{self.place.practice.slug}/reports/{self.report}/invite"

    async def form(self) -> dict[str, str]:
        """Chooses all of them as on the first day, and draws the form."""
        for table in ("chosen_patient", "bulk_invitation", "mail", "invitation", "attempt"):
            await run(f"DELETE FROM {table}")
        await choose(self.place, self.report, self.patients)
        return dict(FIELD.findall((await self.client.get(self.address)).text))

    async def press(self, form: dict[str, str]) -> bool:
        """Whether it was answered."""
        try:
            return (await self.client.post(self.address, data=form)).status_code == 303
        except httpx.TransportError:
            return False

    async def killed(self, after: float) -> bool:
        """Presses Invite, kills the site so many seconds later, and presses again on the next. Whether the first had
        done all; it must have done all or nothing."""
        form = await self.form()
        pressing = asyncio.create_task(self.press(form))
        await asyncio.sleep(after)
        self.site.kill()
        answered = await pressing
        done = await self._all_or_none()
        assert done or not answered
        self.site.start()
        await self.site.ready(self.client)
        assert await self.press(form)
        assert await self._all_or_none(), "pressed again, all have been invited, each once"
        return done

    async def _all_or_none(self) -> bool:
        """Once the database has ended what the dead site had begun."""
        while (await run(BUSY))[0]["many"]:
            await asyncio.sleep(0.01)
        [stands] = await run(STANDS)
        many = len(self.patients)
        everything = {"invitations": many, "mails": many, "outcomes": many, "bulks": 1, "chosen": 0}
        nothing = {"invitations": 0, "mails": 0, "outcomes": 0, "bulks": 0, "chosen": many}
        assert stands in (everything, nothing), stands
        return stands == everything


async def killed_site(addresses: Addresses, var: Path, times: int, patients: int = 300) -> Ended:
    """Presses Invite for so many patients, `times` times, and kills the site at a random moment of it each time. Raises
    AssertionError where anything is half done, or where pressing again sends to anybody twice."""
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    invited = list(await admit_many(clinic, patients))
    headers = {"Cookie": await cookie_of(place.account), "Sec-Fetch-Site": "same-origin"}
    site, ended = Site(addresses, var), Ended()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{site.port}", headers=headers, timeout=30) as client:
            trial = Trial(site, client, place, await report_of(place, []), invited)
            await site.ready(client)
            form, started = await trial.form(), time.monotonic()
            assert await trial.press(form)
            takes = time.monotonic() - started
            for _ in range(times):
                # Never the first moment, in which the request is not even read.
                if await trial.killed(random.uniform(0.1, 1.1) * takes):
                    ended.all += 1
                else:
                    ended.none += 1
    finally:
        site.kill()
    return ended
