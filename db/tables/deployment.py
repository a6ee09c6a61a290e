from datetime import timedelta

from piccolo.columns import Boolean, Interval, Text
from piccolo.table import Table


class Deployment(Table):
    """The one row that says what this database was made for, and how far its clock is moved (demo and test)."""

    one = Boolean(primary_key=True, default=True)
    env = Text(null=False)
    clock_offset = Interval(null=False, default=timedelta())
