"""Guardians of portals that are linked to practices' patients: each practice is asked about each (decision 5)."""

from uuid import UUID

from db.engine import run
from db.ids import new_id
from domain import clock
from domain.notifications import NotificationKind, settle, tell


async def ask(portal: UUID, *, confirmed: tuple[UUID, UUID] | None = None) -> None:
    """Asks every practice that has a patient here about each guardian whom it was not asked about yet, in the caller's
    transaction. `confirmed`: the patient and account of one to whom the practice wrote itself.

    Nothing is asked about a portal that has an owner, who decides alone.
    """
    rows = await run(
        "SELECT t.id AS patient, t.practice, a.id AS access, a.account FROM portal p JOIN patient t ON t.portal = p.id"
        " JOIN access a ON a.portal = p.id AND a.status = 'Current' AND a.basis IS NOT NULL"
        " WHERE p.id = $1 AND p.owner IS NULL AND NOT EXISTS"
        " (SELECT FROM guardian_confirmation c WHERE c.patient = t.id AND c.access = a.id) ORDER BY t.id, a.id",
        portal,
    )
    for row in rows:
        is_known = confirmed == (row["patient"], row["account"])
        await _write(row["practice"], row["patient"], row["access"], "Confirmed" if is_known else "Waiting")
        if not is_known:
            await tell(NotificationKind.GUARDIANS_WAITING, row["practice"], row["patient"], patient=row["patient"])


async def settle_if_none_waits(portal: UUID, *, patient: UUID | None = None, by: UUID | None = None) -> None:
    """Ends what was told of guardians who wait, once none does, of every patient linked to a portal or of one, inside
    the caller's transaction. `by` is the practice's account that decided; None for a guardian who left."""
    rows = await run(
        "SELECT t.id FROM patient t WHERE t.portal = $1 AND ($2::uuid IS NULL OR t.id = $2) AND NOT EXISTS"
        " (SELECT FROM guardian_confirmation c JOIN access a ON a.id = c.access AND a.portal = t.portal"
        "  JOIN portal o ON o.id = t.portal AND o.owner IS NULL WHERE c.patient = t.id AND c.state = 'Waiting'"
        "  AND a.status = 'Current' AND a.basis IS NOT NULL) ORDER BY t.id",
        portal,
        patient,
    )
    for row in rows:
        await settle(NotificationKind.GUARDIANS_WAITING, row["id"], by)


async def _write(practice: UUID, patient: UUID, access: UUID, state: str) -> None:
    now = clock.now()
    await run(
        "INSERT INTO guardian_confirmation (id, practice, patient, access, state, asked_at, decided_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (patient, access) DO NOTHING",
        new_id(),
        practice,
        patient,
        access,
        state,
        now,
        now if state == "Confirmed" else None,
    )
