"""What the product refuses to do. web/errors.py turns each into a page."""

from datetime import datetime


class DomainError(Exception):
    """The root of all refusals."""


class NotFound(DomainError):
    """It does not exist, was never yours, or is yours no longer. Nobody is told which (decision 11)."""


class NotPermitted(DomainError):
    """Inside a portal that one can open, but not this."""


class Refused(DomainError):
    """A rule says no. `words` tell the person what happened and what to do; `field` is where in the form."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class Changed(DomainError):
    """The row changed since the form was drawn: show the new one first (decision 3)."""


class LinkClosed(DomainError):
    """A mailed link that opens nothing. `why`: 'malformed', 'expired', 'used', 'cancelled', 'ended' (a newer
    one was sent), 'another' (opened since in this browser), 'locked' (too many wrong birth dates), 'linked' (the
    patient has a portal by another way), 'declined' or 'wrong account'. `email` is where it was sent to, for whoever
    shows that the link reached them; `practice` says whom to ask, with their phone."""

    def __init__(self, why: str, email: str = "", practice: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.email = email
        self.practice = practice


class TrailUnwritable(DomainError):
    """The trail cannot be written, so nothing that belongs in it may happen now."""


class TooMany(DomainError):
    """A ration is used up; `until` is when to come again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many")
        self.until = until
