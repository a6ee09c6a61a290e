from decimal import Decimal

from piccolo.columns import UUID, Date, ForeignKey, Integer, Numeric, Text
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.member import Member
from db.tables.patient import Patient
from db.tables.practice import Practice


class Invoice(Table):
    """Money in the practice's currency, Australian dollars; `paid` of `total`."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.restrict)
    number = Integer()
    issued_on = Date(default=None)
    due_on = Date(default=None)
    total = Numeric(digits=(10, 2), default=Decimal(0))
    paid = Numeric(digits=(10, 2), default=Decimal(0))
    practitioner = ForeignKey(Member, null=True, on_delete=OnDelete.restrict)


class InvoiceLine(Table, tablename="invoice_line"):
    """`description_for_others` is what people with Administrative access read."""

    id = UUID(primary_key=True, default=new_id)
    invoice = ForeignKey(Invoice, null=False, on_delete=OnDelete.cascade)
    position = Integer()
    description = Text()
    description_for_others = Text()
    amount = Numeric(digits=(10, 2), default=Decimal(0))
