from enum import StrEnum

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.patient import Patient
from db.tables.portal import Portal
from db.tables.practice import Practice


class InvitationState(StrEnum):
    """A Pending one whose end has come is Expired, also before that is written down."""

    PENDING = "Pending"
    ACCEPTED = "Accepted"
    DECLINED = "Declined"
    EXPIRED = "Expired"
    CANCELLED = "Cancelled"
    UNDELIVERABLE = "Undeliverable"
    LOCKED = "Locked"


class FamilyInvitation(Table, tablename="family_invitation"):
    """One mail about several patients with one email, each of whom has an invitation of their own (K3)."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    email = Text()
    email_key = Text()
    message = Text(default="", help_text="The practice's words, its terms resolved")
    link_version = Integer(default=1)
    sent_by = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=None)
    sent_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)


class Invitation(Table):
    """A practice's emailed offer to a patient to open a portal, or to link the one that they have."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.restrict)
    email = Text()
    email_key = Text()
    message = Text(default="", help_text="The practice's words, its terms resolved")
    state = Text(choices=InvitationState)
    failure = Text(null=True, default=None, help_text="Why it could not be delivered")
    tries = Integer(default=0, help_text="Dates of birth that were wrong")
    wrong_before = Integer(default=0, help_text="Those of before it was locked and sent again")
    link_version = Integer(default=1, help_text="Raised when it is sent again or cancelled")
    sent_by = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=None)
    sent_at = Timestamptz(default=None, help_text="The last time")
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    accepted_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    portal = ForeignKey(Portal, null=True, on_delete=OnDelete.restrict)
    family = ForeignKey(FamilyInvitation, null=True, on_delete=OnDelete.restrict)
    declined_at = Timestamptz(null=True, default=None)
