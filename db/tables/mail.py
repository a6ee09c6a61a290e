from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table

from db.ids import new_id


class Mail(Table):
    """A mail that is owed: written with the change that it tells of, sent after. No text, no token, nothing personal
    but the address."""

    id = UUID(primary_key=True, default=new_id)
    kind = Text()
    subject = UUID(default=None)
    recipient = Text()
    key = Text(unique=True, help_text="The same mail is never owed twice")
    created_at = Timestamptz(default=None)
    due_at = Timestamptz(default=None)
    attempts = Integer(default=0)
    claim = UUID(null=True, default=None, help_text="Of the worker that has it in hand, until claimed_until")
    claimed_until = Timestamptz(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    failed_at = Timestamptz(null=True, default=None)
    failure = Text(null=True, default=None)
    bulk = Boolean(default=False, help_text="One of many: every other mail that is due goes first")


class MailRate(Table, tablename="mail_rate"):
    """The one row in which all workers share how fast they may send."""

    id = Integer(primary_key=True, default=1)
    next_at = Timestamptz(default=None, help_text="When the next mail may go")
