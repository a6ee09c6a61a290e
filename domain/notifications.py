"""What a practice's people should know, until one of them archives it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from db.engine import Prepared, run
from db.ids import new_id
from domain import clock
from domain.permissions import Area, PlacePermission, may
from domain.places import FOUND, Place, finding

MOST_COUNTED = 100
"""The bell counts no further."""


class NotificationKind(StrEnum):
    """Each has its words in web/pages/practice/notifications.py."""

    INVITATION_ACCEPTED = "invitation-accepted"
    INVITATION_UNDELIVERABLE = "invitation-undeliverable"
    INVITATION_LOCKED = "invitation-locked"
    INVITATION_DECLINED = "invitation-declined"
    UPDATE_WAITING = "update-waiting"
    GUARDIANS_WAITING = "guardians-waiting"
    MEMBER_ACCEPTED = "member-accepted"
    MEMBER_DECLINED = "member-declined"


CAME_TO_NOTHING = (
    NotificationKind.INVITATION_UNDELIVERABLE,
    NotificationKind.INVITATION_LOCKED,
    NotificationKind.INVITATION_DECLINED,
)
"""What is told of an invitation until a newer one goes out."""

# $4: of whose profiles, since what is told of a patient is more than their name and contact (decision 29); $5: which
# kinds about patients are for this member; $6: whether those about members are.
READABLE = (
    "n.practice = $1 AND ((n.member IS NOT NULL AND $6::boolean)"
    " OR (n.patient IS NOT NULL AND n.kind = ANY ($5::text[])"
    f" AND EXISTS (SELECT FROM patient p WHERE p.id = n.patient AND {FOUND})))"
)
_waiting = Prepared(
    "SELECT count(*) AS many FROM (SELECT FROM notification n WHERE n.archived_at IS NULL"  # noqa: S608 - words of ours
    f" AND {READABLE}"
    f" LIMIT {MOST_COUNTED}) counted"
)


def reading(place: Place) -> tuple[object, ...]:
    """The values $1 to $6 of READABLE."""
    sees = may(place, PlacePermission.VIEW_INVITATIONS)
    kinds = [kind.value for kind in NotificationKind if sees or kind not in CAME_TO_NOTHING]
    about_patients = kinds if may(place, PlacePermission.VIEW_PATIENTS) else []
    return *finding(place, Area.PROFILES), about_patients, may(place, PlacePermission.CHANGE_MEMBERS)


async def waiting(place: Place) -> int:
    """How many there are that nobody has archived and this member may read; 100 stands for more."""
    row = await _waiting.first(*reading(place))
    return int(row["many"]) if row else 0


async def tell(
    kind: NotificationKind, practice: UUID, subject: UUID, *, patient: UUID | None = None, member: UUID | None = None
) -> None:
    """Writes a notification about a patient or a member, inside the caller's transaction. `subject` is the row that it
    tells of; of one kind and subject only one waits at a time."""
    await run(
        "INSERT INTO notification (id, practice, kind, patient, member, subject, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (subject, kind) WHERE archived_at IS NULL DO NOTHING",
        new_id(),
        practice,
        kind.value,
        patient,
        member,
        subject,
        clock.now(),
    )


async def settle_invitations(
    patients: Sequence[UUID], by: UUID, *kinds: NotificationKind, at: datetime | None = None
) -> None:
    """Archives what waits about all invitations of patients, inside the caller's transaction; `at` the moment of a
    newer invitation, with which it may come back."""
    await run(
        "UPDATE notification n SET archived_at = $3, archived_by = $4 FROM invitation i WHERE i.patient = ANY ($1)"
        " AND n.subject = i.id AND n.kind = ANY ($2::text[]) AND n.archived_at IS NULL",
        patients,
        [kind.value for kind in kinds],
        at or clock.now(),
        by,
    )


async def wait_again(invitations: Sequence[UUID]) -> None:
    """Of invitations that were taken back before their mail went, inside the caller's transaction: what was archived
    because they were made waits once more."""
    made = await run(
        "SELECT practice, created_at, sent_by, array_agg(patient) AS patients FROM invitation WHERE id = ANY ($1)"
        " AND sent_at = created_at GROUP BY practice, created_at, sent_by",
        invitations,
    )
    for one in made:
        await run(
            "UPDATE notification n SET archived_at = NULL, archived_by = NULL WHERE n.practice = $1"
            " AND n.archived_at = $2 AND n.archived_by = $3 AND n.kind = ANY ($4::text[])"
            " AND n.patient IN (SELECT unnest($5::uuid[])) AND NOT EXISTS (SELECT FROM notification w"
            "  WHERE w.subject = n.subject AND w.kind = n.kind AND w.archived_at IS NULL)",
            *(one[name] for name in ("practice", "created_at", "sent_by")),
            [kind.value for kind in CAME_TO_NOTHING],
            one["patients"],
        )


async def settle(kind: NotificationKind, subject: UUID, by: UUID | None) -> None:
    """Archives what waits about a row that asks for nothing more, inside the caller's transaction. `by` is the
    practice's account that dealt with it; None for anybody else."""
    await run(
        "UPDATE notification SET archived_at = $3, archived_by = $4"
        " WHERE subject = $1 AND kind = $2 AND archived_at IS NULL",
        subject,
        kind.value,
        clock.now(),
        by,
    )
