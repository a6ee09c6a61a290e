"""The end of an update: when no detail of it waits any more."""

from uuid import UUID

from db.engine import Prepared, run
from db.ids import new_id
from domain import clock, notifications
from domain.mail import MailKind, owe
from domain.notifications import NotificationKind

_close = Prepared(
    "UPDATE patient_update u SET state = 'Decided', decided_at = $2 WHERE u.id = $1 AND u.state = 'Waiting'"
    " AND NOT EXISTS (SELECT FROM patient_update_field f WHERE f.patient_update = u.id AND f.state = 'Waiting')"
    " RETURNING u.id"
)
_told = Prepared(
    "SELECT w.email FROM patient_update u JOIN portal p ON p.id = u.portal"
    " JOIN account w ON w.id = p.owner WHERE u.id = $1 UNION SELECT w.email FROM patient_update u"
    " JOIN portal p ON p.id = u.portal AND p.owner IS NULL JOIN access a ON a.portal = p.id AND a.status = 'Current'"
    "  AND a.basis IS NOT NULL"
    " JOIN guardian_confirmation c ON c.access = a.id AND c.patient = u.patient AND c.state = 'Confirmed'"
    " JOIN account w ON w.id = a.account WHERE u.id = $1 ORDER BY email"
)


async def close_if_empty(update: UUID, by: UUID | None) -> bool:
    """Ends an update of which nothing waits, and what was told of it, inside the caller's transaction. `by` is the
    account of the practice that decided; None when the patient took back what was left. Tells whether it ended."""
    if await _close.first(update, clock.now()) is None:
        return False
    await notifications.settle(NotificationKind.UPDATE_WAITING, update, by)
    await _owe_mail(update)
    return True


async def forget(patient: UUID, portal: UUID, by: UUID) -> None:
    """Ends what waits of a patient whose link to a portal ends, inside the caller's transaction, and forgets the
    details that nobody has decided about: they may be somebody else's."""
    waiting = await run(
        "SELECT id FROM patient_update WHERE patient = $1 AND portal = $2 AND state = 'Waiting' FOR UPDATE",
        patient,
        portal,
    )
    for row in waiting:
        await run("DELETE FROM patient_update_field WHERE patient_update = $1 AND state = 'Waiting'", row["id"])
        await run("UPDATE patient_update SET version = version + 1 WHERE id = $1", row["id"])
        await close_if_empty(row["id"], by)


async def set_decided_aside(update: UUID) -> None:
    """Moves the decided details of an update that waits into one of their own, which has ended, inside the caller's
    transaction: the same detail can be asked about again, and its history is kept."""
    decided = await run(
        "SELECT max(decided_at) AS at FROM patient_update_field WHERE patient_update = $1 AND state <> 'Waiting'",
        update,
    )
    if decided[0]["at"] is None:
        return
    aside = new_id()
    await run(
        "INSERT INTO patient_update (id, practice, patient, portal, account, access, state, changed_at, decided_at)"
        " SELECT $2, practice, patient, portal, account, access, 'Decided', changed_at, $3 FROM patient_update"
        " WHERE id = $1",
        update,
        aside,
        decided[0]["at"],
    )
    await run(
        "UPDATE patient_update_field SET patient_update = $2 WHERE patient_update = $1 AND state <> 'Waiting'",
        update,
        aside,
    )
    await _owe_mail(aside)


async def _owe_mail(update: UUID) -> None:
    """Something was not taken over: the portal's controllers to whom the practice shows itself are written to."""
    refused = await run("SELECT FROM patient_update_field WHERE patient_update = $1 AND state = 'Rejected'", update)
    if not refused:
        return
    for row in await _told.rows(update):
        await owe(MailKind.UPDATE_DECIDED, update, row["email"])
