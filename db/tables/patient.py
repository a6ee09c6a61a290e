from piccolo.columns import UUID, Date, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.member import Member
from db.tables.portal import Portal
from db.tables.practice import Practice


class Patient(Table):
    """A practice's own record of a person, linked to at most one portal."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    portal = ForeignKey(Portal, null=True, on_delete=OnDelete.restrict)
    practitioner = ForeignKey(Member, null=True, on_delete=OnDelete.restrict)
    first_name = Text()
    last_name = Text()
    preferred_name = Text(default="")
    birth_date = Date(null=True, default=None)
    gender = Text(default="")
    phone = Text(default="")
    email = Text(default="")
    address = Text(default="")
    city = Text(default="")
    postcode = Text(default="")
    deceased_on = Date(null=True, default=None)
    source = Text(null=True, default=None, help_text="Where it was imported from; with source_id, the row's identity")
    source_id = Text(null=True, default=None)
    created_at = Timestamptz(default=None)
