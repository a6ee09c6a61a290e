from enum import StrEnum

from piccolo.columns import UUID, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.invitation import Invitation
from db.tables.mail import Mail
from db.tables.patient import Patient
from db.tables.practice import Practice
from db.tables.report import Report


class BulkOutcome(StrEnum):
    """What became of one chosen patient (decision 15). Waiting: the mail is owed and has not gone yet."""

    WAITING = "Waiting"
    SENT = "Sent"
    HAS_PORTAL = "Already has a portal"
    PENDING = "Invitation pending"
    NO_EMAIL = "No email"
    STAFF = "Email linked to staff"
    SAME_EMAIL = "Same email as another chosen patient"
    CHILD = "Child: needs a guardian's email"
    INACTIVE = "Inactive"
    DECEASED = "Deceased"
    NO_ACCESS = "No access"
    NAME_HIDDEN = "Name hidden"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


class BulkInvitation(Table, tablename="bulk_invitation"):
    """Many patients invited at once. Nothing goes out before `held_until` (K8)."""

    id = UUID(primary_key=True, default=new_id, help_text="Drawn by the form, so that pressed twice it is one")
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    report = ForeignKey(Report, null=True, on_delete=OnDelete.set_null)
    message = Text(default="", help_text="The practice's words, its terms not resolved")
    created_at = Timestamptz(default=None)
    held_until = Timestamptz(default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    cancelled_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)


class BulkInvitationPatient(Table, tablename="bulk_invitation_patient"):
    """One chosen patient and the one outcome of inviting them. Whoever marks the mail marks the outcome with it."""

    id = UUID(primary_key=True, default=new_id)
    bulk_invitation = ForeignKey(BulkInvitation, null=False, on_delete=OnDelete.cascade)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.cascade)
    outcome = Text(choices=BulkOutcome)
    reason = Text(default="", help_text="Why it failed")
    email = Text(default="", help_text="Where the mail goes")
    invitation = ForeignKey(Invitation, null=True, on_delete=OnDelete.set_null)
    mail = ForeignKey(Mail, null=True, on_delete=OnDelete.set_null)
