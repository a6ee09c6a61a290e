from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.member import Member
from db.tables.patient import Patient
from db.tables.practice import Practice


class Note(Table):
    """A practitioner's clinical note about a patient; the patient reads it once it is `shared`."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.restrict)
    author = ForeignKey(Member, null=False, on_delete=OnDelete.restrict)
    words = Text()
    shared = Boolean(default=False)
    version = Integer(default=1)
    written_at = Timestamptz(default=None)
    shared_at = Timestamptz(null=True, default=None)
