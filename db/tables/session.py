from piccolo.columns import UUID, Bytea, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account


class Session(Table):
    """One browser that is logged in. Only the SHA-256 of its token is kept."""

    id = UUID(primary_key=True, default=new_id)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    token_hash = Bytea(unique=True)
    created_at = Timestamptz(default=None)
    seen_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    confirmed_at = Timestamptz(default=None, help_text="When the password was last typed")
    device = Text(default="")
