"""The invoices of a portal: those of every practice's patient that is linked to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from db.engine import Prepared
from domain import audit, clock
from domain.errors import NotFound
from domain.paging import PAGE, offset
from domain.permissions import Permission, demand, sees
from domain.portals import Visit


class InvoiceStatus(StrEnum):
    PAID = "Paid"
    OWING = "Owing"
    OVERDUE = "Overdue"


@dataclass(frozen=True)
class Line:
    """One line of an invoice; its description is the one that the visitor's level may read."""

    description: str
    amount: Decimal


@dataclass(frozen=True)
class Invoice:
    """One invoice. Money in Australian dollars."""

    id: UUID
    number: int
    practice: str
    practice_phone: str
    practitioner: str
    """Whose care was billed, deactivated since or not; '' where nobody is named."""
    issued_on: date
    due_on: date
    total: Decimal
    paid: Decimal
    owing: Decimal
    status: InvoiceStatus
    """Overdue from the day after `due_on`, by the practice's calendar."""
    lines: tuple[Line, ...] = ()
    """Only of an invoice that was opened by itself."""


@dataclass(frozen=True)
class Invoices:
    """One page of a portal's invoices, the newest first."""

    invoices: tuple[Invoice, ...]
    page: int
    more: bool
    """Whether there is an older page."""


_SHOWN = (
    "SELECT i.id, i.number, i.issued_on, i.due_on, i.total, i.paid, c.name AS practice, c.phone AS practice_phone,"
    " c.timezone, coalesce(w.name, '') AS practitioner"
    " FROM invoice i JOIN patient p ON p.id = i.patient JOIN practice c ON c.id = i.practice"
    " LEFT JOIN member m ON m.id = i.practitioner LEFT JOIN account w ON w.id = m.account"
    " WHERE p.id = ANY ($1)"
)
_page = Prepared(f"{_SHOWN} ORDER BY i.issued_on DESC, i.number DESC, i.id LIMIT $2 OFFSET $3")
_one = Prepared(f"{_SHOWN} AND i.id = $2")
_lines = Prepared(
    "SELECT l.amount, CASE WHEN $3::boolean THEN l.description ELSE l.description_for_others END AS description"
    " FROM invoice_line l JOIN invoice i ON i.id = l.invoice JOIN patient p ON p.id = i.patient"
    " WHERE p.id = ANY ($1) AND i.id = $2 ORDER BY l.position"
)


async def read(visit: Visit, page: int = 1) -> Invoices:
    """One page of invoices, without their lines. Raises NotPermitted, and NotFound for a page that cannot be."""
    demand(visit, Permission.VIEW_INVOICES)
    rows = await _page.rows(visit.patients, PAGE + 1, offset(page))
    await _record_view(visit)
    return Invoices(tuple(_invoice(row) for row in rows[:PAGE]), page, len(rows) > PAGE)


async def one(visit: Visit, invoice: UUID) -> Invoice:
    """One invoice with its lines. Raises NotPermitted, and NotFound for what is not in this portal."""
    demand(visit, Permission.VIEW_INVOICES)
    row = await _one.first(visit.patients, invoice)
    if row is None:
        raise NotFound
    lines = await _lines.rows(visit.patients, invoice, sees(visit, "invoice", "description"))
    await _record_view(visit, invoice)
    return _invoice(row, tuple(Line(line["description"], line["amount"]) for line in lines))


def _invoice(row: Mapping[str, Any], lines: tuple[Line, ...] = ()) -> Invoice:
    return Invoice(
        id=row["id"],
        number=row["number"],
        practice=row["practice"],
        practice_phone=row["practice_phone"],
        practitioner=row["practitioner"],
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        total=row["total"],
        paid=row["paid"],
        owing=row["total"] - row["paid"],
        status=_status(row),
        lines=lines,
    )


def _status(row: Mapping[str, Any]) -> InvoiceStatus:
    if row["paid"] == row["total"]:
        return InvoiceStatus.PAID
    today = clock.now().astimezone(ZoneInfo(row["timezone"])).date()
    return InvoiceStatus.OVERDUE if row["due_on"] < today else InvoiceStatus.OWING


async def _record_view(visit: Visit, invoice: UUID | None = None) -> None:
    await audit.record(
        "invoices:view", account=visit.account, portal=visit.portal, access=visit.access, subject=invoice
    )
