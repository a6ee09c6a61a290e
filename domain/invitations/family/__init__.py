"""One invitation for several patients with one email: each accepted or declined on one page (K3)."""

from domain.invitations.family.delivery import failed

__all__ = ["failed"]
