from piccolo.columns import UUID, BigInt, Bytea, Text, Timestamptz
from piccolo.table import Table


class Event(Table):
    """One line of the audit trail: ids and a kind, never a word of a record.

    The database numbers the lines and chains those of one portal by hash, and refuses to change or delete any.
    """

    seq = BigInt(primary_key=True, default=None)
    kind = Text()
    account = UUID(null=True, default=None)
    portal = UUID(null=True, default=None)
    practice = UUID(null=True, default=None)
    access = UUID(null=True, default=None)
    subject = UUID(null=True, default=None)
    at = Timestamptz(default=None)
    address = Text(default="")
    hash = Bytea(default=None)
