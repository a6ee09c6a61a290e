"""Cancel all while workers take up the mails: each is either cancelled or goes, and nobody is lost count of (K8)."""

import asyncio
from uuid import UUID

import pytest

from db.engine import run
from domain.invitations import bulk
from domain.places import Place
from emails.claims import Claims
from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import counts
from tests.emails.kill_trial import invite_many

pytestmark = pytest.mark.usefixtures("database")


async def taken_by(workers: list[Claims]) -> list[UUID]:
    """What they claim, a few at a time, until nothing is left."""
    found: list[UUID] = []

    async def work(worker: Claims) -> None:
        while claimed := await worker.take(7):
            found.extend(owed.id for owed in claimed)
            for owed in claimed:
                worker.sent(owed)
            await worker.mark()

    await asyncio.gather(*[work(worker) for worker in workers])
    return found


async def pressed(place: Place, made: UUID, after: float) -> int:
    await asyncio.sleep(after)
    return (await bulk.cancel(place, made)).many


@pytest.mark.parametrize("after", [0, 0.02, 0.05])
async def test_a_mail_is_cancelled_or_goes_and_never_both(after: float) -> None:
    clinic = await Clinic.open(None)
    place = await practitioner(clinic)
    made, emails = await invite_many(clinic, place, 120)
    taken, cancelled = await asyncio.gather(taken_by([Claims(), Claims()]), pressed(place, made, after))
    cancelled += (await bulk.cancel(place, made)).many
    assert len(taken) == len(set(taken))
    assert len(taken) + cancelled == len(emails) == 120
    assert {name: many for name, many in {"Sent": len(taken), "Cancelled": cancelled}.items() if many} == await counts(
        made
    )
    rows = await run("SELECT state, count(*) AS many FROM invitation GROUP BY state")
    states = {row["state"]: row["many"] for row in rows}
    assert (states.get("Pending", 0), states.get("Cancelled", 0)) == (len(taken), cancelled)
    assert {row["id"] for row in await run("SELECT id FROM mail")} == set(taken)
