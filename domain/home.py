"""What the home page of a portal shows: what comes next and how much there is. Nothing of it hints at what the visitor
may not open (decision 9)."""

from dataclasses import dataclass
from decimal import Decimal

from db.engine import Prepared
from domain import appointments, audit, clock
from domain.appointments import Appointment
from domain.permissions import Permission, demand, may
from domain.portals import Visit
from domain.records import RecordKind

NEXT = 3


@dataclass(frozen=True)
class Home:
    """`None` means that this visitor reads nothing of it, not even whether there is any."""

    next_appointments: tuple[Appointment, ...]
    owing_invoices: int
    """How many are not paid in full."""
    owing: Decimal
    """What they come to, in Australian dollars."""
    records: dict[RecordKind, int] | None
    """How many entries there are of each kind."""
    notes: int | None
    """How many notes practitioners share."""
    waiting: int | None
    """How many ask for access, or are given it by another guardian, and wait for this controller's word."""
    linked: bool
    """Whether any practice's patient is linked to the portal."""


_counts = Prepared(
    "SELECT 'owing' AS what, count(*) AS many, coalesce(sum(i.total - i.paid), 0) AS owing"
    " FROM invoice i JOIN patient p ON p.id = i.patient WHERE p.id = ANY ($6) AND i.paid < i.total UNION ALL"
    " SELECT e.kind, count(*), 0 FROM record_entry e WHERE $2::boolean AND e.removed_at IS NULL"
    " AND (e.portal = $1 OR e.patient = ANY ($6)) GROUP BY e.kind"
    " UNION ALL SELECT 'notes', count(*), 0 FROM note n WHERE $2 AND n.shared AND n.patient = ANY ($6)"
    " UNION ALL"
    " SELECT 'waiting', count(*), 0 FROM access a WHERE $3::boolean AND a.portal = $1"
    " AND NOT EXISTS (SELECT FROM access_consent c WHERE c.access = a.id AND c.account = $5)"
    " AND ((a.status = 'Pending' AND NOT a.offered AND a.expires_at > $4)"
    "      OR EXISTS (SELECT FROM access_consent c WHERE c.access = a.id))"
)


async def read(visit: Visit) -> Home:
    """The home page's content. Raises NotPermitted."""
    for permission in (Permission.OPEN_PORTAL, Permission.VIEW_INVOICES):
        demand(visit, permission)
    reads_records, decides = may(visit, Permission.VIEW_RECORDS), may(visit, Permission.DECIDE_ACCESS)
    coming = await appointments.next_booked(visit, NEXT)
    values = (visit.portal, reads_records, decides, clock.now(), visit.account, visit.patients)
    rows = {row["what"]: row for row in await _counts.rows(*values)}
    await audit.record("portal:view", account=visit.account, portal=visit.portal, access=visit.access)
    return Home(
        next_appointments=coming,
        owing_invoices=rows["owing"]["many"],
        owing=rows["owing"]["owing"],
        records={kind: rows[kind]["many"] if kind in rows else 0 for kind in RecordKind} if reads_records else None,
        notes=rows["notes"]["many"] if reads_records else None,
        waiting=rows["waiting"]["many"] if decides else None,
        linked=bool(visit.patients),
    )
