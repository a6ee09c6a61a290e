"""A practice's emailed offers to its patients to open a portal, or to link the one that they have."""

from db.tables.invitation import InvitationState
from domain.invitations.accepting import accept, accepted, set_up_and_accept
from domain.invitations.answers import Answer, Dependant
from domain.invitations.cancelling import cancel, cancel_all, cancel_for_the_dead, waiting
from domain.invitations.declining import decline
from domain.invitations.delivery import failed
from domain.invitations.history import PatientPortal, of_patient
from domain.invitations.lapses import sweep
from domain.invitations.linking import awaits_word
from domain.invitations.listing import Invitations, Listed, one, read
from domain.invitations.opening import Invited, Linkable, invited_by, linkable
from domain.invitations.resending import resend
from domain.invitations.sending import Draft, Invitee, invitee, preview, send

__all__ = [
    "Answer", "Dependant", "Draft", "InvitationState", "Invitations", "Invited", "Invitee",
    "Linkable", "Listed", "PatientPortal",
    "accept", "accepted", "awaits_word", "cancel", "cancel_all", "cancel_for_the_dead", "decline", "failed",
    "invited_by", "invitee", "linkable", "of_patient", "one", "preview", "read", "resend", "send", "set_up_and_accept",
    "sweep", "waiting",
]  # fmt: skip
