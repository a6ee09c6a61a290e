from piccolo.columns import UUID, Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.member import Member
from db.tables.portal import Portal
from db.tables.practice import Practice


class Patient(Table):
    """A practice's own record of a person, linked to at most one portal.

    `code` stands for the name wherever names are hidden (decision 18). The keys are what people search and sort by:
    whoever writes a name, email, phone or city writes them too, with `db.keys.patient_keys`.
    """

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
    emergency_name = Text(default="")
    emergency_phone = Text(default="")
    code = Text(help_text="KT and six digits, once in a practice, the same for ever")
    last_key = Text(default="")
    first_key = Text(default="")
    preferred_key = Text(default="")
    email_key = Text(default="")
    phone_key = Text(default="")
    city_key = Text(default="")
    active = Boolean(default=True, help_text="Whether the practice looks after them now; FHIR's Patient.active")
    version = Integer(default=1, help_text="Raised by every change of details")


class PatientRevocation(Table, tablename="patient_revocation"):
    """One practitioner kept from one patient, whom they no longer find."""

    id = UUID(primary_key=True, default=new_id)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.cascade)
    member = ForeignKey(Member, null=False, on_delete=OnDelete.cascade)
    revoked_by = ForeignKey(Account, null=False, on_delete=OnDelete.restrict)
    revoked_at = Timestamptz(default=None)
