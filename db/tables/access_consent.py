from piccolo.columns import UUID, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.access import Access, Level, Role
from db.tables.account import Account


class AccessConsent(Table):
    """One guardian's yes to a level and role for a third person; two guardians must say the same."""

    id = UUID(primary_key=True, default=new_id)
    access = ForeignKey(Access, null=False, on_delete=OnDelete.cascade)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    level = Text(choices=Level)
    role = Text(choices=Role)
    at = Timestamptz(default=None)
