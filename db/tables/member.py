from enum import StrEnum

from piccolo.columns import UUID, Boolean, ForeignKey, Text, Timestamptz
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


class Member(Table):
    """An account's place in one practice."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    role_type = Text(choices=RoleType)
    level = Text(choices=MemberLevel)
    owner = Boolean(default=False)
    read_only = Boolean(default=False)
    hides_names = Boolean(default=False)
    active = Boolean(default=True)
    created_at = Timestamptz(default=None)
