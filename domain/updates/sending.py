"""Sending: what becomes of a changed detail in each practice that has the portal's person as its patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from db.engine import Prepared, run
from db.ids import new_id
from db.tables.patient_update import FieldState, UpdateState
from db.tables.practice import UpdateMode
from domain import audit, clock, notifications
from domain.notifications import NotificationKind
from domain.portals import Visit
from domain.updates import applying, closing, fields

if TYPE_CHECKING:
    from domain.details import Details


@dataclass(frozen=True)
class Sent:
    """What became of a change in one practice."""

    update: UUID
    practice: UUID
    practice_name: str
    at_once: bool
    """Whether the practice has it already; else it waits for the practice's yes."""
    shown: bool
    """Whether the practice shows itself to this visitor, so that it may be named."""


_linked = Prepared(
    "SELECT p.id, p.practice, c.name, c.updates FROM patient p JOIN practice c ON c.id = p.practice"
    " WHERE p.portal = $1 ORDER BY p.id"
)
_open = Prepared(
    "SELECT id FROM patient_update WHERE patient = $1 AND practice = $2 AND state = 'Waiting' FOR NO KEY UPDATE"
)
_add = Prepared(
    "INSERT INTO patient_update (id, practice, patient, portal, account, access, state, changed_at, decided_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)
_amend = Prepared(
    "UPDATE patient_update SET account = $2, access = $3, changed_at = $4, version = version + 1 WHERE id = $1"
)
_drop = Prepared(
    "DELETE FROM patient_update_field WHERE patient_update = $1 AND field = ANY ($2) AND state = 'Waiting' RETURNING id"
)
_line = Prepared(
    "INSERT INTO patient_update_field"
    " (id, patient_update, field, before, after, account, access, changed_at, state, decided_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (patient_update, field) DO UPDATE SET"
    " before = EXCLUDED.before, after = EXCLUDED.after, account = EXCLUDED.account, access = EXCLUDED.access,"
    " changed_at = EXCLUDED.changed_at"
)


async def send(visit: Visit, before: "Details", after: "Details") -> tuple[Sent, ...]:
    """Passes what was changed in a portal on to each practice, by its own mode, inside the caller's transaction, which
    holds the portal's row. Only what was changed now goes, and only where it differs from what the practice has.

    Details that come from somebody whom the practice has not confirmed wait for its yes even where it takes them at
    once (decision 5). Writes 'update:send' or 'update:apply' for each practice.
    """
    was, now = fields.of_details(before), fields.of_details(after)
    news = {field: now[field] for field in fields.FIELDS if now[field] != was[field]}
    if not news:
        return ()
    taken = [await _pass_on(visit, patient, news) for patient in await _linked.rows(visit.portal)]
    sent = tuple(one for one in taken if one is not None)
    for one in sent:
        await audit.record(
            "update:apply" if one.at_once else "update:send",
            account=visit.account,
            portal=visit.portal,
            practice=one.practice,
            access=visit.access,
            subject=one.update,
        )
    return sent


async def _pass_on(visit: Visit, patient: Mapping[str, Any], news: Mapping[str, str]) -> Sent | None:
    mode, known = UpdateMode(patient["updates"]), patient["id"] in visit.patients
    if mode is UpdateMode.DISABLED:
        return None
    at_once = mode is UpdateMode.AUTO and known
    open_update = await _open.first(patient["id"], patient["practice"])
    row = await applying.hold(patient["id"], patient["practice"])
    present = fields.of_patient(row)
    different = {field: text for field, text in news.items() if text != present[field]}
    if open_update is not None:
        await _take_back(open_update["id"], list(news) if at_once else [*(news.keys() - different.keys())])
    update = None
    if different and at_once:
        await applying.apply(row, different)
        update = await _write(visit, patient, different, present, UpdateState.APPLIED)
    elif different:
        update = await _wait(visit, patient, different, present)
    if open_update is not None:
        await closing.close_if_empty(open_update["id"], None)
    return None if update is None else Sent(update, patient["practice"], patient["name"], at_once, known)


async def _take_back(update: UUID, settled: list[str]) -> None:
    """Details that ask for nothing any more wait no longer."""
    if await _drop.rows(update, settled):
        await run("UPDATE patient_update SET version = version + 1 WHERE id = $1", update)


async def _wait(visit: Visit, patient: Mapping[str, Any], news: Mapping[str, str], present: Mapping[str, str]) -> UUID:
    """Joins what waits already, or begins to wait, and tells the practice."""
    found = await _open.first(patient["id"], patient["practice"])
    if found is None:
        update = await _write(visit, patient, news, present, UpdateState.WAITING)
    else:
        update = UUID(str(found["id"]))
        await closing.set_decided_aside(update)
        await _amend.rows(update, visit.account, visit.access, clock.now())
        await _lines(visit, update, news, present, None)
    kind = NotificationKind.UPDATE_WAITING
    await notifications.tell(kind, patient["practice"], update, patient=patient["id"])
    return update


async def _write(
    visit: Visit, patient: Mapping[str, Any], news: Mapping[str, str], present: Mapping[str, str], state: UpdateState
) -> UUID:
    update, now = new_id(), clock.now()
    decided = now if state is UpdateState.APPLIED else None
    await _add.rows(
        update, patient["practice"], patient["id"], visit.portal, visit.account, visit.access, state.value, now, decided
    )
    await _lines(visit, update, news, present, decided)
    return update


async def _lines(
    visit: Visit, update: UUID, news: Mapping[str, str], present: Mapping[str, str], decided: datetime | None
) -> None:
    state = FieldState.WAITING if decided is None else FieldState.APPROVED
    for field, text in news.items():
        await _line.rows(
            new_id(), update, field, present[field], text, visit.account, visit.access, clock.now(), state.value,
            decided,
        )  # fmt: skip
