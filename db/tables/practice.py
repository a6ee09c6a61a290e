from enum import StrEnum

from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table

from db.ids import new_id


class UpdateMode(StrEnum):
    """What becomes of a change that a patient makes of their own details (Patient Updates)."""

    AUTO = "Auto update"
    APPROVAL = "Require approval"
    DISABLED = "Disabled"


class Practice(Table):
    """A clinic. Its times are in its own zone."""

    id = UUID(primary_key=True, default=new_id)
    slug = Text(unique=True)
    name = Text()
    timezone = Text()
    phone = Text(default="")
    email = Text(default="")
    address = Text(default="")
    created_at = Timestamptz(default=None)
    invitations = Boolean(default=True, help_text="Whether practitioners may invite patients")
    updates = Text(default=UpdateMode.APPROVAL, choices=UpdateMode)
    note_sharing = Boolean(default=False, help_text="Whether other practitioners read a clinical note")
    settings_version = Integer(default=1)
