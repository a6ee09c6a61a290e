"""Updates: changes that patients make to their own details, on their way into each practice's patient (S3.5).

Every practice takes them by its own mode: at once, after its yes, or not at all (decision 17).
"""

from db.tables.patient_update import FieldState
from domain.updates.deciding import DECIDE_SOMETHING, LONGEST_REASON, Decision, decide
from domain.updates.fields import FIELDS, LABELS
from domain.updates.listing import Updates, WaitingUpdate, read, waiting
from domain.updates.reading import history, one
from domain.updates.sending import Sent, send
from domain.updates.told import Told, told
from domain.updates.update import Change, Update

__all__ = [
    "DECIDE_SOMETHING", "FIELDS", "LABELS", "LONGEST_REASON", "Change", "Decision", "FieldState", "Sent",
    "Told", "Update", "Updates", "WaitingUpdate", "decide", "history", "one", "read", "send", "told", "waiting",
]  # fmt: skip
