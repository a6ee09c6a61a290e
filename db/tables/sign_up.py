from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table

from db.ids import new_id


class SignUp(Table):
    """Somebody who gave an email and has not yet shown that it is theirs. No account before that."""

    id = UUID(primary_key=True, default=new_id)
    email = Text()
    email_key = Text()
    name = Text()
    own_health = Boolean(default=False, help_text="Opens an empty portal too; a carer's does not")
    link_version = Integer(default=1)
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(null=True, default=None)
