from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table

from db.ids import new_id


class Practice(Table):
    """A clinic. Its times are in its own zone."""

    id = UUID(primary_key=True, default=new_id)
    slug = Text(unique=True)
    name = Text()
    timezone = Text()
    phone = Text(default="")
    email = Text(default="")
    address = Text(default="")
    created_at = Timestamptz(default=None)
