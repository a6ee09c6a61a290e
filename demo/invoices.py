"""What the cast's patients were asked to pay."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from db.bulk import insert_many
from db.ids import new_id
from db.tables.invoice import Invoice, InvoiceLine
from demo.people import PEOPLE, known_id

FIRST_NUMBER = 1001
DUE_AFTER = timedelta(days=14)


class Line(NamedTuple):
    """`for_others` is what people with Administrative access read."""

    description: str
    for_others: str
    amount: str


class Bill(NamedTuple):
    short: str
    days_ago: int
    lines: tuple[Line, ...]
    paid: str


STANDARD = Line("Standard consultation (item 23)", "Appointment", "89.00")
ASTHMA = Line("Spirometry for asthma (item 11505)", "Test at the practice", "42.50")
MENTAL_HEALTH = Line("Mental health care plan (item 2715)", "Long appointment", "165.00")
HEART = Line("Heart health assessment (item 699)", "Long appointment", "145.00")
IMMUNISATION = Line("Influenza vaccine", "Nurse visit", "25.00")
DIABETES = Line("Diabetes cycle of care (item 2517)", "Long appointment", "140.00")
DRESSING = Line("Dressing of a foot ulcer", "Nurse visit", "38.40")
KNEE = Line("Knee rehabilitation, first assessment", "Physio session", "110.00")
BACK = Line("Lower back treatment", "Physio session", "95.00")

BILLS = (
    Bill("mina", 204, (HEART,), "145.00"),
    Bill("mina", 71, (MENTAL_HEALTH,), "165.00"),
    Bill("mina", 15, (STANDARD, ASTHMA), "0.00"),
    Bill("mina", 9, (STANDARD,), "40.00"),
    Bill("leo", 120, (STANDARD,), "89.00"),
    Bill("leo", 22, (STANDARD, IMMUNISATION), "0.00"),
    Bill("jun", 95, (DIABETES,), "140.00"),
    Bill("jun", 10, (DRESSING,), "0.00"),
    Bill("ivy", 17, (KNEE,), "0.00"),
    Bill("theo", 30, (BACK,), "95.00"),
    Bill("owen", 40, (HEART,), "0.00"),
    Bill("beto", 33, (STANDARD,), "89.00"),
)


async def issue(today: date) -> None:
    """Every invoice of the cast with its lines, numbered from 1001 in each practice."""
    clinics = {person.short: str(person.clinic) for person in PEOPLE}
    practitioners = {p.short: known_id("member", f"{p.clinic}:{p.practitioner}") for p in PEOPLE if p.clinic}
    written = []
    for clinic in sorted(set(clinics.values())):
        bills = [bill for bill in BILLS if clinics[bill.short] == clinic]
        for number, bill in enumerate(bills, FIRST_NUMBER):
            patient, issued_on = known_id("patient", bill.short), today - timedelta(days=bill.days_ago)
            practice = known_id("practice", clinic)
            paid, member = Decimal(bill.paid), practitioners[bill.short]
            written.append(rows(bill.lines, practice, patient, member, number, issued_on, paid))
    await write(written)


Written = tuple[dict[str, object], list[dict[str, object]]]


def rows(
    lines: tuple[Line, ...],
    practice: object,
    patient: object,
    practitioner: object,
    number: int,
    issued_on: date,
    paid: Decimal,
) -> Written:
    """The row of an invoice, which totals its lines, and theirs."""
    invoice = new_id()
    line_rows = [
        {
            "id": new_id(),
            "invoice": invoice,
            "position": position,
            "description": line.description,
            "description_for_others": line.for_others,
            "amount": Decimal(line.amount),
        }
        for position, line in enumerate(lines, 1)
    ]
    row = {
        "id": invoice,
        "practice": practice,
        "patient": patient,
        "practitioner": practitioner,
        "number": number,
        "issued_on": issued_on,
        "due_on": issued_on + DUE_AFTER,
        "total": sum((Decimal(line.amount) for line in lines), Decimal(0)),
        "paid": paid,
    }
    return row, line_rows


async def write(written: Iterable[Written]) -> None:
    """Writes invoices, then their lines."""
    every = list(written)
    await insert_many(Invoice, [invoice for invoice, _ in every])
    await insert_many(InvoiceLine, [line for _, lines in every for line in lines])
