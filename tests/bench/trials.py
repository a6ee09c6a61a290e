"""SECURITY.md's trials by killing, in full. Each raises AssertionError where a promise is broken."""

import asyncio

from tests.bench.database import database
from tests.bench.wire import Row
from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.emails.kill_trial import invite_many, trial
from tests.emails.rough_server import RoughServer
from tests.web.killed_site import killed_site

INVITATIONS, WORKER_KILLS, SITE_KILLS, REFUSED = 10_000, 40, 50, 20


async def rows() -> list[Row]:
    return [*await _workers(), *await _site()]


async def _workers() -> list[Row]:
    async with database() as (addresses, var):
        clinic = await Clinic.open(None)
        invited = await invite_many(clinic, await practitioner(clinic), INVITATIONS)
        server = RoughServer(put_off=0.05, dropped=0.01, refused=frozenset(invited[1][:REFUSED]), dawdles=0.002)
        ended = await trial(addresses, var, server, invited, WORKER_KILLS)
    ended.demand_well()
    copies, most = server.copies, ended.most_copies
    what = f"{INVITATIONS:,} invitations, {WORKER_KILLS} kills of workers, 5 % put off, 1 % dropped"
    return [
        (f"{what}: lost", str(len(ended.lost)), "0", ""),
        ("Of them sent twice, with the same Message-ID", str(copies), str(most), f"{copies / most:.2f}"),
        ("Seconds until all were sent", f"{ended.seconds:,.0f} s", "", ""),
    ]


async def _site() -> list[Row]:
    async with database() as (addresses, var):
        ended = await killed_site(addresses, var, SITE_KILLS)
    figure = f"{ended.all} whole, {ended.none} nothing"
    return [(f"{SITE_KILLS} kills of the site inside Invite: half done", "0", "0", figure)]


def measured() -> list[Row]:
    return asyncio.run(rows())
