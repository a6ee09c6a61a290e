from enum import StrEnum
from typing import Any

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.practice import Practice


class RoleType(StrEnum):
    PRACTITIONER = "Practitioner"
    ADMINISTRATOR = "Administrator"


class MemberLevel(StrEnum):
    FULL = "Full Access"
    CLINICAL = "Clinical Access"
    OWN_AND_CONTACT = "Own records and others' contact"
    PERSONAL = "Personal Access"


class Limit(StrEnum):
    """How much of an area a member reads, within their level."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


class Member(Table):
    """An account's place in one practice, from the asking on. Until it is accepted it may have no account."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    account = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    role_type = Text(choices=RoleType)
    level = Text(choices=MemberLevel)
    owner = Boolean(default=False)
    read_only = Boolean(default=False)
    hides_names = Boolean(default=False, help_text="Reads a code in place of each patient's name")
    active = Boolean(default=True)
    created_at = Timestamptz(default=None)
    name = Text(default="", help_text="As typed by whoever asked them")
    email = Text(default="", help_text="Where they were asked")
    email_key = Text(default="")
    calendars = Text(default=Limit.ALL, choices=Limit)
    invoices = Text(default=Limit.ALL, choices=Limit)
    profiles = Text(default=Limit.ALL, choices=Limit)
    financial_reports = Text(default=Limit.ALL, choices=Limit)
    has_calendar = Boolean(default=True)
    has_patients = Boolean(default=True)
    has_invoices = Boolean(default=True)
    has_reports = Boolean(default=True)
    has_invitations = Boolean(default=True)
    viewing: Any = ForeignKey("self", null=True, on_delete=OnDelete.restrict, help_text="Whose information they view")
    version = Integer(default=1, help_text="Raised by every change: a form that is older is shown the new one")
    link_version = Integer(default=1)
    asked_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
    expires_at = Timestamptz(null=True, default=None, help_text="The asking lapses then")
    accepted_at = Timestamptz(null=True, default=None)
    declined_at = Timestamptz(null=True, default=None, help_text="Declined, or taken back")
    undelivered_at = Timestamptz(null=True, default=None, help_text="The mail that asks them came back")
    deactivated_at = Timestamptz(null=True, default=None)
    deactivated_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)


class MemberView(Table, tablename="member_view"):
    """A practitioner whose information an administrator may choose to view."""

    id = UUID(primary_key=True, default=new_id)
    member = ForeignKey(Member, null=False, on_delete=OnDelete.cascade)
    practitioner = ForeignKey(Member, null=False, on_delete=OnDelete.cascade)
