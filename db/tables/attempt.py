from piccolo.columns import BigInt, Text, Timestamptz
from piccolo.table import Table


class Attempt(Table):
    """One try at something that is rationed: a login, a mail to a stranger. `key` says whose and what."""

    id = BigInt(primary_key=True, default=None)
    key = Text()
    at = Timestamptz(default=None)
