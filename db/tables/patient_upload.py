from enum import StrEnum

from piccolo.columns import UUID, Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from db.ids import new_id
from db.tables.account import Account
from db.tables.practice import Practice


class UploadState(StrEnum):
    READ = "Read"
    WAITING = "Waiting"
    RUNNING = "Running"
    DONE = "Done"
    FAILED = "Failed"


class PatientUpload(Table, tablename="patient_upload"):
    """A file of patients that somebody sent, from its preview to its end. The content goes when it has ended."""

    id = UUID(primary_key=True, default=new_id)
    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    file_name = Text()
    content = Bytea(default=b"")
    state = Text(choices=UploadState)
    rows = Integer(default=0)
    done = Integer(default=0)
    created = Integer(default=0)
    updated = Integer(default=0)
    unchanged = Integer(default=0)
    refused = Integer(default=0)
    faults = Text(default="[]", help_text="JSON: [[line, reason], …], the first of them")
    uploaded_at = Timestamptz(default=None)
    claim = UUID(null=True, default=None, help_text="Drawn by the worker that runs it")
    claimed_until = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
