from piccolo.columns import UUID, Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.member import Member
from db.tables.patient import Patient
from db.tables.practice import Practice


class Report(Table):
    """A question over patients. Without a name it is not saved yet, and only its maker's."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    type = Text(help_text="The name of a report type, such as Case Load")
    name = Text(default="")
    filters = Text(default="{}", help_text="JSON: what the report type's filters say")
    shared = Boolean(default=False, help_text="With everybody of the practice who reads reports")
    version = Integer(default=1, help_text="Raised by every change of its filters")
    created_at = Timestamptz(default=None)
    changed_at = Timestamptz(default=None)
    removed_at = Timestamptz(null=True, default=None)


class ReportRun(Table, tablename="report_run"):
    """When a member last ran a report, and what was counted then. Whom they chose from it hangs on it."""

    id = UUID(primary_key=True, default=new_id)
    report = ForeignKey(Report, null=False, on_delete=OnDelete.cascade)
    member = ForeignKey(Member, null=False, on_delete=OnDelete.cascade)
    report_version = Integer()
    reads = Text(help_text="How much the member read then: with another place the counts are not theirs to see")
    many = Integer()
    picture = Text(default="[]", help_text="JSON: what the report's picture is drawn from")
    ran_at = Timestamptz(default=None)


class ChosenPatient(Table, tablename="chosen_patient"):
    """A patient whom a member has ticked in the results of a report."""

    id = UUID(primary_key=True, default=new_id)
    run = ForeignKey(ReportRun, null=False, on_delete=OnDelete.cascade)
    patient = ForeignKey(Patient, null=False, on_delete=OnDelete.cascade)
