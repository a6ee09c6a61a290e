"""Clinical notes: what practitioners write about patients. Whom a note is shared with is its author's to say."""

from domain.notes.reading import NEWEST, Note, Notes, of_patient, one, read
from domain.notes.writing import LONGEST, share, write

__all__ = ["LONGEST", "NEWEST", "Note", "Notes", "of_patient", "one", "read", "share", "write"]
