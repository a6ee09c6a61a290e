"""Inviting hundreds of patients at once, with one outcome each that can be counted on (B10, K8, decision 15)."""

from db.tables.bulk_invitation import BulkOutcome
from domain.invitations.bulk.cancelling import cancel
from domain.invitations.bulk.draft import BulkDraft, Shown
from domain.invitations.bulk.found import Bulk
from domain.invitations.bulk.inviting import HELD_FOR, invite
from domain.invitations.bulk.listing import every
from domain.invitations.bulk.preview import BulkPreview, preview
from domain.invitations.bulk.reading import Outcome, Outcomes, Phase, Standing, lines, outcomes, read
from domain.invitations.bulk.retrying import retry

__all__ = [
    "HELD_FOR", "Bulk", "BulkDraft", "BulkOutcome", "BulkPreview", "Outcome", "Outcomes", "Phase", "Shown", "Standing",
    "cancel", "every", "invite", "lines", "outcomes", "preview", "read", "retry",
]  # fmt: skip
