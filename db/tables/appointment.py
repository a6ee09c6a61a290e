from enum import StrEnum

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.member import Member
from db.tables.patient import Patient
from db.tables.practice import Practice


class AppointmentType(Table, tablename="appointment_type"):
    """What an appointment is for. `name_for_others` is what people with Administrative access read."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    name = Text()
    name_for_others = Text()
    minutes = Integer(default=30)


class AppointmentStatus(StrEnum):
    BOOKED = "Booked"
    CANCELLED = "Cancelled"


class Appointment(Table):
    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.restrict)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.restrict)
    practitioner = ForeignKey(Member, null=False, on_delete=OnDelete.restrict)
    type = ForeignKey(AppointmentType, null=False, on_delete=OnDelete.restrict)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    place = Text(default="")
    reason = Text(default="", help_text="Why the patient comes: clinical")
    status = Text(choices=AppointmentStatus, default=AppointmentStatus.BOOKED)
    cancelled_at = Timestamptz(null=True, default=None)
    cancelled_by = ForeignKey(Account, null=True, on_delete=OnDelete.restrict)
