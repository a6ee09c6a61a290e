from piccolo.columns import UUID, Integer, Text, Timestamptz
from piccolo.table import Table

from db.ids import new_id


class Account(Table):
    """One login. Its email is unique without regard to case: `email_key` is what is compared."""

    id = UUID(primary_key=True, default=new_id)
    email = Text()
    email_key = Text(unique=True)
    name = Text()
    password_hash = Text()
    credential_version = Integer(default=1, help_text="Raised by every change of password")
    created_at = Timestamptz(default=None)
