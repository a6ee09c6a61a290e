from enum import StrEnum

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.access import Access
from db.tables.account import Account
from db.tables.patient import Patient
from db.tables.portal import Portal
from db.tables.practice import Practice


class UpdateState(StrEnum):
    WAITING = "Waiting"
    DECIDED = "Decided"
    APPLIED = "Applied"


class FieldState(StrEnum):
    WAITING = "Waiting"
    APPROVED = "Approved"
    REJECTED = "Rejected"


class PatientUpdate(Table, tablename="patient_update"):
    """A change by a patient of their own details, on its way into one practice's patient."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.cascade)
    portal = ForeignKey(Portal, null=False, on_delete=OnDelete.restrict)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, help_text="Who made the change")
    access = ForeignKey(Access, null=True, on_delete=OnDelete.restrict, help_text="Under which access")
    state = Text(choices=UpdateState)
    version = Integer(default=1, help_text="Raised by every change of its fields: who decided on an older one is told")
    changed_at = Timestamptz(default=None)
    decided_at = Timestamptz(null=True, default=None)


class PatientUpdateField(Table, tablename="patient_update_field"):
    """One detail of an update, before and after, as text."""

    id = UUID(primary_key=True, default=new_id)
    patient_update = ForeignKey(PatientUpdate, null=False, on_delete=OnDelete.cascade)
    field = Text(help_text="A name in domain.details.Details")
    before = Text()
    after = Text()
    account = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, help_text="Who changed this detail last")
    access = ForeignKey(Access, null=True, on_delete=OnDelete.restrict, help_text="Under which access")
    changed_at = Timestamptz(default=None)
    state = Text(choices=FieldState)
    reason = Text(default="", help_text="What the patient is told")
    decided_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    decided_at = Timestamptz(null=True, default=None)
