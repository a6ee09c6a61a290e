from piccolo.columns import UUID, ForeignKey, Text
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.patient import Patient
from db.tables.practice import Practice


class Tag(Table):
    """A word of a practice's own by which it groups patients, such as "Diabetes recall"."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    name = Text()
    name_key = Text(help_text="db.keys.key of the name: case and accents do not tell two tags apart")


class PatientTag(Table, tablename="patient_tag"):
    id = UUID(primary_key=True, default=new_id)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.cascade)
    tag = ForeignKey(Tag, null=False, on_delete=OnDelete.cascade)
