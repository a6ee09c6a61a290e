"""Cancel all: what has not gone yet does not go (K8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from db.tables.member import Limit
from domain import audit, clock
from domain.invitations import rations
from domain.invitations.bulk.found import find
from domain.notifications import wait_again
from domain.permissions import Area, PlacePermission, demand
from domain.places import FOUND, Place, finding

_UNDER_WAY = (
    "SELECT b.id FROM bulk_invitation b WHERE b.practice = $1 AND EXISTS (SELECT FROM bulk_invitation_patient p"
    " WHERE p.bulk_invitation = b.id AND p.outcome = 'Waiting') ORDER BY b.id"
)
_WAITING = (
    "FROM bulk_invitation_patient b JOIN patient p ON p.id = b.patient"
    " WHERE b.bulk_invitation = $5 AND b.outcome = 'Waiting'"
)
# The invitations first, in the order of their ids, as everybody does who takes more than one kind of row.
_HOLD = (
    "SELECT i.id FROM invitation i WHERE i.id IN"  # noqa: S608 - words of ours
    f" (SELECT b.invitation {_WAITING} AND {FOUND}) ORDER BY i.id FOR UPDATE"
)
# A mail that a worker has in hand goes: it may have gone already. One that a worker is just taking up is skipped.
_NOT_GONE = (
    "SELECT m.id FROM mail m WHERE m.id IN"
    " (SELECT mail FROM bulk_invitation_patient WHERE bulk_invitation = $1 AND invitation = ANY ($2))"
    " AND m.sent_at IS NULL AND m.failed_at IS NULL AND (m.claimed_until IS NULL OR m.claimed_until <= $3)"
    " ORDER BY m.id FOR UPDATE SKIP LOCKED"
)
_CANCEL = (
    "UPDATE bulk_invitation_patient SET outcome = 'Cancelled' WHERE bulk_invitation = $1"
    " AND outcome = 'Waiting' AND invitation = ANY ($2) AND mail = ANY ($3) RETURNING invitation, mail"
)
# A family's goes on to those of them who were left.
_NOBODYS = (
    "DELETE FROM mail WHERE id = ANY ($1)"
    " AND NOT EXISTS (SELECT FROM bulk_invitation_patient b WHERE b.mail = mail.id AND b.outcome = 'Waiting')"
    " RETURNING id"
)
_TAKE_BACK = (
    "UPDATE invitation SET state = 'Cancelled', cancelled_at = $2, link_version = link_version + 1"
    " WHERE id = ANY ($1) AND state = 'Pending' RETURNING id, email_key, created_at"
)
_LEFT = f"SELECT count(*)::int AS many {_WAITING} AND ({FOUND}) IS NOT TRUE"


@dataclass(frozen=True)
class CalledOff:
    """How many patients' invitations were taken back, and how many wait still because the member does not find the
    patients (S4.8)."""

    many: int
    left: int


async def cancel(place: Place, bulk: UUID) -> CalledOff:
    """Takes back every invitation of a bulk invitation whose mail no worker has in hand yet, of the patients whose
    profile the member reads; pressed again, of those who were left over. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.INVITE)
    await find(place, bulk)
    whose = finding(place, Area.PROFILES)
    async with transaction():
        many = await _cancel(place, bulk, whose)
        [row] = await run(_LEFT, *whose, bulk)
        return CalledOff(many, row["many"])


async def cancel_unsent(place: Place) -> None:
    """The same for every bulk invitation of the practice and everybody in it, in the transaction of whoever turns
    invitations off: nothing more goes out (decision 23)."""
    everybody = (place.practice.id, None, None, Limit.ALL.value)
    for row in await run(_UNDER_WAY, place.practice.id):
        await _cancel(place, row["id"], everybody)


async def _cancel(place: Place, bulk: UUID, whose: tuple[Any, ...]) -> int:
    """`whose`: the values of FOUND."""
    now = clock.now()
    held = [row["id"] for row in await run(_HOLD, *whose, bulk)]
    mails = [row["id"] for row in await run(_NOT_GONE, bulk, held, now)]
    rows = await run(_CANCEL, bulk, held, mails)
    if not rows:
        return 0
    nobodys = {row["id"] for row in await run(_NOBODYS, mails)}
    unsent = {row["invitation"] for row in rows if row["mail"] in nobodys}
    taken = await run(_TAKE_BACK, [row["invitation"] for row in rows], now)
    await _give_back(place, [row for row in taken if row["id"] in unsent])
    await _close(place, bulk, now)
    ids = [row["id"] for row in taken]
    await wait_again(ids)
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
