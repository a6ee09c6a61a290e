from piccolo.columns import UUID, ForeignKey, Integer, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account


class PasswordReset(Table):
    """A mailed way to a new password: one hour, once."""

    id = UUID(primary_key=True, default=new_id)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    link_version = Integer(default=1)
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(null=True, default=None)
