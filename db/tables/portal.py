from piccolo.columns import UUID, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account


class Portal(Table):
    """One person's own health space and their own details. `owner` is empty while they have no login."""

    id = UUID(primary_key=True, default=new_id)
    owner = ForeignKey(Account, null=True, unique=True, on_delete=OnDelete.restrict)
    name = Text()
    preferred_name = Text(default="")
    birth_date = Date(null=True, default=None)
    gender = Text(default="")
    phone = Text(default="")
    email = Text(default="")
    address = Text(default="")
    city = Text(default="")
    postcode = Text(default="")
    emergency_name = Text(default="")
    emergency_phone = Text(default="")
    version = Integer(default=1, help_text="Raised by every change of details")
    created_by = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=None)
