from enum import StrEnum

from piccolo.columns import UUID, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.access import Access
from db.tables.account import Account
from db.tables.patient import Patient
from db.tables.practice import Practice


class ConfirmationState(StrEnum):
    WAITING = "Waiting"
    CONFIRMED = "Confirmed"
    REFUSED = "Refused"


class GuardianConfirmation(Table, tablename="guardian_confirmation"):
    """A practice's word on one guardian of a portal that is linked to its patient (decision 5)."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.cascade)
    access = ForeignKey(Access, null=False, on_delete=OnDelete.cascade)
    state = Text(choices=ConfirmationState)
    asked_at = Timestamptz(default=None)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
