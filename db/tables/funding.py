from piccolo.columns import ForeignKey, Integer, Text
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.tables.portal import Portal


class Funding(Table):
    """Who pays for a person's care: Medicare and a health fund."""

    portal = ForeignKey(Portal, primary_key=True, null=False, on_delete=OnDelete.cascade)
    medicare_number = Text(default="", help_text="Ten digits: the ninth is the check, the tenth the issue")
    medicare_reference = Text(default="", help_text="The person's place on the card, 1 to 9")
    medicare_expiry = Text(default="", help_text="MM/YYYY, as on the card")
    health_fund = Text(default="")
    fund_number = Text(default="")
    version = Integer(default=1)
