"""What became of an import."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

Progress = Callable[[int, int], None]
"""Told, as an import runs, how many rows of how many are done."""


class Fault(NamedTuple):
    """A row that was not taken: in which file, on which line (from 1) it begins, and why. Nothing of the row itself."""

    file: str
    line: int
    reason: str


class BadRow(Exception):
    """One row cannot be taken. Its text is the reason, without a word of what stands there."""


@dataclass
class Tally:
    """How many rows were new, changed what was there, or were there already."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def add(self, other: "Tally") -> None:
        """Counts what `other` has counted too."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged


@dataclass
class Outcome(Tally):
    """The patients, and for a Synthea folder what came with them. With `errors` they add up to the rows read."""

    errors: list[Fault] = field(default_factory=list)
    allergies: Tally = field(default_factory=Tally)
    immunisations: Tally = field(default_factory=Tally)

    @property
    def changed_something(self) -> bool:
        """Whether anything was written."""
        return any(tally.created or tally.updated for tally in (self, self.allergies, self.immunisations))
