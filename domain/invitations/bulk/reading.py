"""One bulk invitation and the outcome of each patient, as far as a member reads them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from db.engine import Prepared
from db.tables.bulk_invitation import BulkOutcome
from domain import audit, clock
from domain.dates import there
from domain.invitations.bulk.advice import advice
from domain.invitations.bulk.found import Bulk, find
from domain.paging import PAGE, offset
from domain.permissions import Area, PlacePermission, may
from domain.places import FOUND, NAME, Place, finding

UNKNOWN = "A patient whom you cannot open"
AT_ONCE = 1_000


class Phase(StrEnum):
    HELD = "held"
    SENDING = "sending"
    DONE = "done"


@dataclass(frozen=True)
class Standing:
    """How far it is: how many there are of each outcome, which add up to all who were chosen."""

    bulk: Bulk
    counts: Mapping[BulkOutcome, int]
    phase: Phase
    can_cancel: bool
    can_retry: bool

    @property
    def many(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get(BulkOutcome.WAITING, 0)

    @property
    def mailed(self) -> int:
        """Those to whom a mail was owed once."""
        ended = (BulkOutcome.SENT, BulkOutcome.FAILED, BulkOutcome.CANCELLED)
        return self.waiting + sum(self.counts.get(outcome, 0) for outcome in ended)


@dataclass(frozen=True)
class Outcome:
    """One patient's. `patient` is None and `email` '' for one whom the member does not find; email also where names
    are hidden."""

    patient: UUID | None
    name: str
    email: str
    outcome: BulkOutcome
    reason: str
    """Why, or what to do about it; '' for neither."""


@dataclass(frozen=True)
class Outcomes:
    """A page of them, all or those of one outcome."""

    rows: tuple[Outcome, ...]
    outcome: BulkOutcome | None
    page: int
    more: bool


_counts = Prepared(
    "SELECT outcome, count(*) AS many FROM bulk_invitation_patient WHERE bulk_invitation = $1 GROUP BY outcome"
)
# In the order of names as this member reads them, after those whom they find the others.
_ROWS = (
    f"SELECT CASE WHEN found THEN patient END AS patient, CASE WHEN found THEN name ELSE '{UNKNOWN}' END AS name,"  # noqa: S608 - words of ours
    " CASE WHEN found AND NOT $5 THEN email ELSE '' END AS email, outcome, reason, sent_at, unfound, sorted, id FROM ("
    f" SELECT ({FOUND}) IS TRUE AS found, ({FOUND}) IS NOT TRUE AS unfound, b.id, p.id AS patient, {NAME} AS name,"
    f"  b.email, b.outcome, b.reason, m.sent_at, CASE WHEN ({FOUND}) IS NOT TRUE THEN '' WHEN $5 THEN p.code"
    '  ELSE p.last_key END COLLATE "C" AS sorted FROM bulk_invitation_patient b JOIN patient p ON p.id = b.patient'
    "  LEFT JOIN mail m ON m.id = b.mail WHERE b.bulk_invitation = $6 AND ($7::text IS NULL OR b.outcome = $7)) AS row"
)
_rows = Prepared(f"{_ROWS} ORDER BY unfound, sorted, id LIMIT {PAGE + 1} OFFSET $8")
_after = Prepared(
    f"{_ROWS} WHERE $8::boolean IS NULL OR (unfound, sorted, id) > ($8, $9::text, $10::uuid)"
    f" ORDER BY unfound, sorted, id LIMIT {AT_ONCE}"
)


async def read(place: Place, bulk: UUID) -> Standing:
    """How far a bulk invitation is. Raises NotPermitted and NotFound."""
    found = await find(place, bulk)
    rows = await _counts.rows(bulk)
    many = {row["outcome"]: row["many"] for row in rows}
    counts = {outcome: many[outcome] for outcome in BulkOutcome if outcome in many}
    waiting, invites = BulkOutcome.WAITING in counts, may(place, PlacePermission.INVITE)
    return Standing(
        bulk=found,
        counts=counts,
        phase=Phase.DONE if not waiting else Phase.HELD if clock.now() < found.held_until else Phase.SENDING,
        can_cancel=waiting and invites,
        can_retry=BulkOutcome.FAILED in counts and invites,
    )


async def outcomes(place: Place, bulk: UUID, outcome: BulkOutcome | None = None, page: int = 1) -> Outcomes:
    """A page of the patients by name, of a bulk invitation that `read` gave. Writes 'bulk-invitation:view'. Raises as
    `read` does, and NotFound for no page."""
    await find(place, bulk)
    skipped = offset(page)
    await audit.record("bulk-invitation:view", account=place.account, practice=place.practice.id, subject=bulk)
    asked = outcome.value if outcome else None
    rows = await _rows.rows(*finding(place, Area.PROFILES), place.hides_names, bulk, asked, skipped)
    return Outcomes(tuple(_outcome(row) for row in rows[:PAGE]), outcome, page, len(rows) > PAGE)


def _outcome(row: Mapping[str, Any]) -> Outcome:
    said = BulkOutcome(row["outcome"])
    return Outcome(row["patient"], row["name"], row["email"], said, advice(said, row["reason"]))


async def lines(place: Place, bulk: UUID) -> AsyncIterator[Sequence[str]]:
    """The sheet of it all, in the order of names: a header, then a line for each patient, with the day on which the
    email went. Writes 'bulk-invitation:download'. Raises as `read` does, before the first."""
    await find(place, bulk)
    await audit.record("bulk-invitation:download", account=place.account, practice=place.practice.id, subject=bulk)
    yield ("Patient", "Email", "Outcome", "Reason", "Sent on")
    last: tuple[Any, ...] = (None, None, None)
    while rows := await _after.rows(*finding(place, Area.PROFILES), place.hides_names, bulk, None, *last):
        for row in rows:
            said, sent_at = _outcome(row), row["sent_at"]
            day = there(sent_at, place.practice.zone).date().isoformat() if sent_at else ""
            yield (said.name, said.email, said.outcome, said.reason, day)
        last = tuple(rows[-1][name] for name in ("unfound", "sorted", "id"))
