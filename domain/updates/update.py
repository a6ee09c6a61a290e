"""What an update is to those who read it at the practice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.tables.patient_update import FieldState, UpdateState
from domain.updates import fields


@dataclass(frozen=True)
class Change:
    """One detail of an update, as people read it. `present` is what the practice has now."""

    field: str
    label: str
    before: str
    after: str
    present: str
    state: FieldState
    reason: str
    changed_by: str
    """Who made it, and what they are: "Theo Almeida, with access"."""
    changed_at: datetime
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True)
class Update:
    """A change by a patient of their own details. `version` and `patient_version` are what a decision is made on."""

    id: UUID
    patient: UUID
    patient_name: str
    portal: UUID
    state: UpdateState
    version: int
    patient_version: int
    changed_at: datetime
    changes: tuple[Change, ...]

    @property
    def waiting(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.state is FieldState.WAITING)

    @property
    def decided(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.state is not FieldState.WAITING)

    @property
    def just_decided(self) -> tuple[Change, ...]:
        """What the last decision was about."""
        last = max((change.decided_at for change in self.changes if change.decided_at), default=None)
        return tuple(change for change in self.decided if change.decided_at == last)

    @property
    def last_step(self) -> str:
        """Who touched it last, and how, as a sentence: what somebody is told whose form was older."""
        for change in self.just_decided:
            if change.decided_by and change.decided_at and change.decided_at >= self.changed_at:
                return f"{change.decided_by} decided this a moment ago"
        return "This changed a moment ago"


def built(
    row: Mapping[str, Any], name: str, patient_version: int, lines: list[dict[str, Any]], present: Mapping[str, str]
) -> Update:
    """An update of its row and the rows of its details, which come in the order of the pages; `present` is what the
    practice has now, by field."""
    ordered = sorted(lines, key=lambda line: fields.FIELDS.index(line["field"]))
    return Update(
        id=row["id"],
        patient=row["patient"],
        patient_name=name,
        portal=row["portal"],
        state=UpdateState(row["state"]),
        version=row["version"],
        patient_version=patient_version,
        changed_at=row["changed_at"],
        changes=tuple(_change(line, present) for line in ordered),
    )


def _change(line: Mapping[str, Any], present: Mapping[str, str]) -> Change:
    field = line["field"]
    return Change(
        field=field,
        label=fields.LABELS[field],
        before=fields.words(field, line["before"]),
        after=fields.words(field, line["after"]),
        present=fields.words(field, present.get(field, "")),
        state=FieldState(line["state"]),
        reason=line["reason"],
        changed_by=line["changed_by"],
        changed_at=line["changed_at"],
        decided_by=line["decided_by"],
        decided_at=line["decided_at"],
    )
