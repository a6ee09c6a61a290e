"""Inviting hundreds of patients at once, with one outcome each that can be counted on (B10, K8, decision 15)."""

from db.tables.bulk_invitation import BulkOutcome
from domain.invitations.bulk.advice import advice
from domain.invitations.bulk.cancelling import CalledOff, cancel
from domain.invitations.bulk.draft import BulkDraft, Shown
from domain.invitations.bulk.found import Bulk
from domain.invitations.bulk.inviting import HELD_FOR, invite
from domain.invitations.bulk.listing import Listed, every, just_made, lately
from domain.invitations.bulk.preview import BulkPreview, preview
from domain.invitations.bulk.reading import Outcome, Outcomes, Phase, Standing, lines, outcomes, read
from domain.invitations.bulk.retrying import retry

__all__ = [
    "HELD_FOR", "Bulk", "BulkDraft", "BulkOutcome", "BulkPreview", "CalledOff", "Listed", "Outcome", "Outcomes",
    "Phase", "Shown", "Standing", "advice", "cancel", "every", "invite", "just_made", "lately", "lines", "outcomes",
    "preview", "read", "retry",
]  # fmt: skip
