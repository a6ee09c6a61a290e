"""Hundreds of invitations through a bad mail server, by workers that are killed: what SECURITY.md promises of it."""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID

from db.embedded_server import Addresses
from db.engine import run
from db.ids import new_id
from domain import clock, codes
from domain.places import Place
from emails import worker
from kith import run_until_stopped
from settings import Settings
from tests.clinic import Clinic
from tests.domain.inviting import BORN
from tests.domain.inviting_many import counts, invite, report_of
from tests.emails.rough_server import RoughServer

SETTLED_AFTER = 1.2
"""Seconds without a mail after which every lease left is one of a worker that is dead."""
MOST_IN_HAND = 30
UNSETTLED = "SELECT count(*) AS many FROM mail WHERE sent_at IS NULL AND failed_at IS NULL"
ADMIT = """
INSERT INTO patient SELECT (jsonb_populate_record(p, jsonb_build_object('id', n.id, 'code', n.code, 'email', n.email,
    'email_key', n.email, 'first_name', 'Case', 'birth_date', $5::date))).*
FROM patient p, unnest($2::uuid[], $3::text[], $4::text[]) AS n (id, code, email) WHERE p.id = $1
"""


@dataclass(frozen=True)
class Trial:
    """How it ended."""

    server: RoughServer
    kills: int
    seconds: float
    chosen: frozenset[str]
    outcomes: dict[str, int]

    @property
    def lost(self) -> set[str]:
        """Who was neither refused nor sent to."""
        return set(self.chosen - self.server.refused) - {recipient for recipient, _ in self.server.taken}

    @property
    def most_copies(self) -> int:
        """One for each worker that died in the moment of sending, and one for each answer that never came."""
        return self.kills + self.server.ambiguous

    def demand_well(self) -> None:
        """Raises AssertionError unless none is lost, copies are few and known as such, nobody else was written to, and
        the outcomes add up."""
        assert not self.lost, f"{len(self.lost)} lost"
        assert {recipient for recipient, _ in self.server.taken} <= self.chosen - self.server.refused
        assert self.server.copies <= self.most_copies, f"{self.server.copies} copies, {self.most_copies} at most"
        assert set(self.server.ids.values()) == {1}, "a copy with another Message-ID"
        refused = len(self.server.refused)
        assert self.outcomes == {"Sent": len(self.chosen) - refused, **({"Failed": refused} if refused else {})}


async def invite_many(clinic: Clinic, place: Place, many: int) -> tuple[UUID, list[str]]:
    """A bulk invitation of so many new patients, due now, and their emails."""
    patients = await admit_many(clinic, many)
    made = await invite(place, await report_of(place, list(patients)))
    await run("UPDATE mail SET due_at = created_at WHERE bulk")
    return made, list(patients.values())


async def admit_many(clinic: Clinic, many: int) -> dict[UUID, str]:
    """So many more patients as the clinic's first one, and their emails."""
    patients = {new_id(): f"p{number}@patients.example.com" for number in range(many)}
    drawn = await codes.draw(clinic.practice, many)
    await run(ADMIT, clinic.patient, list(patients), drawn, list(patients.values()), BORN)
    return patients


async def trial(
    addresses: Addresses, var: Path, server: RoughServer, invited: tuple[UUID, list[str]], kills: int
) -> Trial:
    """Two workers send to `server`; each time another share of the mails has gone, one is killed and replaced."""
    made, emails = invited
    started = time.monotonic()
    listening = await server.open()
    with workers(addresses, var, server.port) as team:
        # What a dead worker had claimed comes only at the end, so that the last kill has mails to hit, too.
        each = (len(emails) - MOST_IN_HAND * kills) // (kills + 1)
        for kill in range(kills):
            while len(server.taken) < each * (kill + 1):
                await asyncio.sleep(0.002)
            team.replace(kill % 2)
        await _settle(server)
    listening.close()
    return Trial(server, kills, time.monotonic() - started, frozenset(emails), await counts(made))


class Team:
    """Two workers as processes of their own, forked from one that has everything imported: `kith worker` without the
    half second that Python takes to start."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.forks = multiprocessing.get_context("forkserver")
        self.forks.set_forkserver_preload(["kith", "emails.worker"])
        self.processes = [self._start(), self._start()]

    def _start(self) -> ForkServerProcess:
        process = self.forks.Process(target=_work, args=(self.environ,), daemon=True)
        process.start()
        return process

    def replace(self, place: int) -> None:
        self.end(self.processes[place])
        self.processes[place] = self._start()

    def end(self, process: ForkServerProcess) -> None:
        process.kill()
        process.join()


def _work(environ: dict[str, str]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    run_until_stopped(worker.run(Settings.from_environment(environ)))


@contextmanager
def workers(addresses: Addresses, var: Path, port: int) -> Iterator[Team]:
    """Two of them, sending to the mail server at `port`."""
    told = {
        "KITH_ENV": "test",
        "KITH_DATABASE_URL": addresses.database_url,
        "KITH_VAR": str(var),
        "KITH_SMTP_URL": f"smtp://127.0.0.1:{port}",
    }
    team = Team(told)
    try:
        yield team
    finally:
        for process in team.processes:
            team.end(process)


async def _settle(server: RoughServer) -> None:
    """Until all is sent: when no mail has come for a while, the clock goes on to when those put off are due and what
    dead workers had in hand is free."""
    taken, since = -1, time.monotonic()
    while (await run(UNSETTLED))[0]["many"]:
        if len(server.taken) != taken:
            taken, since = len(server.taken), time.monotonic()
        elif time.monotonic() - since > SETTLED_AFTER:
            await clock.move(clock.offset() + timedelta(minutes=4))
            since = time.monotonic()
        await asyncio.sleep(0.05)
