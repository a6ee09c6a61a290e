"""Deciding on an update: each detail is approved or rejected, by whoever is first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from db.engine import Prepared, run, transaction
from db.tables.patient_update import FieldState
from domain import audit, clock
from domain.errors import Changed, Refused
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.updates import applying, closing, reading
from domain.updates.update import Update

LONGEST_REASON = 500
DECIDE_SOMETHING = "Choose Approve or Reject for at least one detail"


@dataclass(frozen=True)
class Decision:
    """What a member sets: Approved or Rejected for some details, or for `all` that wait. The versions are those of
    the update and of the patient when the form was drawn; the reason goes to the patient with what is rejected."""

    version: int
    patient_version: int
    verdicts: Mapping[str, FieldState] = field(default_factory=dict)
    all: FieldState | None = None
    reason: str = ""


_claim = Prepared(
    "UPDATE patient_update SET version = version + 1 WHERE id = $1 AND practice = $2 AND version = $3"
    " AND state = 'Waiting' RETURNING id"
)
_decide = Prepared(
    "UPDATE patient_update_field SET state = $3, reason = $4, decided_by = $5, decided_at = $6"
    " WHERE patient_update = $1 AND state = 'Waiting' AND field = ANY ($2) RETURNING field, after"
)


async def decide(place: Place, update: UUID, decision: Decision) -> Update:
    """Approves details, which are written into the patient, and rejects others. Gives the update as it is then. The
    same decision sent twice is taken once.

    Raises NotPermitted, NotFound, Refused for a decision that decides nothing or a reason that nobody would read, and
    Changed when somebody was quicker or the patient's row is newer than the form.
    """
    demand(place, PlacePermission.DECIDE_UPDATES)
    before = await reading.found(place, update)
    async with transaction():
        if await _claim.first(update, place.practice.id, decision.version) is None:
            await _demand_the_same(place, update, decision)
        else:
            await _write(place, before.patient, update, decision, await _verdicts(update, decision))
            await closing.close_if_empty(update, place.account)
            await audit.record(
                "update:decide", account=place.account, practice=place.practice.id, portal=before.portal, subject=update
            )
    return await reading.found(place, update)


async def _verdicts(update: UUID, decision: Decision) -> dict[str, FieldState]:
    """What is decided of the details that wait. Raises Refused."""
    rows = await run("SELECT field FROM patient_update_field WHERE patient_update = $1 AND state = 'Waiting'", update)
    verdicts = {
        row["field"]: decision.all or decision.verdicts[row["field"]]
        for row in rows
        if decision.all or row["field"] in decision.verdicts
    }
    if not verdicts:
        raise Refused(DECIDE_SOMETHING)
    if decision.reason and FieldState.REJECTED not in verdicts.values():
        raise Refused("A reason goes out with a rejection alone. Reject a detail, or empty this", "reason")
    if len(decision.reason) > LONGEST_REASON:
        raise Refused(f"Use at most {LONGEST_REASON} characters", "reason")
    return verdicts


async def _write(
    place: Place, patient: UUID, update: UUID, decision: Decision, verdicts: Mapping[str, FieldState]
) -> None:
    now = clock.now()
    for state in (FieldState.APPROVED, FieldState.REJECTED):
        named = [field for field, verdict in verdicts.items() if verdict is state]
        if not named:
            continue
        reason = decision.reason if state is FieldState.REJECTED else ""
        decided = await _decide.rows(update, named, state.value, reason, place.account, now)
        if state is FieldState.APPROVED:
            held = await applying.hold(patient, place.practice.id)
            if held["version"] != decision.patient_version:
                raise Changed
            await applying.apply(held, {line["field"]: line["after"] for line in decided})


async def _demand_the_same(place: Place, update: UUID, decision: Decision) -> None:
    """Nothing is left to do when this member has decided just so, one version ago. Raises Changed otherwise."""
    rows = await run(
        "SELECT f.field, f.state, f.reason, f.decided_by, f.decided_at FROM patient_update u"
        " JOIN patient_update_field f ON f.patient_update = u.id"
        " WHERE u.id = $1 AND u.practice = $2 AND u.version = $3 + 1",
        update,
        place.practice.id,
        decision.version,
    )
    last = max((row["decided_at"] for row in rows if row["decided_at"]), default=None)
    then = [row for row in rows if last is not None and row["decided_at"] == last]
    stands = {row["field"]: (row["state"], row["reason"], row["decided_by"]) for row in then}
    waits = [row["field"] for row in rows if row["decided_at"] is None]
    verdicts = dict.fromkeys([*stands, *waits], decision.all) if decision.all else decision.verdicts
    asked = {
        field: (verdict, decision.reason if verdict is FieldState.REJECTED else "", place.account)
        for field, verdict in verdicts.items()
    }
    if not stands or stands != asked:
        raise Changed
