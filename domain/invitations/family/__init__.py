"""One invitation for several patients with one email: each accepted or declined on one page (K3)."""

from domain.invitations.family.answering import NewLogin, answer
from domain.invitations.family.checking import Reply, WrongReplies
from domain.invitations.family.delivery import failed
from domain.invitations.family.opening import Answered, Family, accepted_by, family_of, read

__all__ = [
    "Answered", "Family", "NewLogin", "Reply", "WrongReplies",
    "accepted_by", "answer", "failed", "family_of", "read",
]  # fmt: skip
