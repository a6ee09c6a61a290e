from enum import StrEnum

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.portal import Portal


class Level(StrEnum):
    """How much of a portal shows."""

    CLINICAL = "Clinical"
    ADMINISTRATIVE = "Administrative"


class Role(StrEnum):
    """Whether it can be changed."""

    VIEW = "View"
    EDIT = "Edit"


class Status(StrEnum):
    PENDING = "Pending"
    CURRENT = "Current"
    DISABLED = "Disabled"


class Reason(StrEnum):
    """Why a Disabled access is Disabled."""

    DENIED = "denied"
    REVOKED = "revoked"
    EXPIRED = "expired"
    LEFT = "left"
    AGE_LIMIT = "age limit"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"


class Access(Table):
    """One account's right to open another's portal, from the asking to the end.

    A request has an account and, until it is known, no portal; an access that a guardian offers has a portal and,
    until it is accepted, no account. `relationship` is what the patient is to the person with access.
    """

    id = UUID(primary_key=True, default=new_id)
    account = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    portal = ForeignKey(Portal, null=True, on_delete=OnDelete.restrict)
    asked_by = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    email = Text(null=True, default=None)
    email_key = Text(null=True, default=None)
    name = Text(help_text="As typed by whoever began it")
    relationship = Text()
    level = Text(choices=Level)
    role = Text(choices=Role)
    status = Text(choices=Status)
    reason = Text(null=True, default=None, choices=Reason)
    basis = Text(null=True, default=None, help_text="Makes it a guardian's; on what ground")
    offered = Boolean(default=False, help_text="Begun by a guardian, not asked for")
    held_back = Boolean(default=False, help_text="Asked too soon after a denial: nobody is told of it")
    refused_for_good = Boolean(default=False)
    version = Integer(default=1, help_text="Raised by every change: a form that is older is shown the new one")
    link_version = Integer(default=1, help_text="Raised when a mailed link is sent again or ended")
    asked_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None, help_text="A Pending one lapses then")
    decided_at = Timestamptz(null=True, default=None)
    decided_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
