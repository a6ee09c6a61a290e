from piccolo.columns import UUID, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.member import Member
from db.tables.patient import Patient
from db.tables.practice import Practice


class Notification(Table):
    """Something that a practice's people should know: about a patient, whom whoever reads it must be able to find, or
    about a member. Who archives it archives it for all. Of one kind and subject one waits at the
    most."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    kind = Text()
    patient = ForeignKey(Patient, null=True, on_delete=OnDelete.cascade)
    member = ForeignKey(Member, null=True, on_delete=OnDelete.cascade)
    subject = UUID(default=None, help_text="The row that it tells of")
    created_at = Timestamptz(default=None)
    archived_at = Timestamptz(null=True, default=None)
    archived_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
