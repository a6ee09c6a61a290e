from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.practice import Practice


class CommunicationTemplate(Table, tablename="communication_template"):
    """A practice's reusable message text, with terms such as [Patient First Name]."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    name = Text()
    body = Text()
    version = Integer(default=1)
    created_at = Timestamptz(default=None)
    removed_at = Timestamptz(null=True, default=None)
