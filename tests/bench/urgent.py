"""How long a mail that somebody waits for takes while 10,000 invitations are due."""

import asyncio
import time

from tests.bench.database import database
from tests.bench.wire import Row
from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.emails.kill_trial import invite_many, workers
from tests.emails.rough_server import RoughServer
from tests.emails.sending import owe_sign_up

MANY, TIMES, DAWDLES = 10_000, 10, 0.1


async def rows() -> list[Row]:
    """Two workers, a server that thinks for a tenth of a second at most: the longest of some waits."""
    async with database() as (addresses, var):
        clinic = await Clinic.open(None)
        await invite_many(clinic, await practitioner(clinic), MANY)
        server = RoughServer(dawdles=DAWDLES)
        listening = await server.open()
        with workers(addresses, var, server.port):
            while not server.taken:
                await asyncio.sleep(0.01)
            waits = [await _wait(server, number) for number in range(TIMES)]
        listening.close()
    longest = max(waits)
    what = f"A single mail while {MANY:,} are due, the longest of {TIMES} waits"
    return [(what, f"{longest:.2f} s", "2.00", f"{longest / 2:.2f}")]


async def _wait(server: RoughServer, number: int) -> float:
    started, email = time.monotonic(), f"urgent{number}@example.com"
    await owe_sign_up(email)
    while email not in {recipient for recipient, _ in server.taken[-50:]}:
        await asyncio.sleep(0.005)
    return time.monotonic() - started


def measured() -> list[Row]:
    return asyncio.run(rows())
