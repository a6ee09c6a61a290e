"""Cancel all: what has not gone yet does not go (K8)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from domain import audit, clock
from domain.invitations import rations
from domain.invitations.bulk.found import find
from domain.permissions import PlacePermission, demand
from domain.places import Place

# A mail that a worker has in hand goes: it may have gone already. One that a worker is just taking up is skipped.
_UNDER_WAY = (
    "SELECT b.id FROM bulk_invitation b WHERE b.practice = $1 AND EXISTS (SELECT FROM bulk_invitation_patient p"
    " WHERE p.bulk_invitation = b.id AND p.outcome = 'Waiting') ORDER BY b.id"
)
_WAITING = (
    "SELECT DISTINCT mail FROM bulk_invitation_patient WHERE bulk_invitation = $1 AND outcome = 'Waiting'"
    " AND mail IS NOT NULL"
)
_NOT_GONE = (
    "SELECT id FROM mail WHERE id = ANY ($1) AND sent_at IS NULL AND failed_at IS NULL"
    " AND (claimed_until IS NULL OR claimed_until <= $2) ORDER BY id FOR UPDATE SKIP LOCKED"
)
_CANCEL = (
    "UPDATE bulk_invitation_patient SET outcome = 'Cancelled', mail = NULL WHERE bulk_invitation = $1"
    " AND outcome = 'Waiting' AND mail = ANY ($2) RETURNING invitation"
)
_TAKE_BACK = (
    "UPDATE invitation SET state = 'Cancelled', cancelled_at = $2, link_version = link_version + 1"
    " WHERE id = ANY ($1) AND state = 'Pending' RETURNING id, email_key, created_at"
)


async def cancel(place: Place, bulk: UUID) -> int:
    """Takes back every invitation of a bulk invitation whose mail no worker has in hand yet. Tells of how many
    patients; pressed again, of those who were left over. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.INVITE)
    await find(place, bulk)
    async with transaction():
        return await _cancel(place, bulk)


async def cancel_unsent(place: Place) -> None:
    """The same for every bulk invitation of the practice, in the transaction of whoever turns invitations off: nothing
    more goes out (decision 23)."""
    for row in await run(_UNDER_WAY, place.practice.id):
        await _cancel(place, row["id"])


async def _cancel(place: Place, bulk: UUID) -> int:
    now = clock.now()
    waiting = [row["mail"] for row in await run(_WAITING, bulk)]
    mails = [row["id"] for row in await run(_NOT_GONE, waiting, now)]
    if not mails:
        return 0
    rows = await run(_CANCEL, bulk, mails)
    await run("DELETE FROM mail WHERE id = ANY ($1)", mails)
    taken = await run(_TAKE_BACK, [row["invitation"] for row in rows], now)
    await _give_back(place, taken)
    await _close(place, bulk, now)
    ids = [row["id"] for row in taken]
    await audit.record_many("invitation:cancel", ids, account=place.account, practice=place.practice.id)
    await audit.record("bulk-invitation:cancel", account=place.account, practice=place.practice.id, subject=bulk)
    return len(rows)


async def _give_back(place: Place, taken: list[dict[str, Any]]) -> None:
    """Nothing was written to these addresses today."""
    for at in {row["created_at"] for row in taken}:
        emails = {row["email_key"] for row in taken if row["created_at"] == at}
        await rations.give_back(place.practice.id, emails, at)


async def _close(place: Place, bulk: UUID, now: datetime) -> None:
    await run(
        "UPDATE bulk_invitation SET cancelled_at = $3, cancelled_by = $4 WHERE id = $1 AND practice = $2",
        bulk,
        place.practice.id,
        now,
        place.account,
    )
