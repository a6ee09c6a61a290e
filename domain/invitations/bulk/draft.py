"""What a member says who invites many, and what they were shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BulkDraft:
    """The practice's own `message`, or the name of a communication `template`."""

    message: str = ""
    template: str = ""


@dataclass(frozen=True)
class Shown:
    """What the form was drawn from: the report's version, and the digest of the outcomes and templates that it
    showed."""

    version: int
    digest: str
