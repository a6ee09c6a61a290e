from enum import StrEnum

from piccolo.columns import UUID, Date, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.patient import Patient
from db.tables.portal import Portal


class RecordKind(StrEnum):
    ALLERGY = "Allergy"
    MEDICINE = "Medicine"
    IMMUNISATION = "Immunisation"
    CONDITION = "Condition"
    MEASUREMENT = "Measurement"


class RecordEntry(Table, tablename="record_entry"):
    """One line of a health record: a person's own (`portal`) or a practice's (`patient`), never both."""

    id = UUID(primary_key=True, default=new_id)
    portal = ForeignKey(Portal, null=True, on_delete=OnDelete.restrict)
    patient = ForeignKey(Patient, null=True, on_delete=OnDelete.restrict)
    kind = Text(choices=RecordKind)
    name = Text()
    detail = Text(default="")
    value = Text(default="", help_text="A measurement's number, as typed")
    unit = Text(default="")
    happened_on = Date(null=True, default=None)
    ended_on = Date(null=True, default=None)
    source_id = Text(null=True, default=None, help_text="Tells an imported entry from those before it")
    added_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    added_at = Timestamptz(default=None)
    removed_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    removed_at = Timestamptz(null=True, default=None)
