"""What the link of a family invitation is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.engine import run
from db.tables.invitation import InvitationState
from domain import clock
from domain.errors import LinkClosed
from domain.invitations.opening import INVITED, Invited, invited, whom_to_ask
from domain.portals import called
from domain.practices import Practice

SHOWN = (InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.LOCKED)
WHY_CLOSED = {
    InvitationState.ACCEPTED: "used",
    InvitationState.DECLINED: "declined",
    InvitationState.LOCKED: "locked",
    InvitationState.CANCELLED: "cancelled",
}
"""Why there is nothing to answer: the first that is true of anybody."""


@dataclass(frozen=True)
class Answered:
    """One of the family whom nobody is asked about any more; `linked`: they have a portal by another way."""

    id: UUID
    called: str
    state: InvitationState
    linked: bool
    accepted_by: UUID | None
    portal: UUID | None


@dataclass(frozen=True)
class Family:
    """A family invitation: those whom an answer is asked about, the youngest first, and those who have one. Of each
    nothing is told to whoever holds the link but what to call them."""

    id: UUID
    practice: Practice
    email: str
    email_key: str
    message: str
    expires_at: datetime
    known: UUID | None
    """The account that the email has by now."""
    portal_name: str
    """Of the portal that this account owns; '' for none."""
    waiting: tuple[Invited, ...]
    answered: tuple[Answered, ...]
    closed: str
    """Why there is nothing to answer; '' while somebody waits."""


async def family_of(row: UUID, version: int) -> Family:
    """The family invitation that a link names. Raises LinkClosed, also where nobody waits for an answer."""
    family = await read(row, version)
    demand_open(family)
    return family


def demand_open(family: Family) -> None:
    """Raises LinkClosed where nobody waits for an answer."""
    if family.closed:
        raise LinkClosed(family.closed, practice=whom_to_ask(family.practice.name, family.practice.phone))


async def read(row: UUID, version: int) -> Family:
    """The same, also where everybody has an answer. Raises LinkClosed 'malformed', 'cancelled' or 'ended'. Whoever was
    sent an invitation of their own since is no longer of the family."""
    rows = await run(
        f"{INVITED} JOIN family_invitation f ON f.id = i.family WHERE f.id = $1 AND f.link_version = $2"
        " ORDER BY p.birth_date DESC, p.id",
        row,
        version,
    )
    if not rows:
        raise LinkClosed(await _why_nobody(row))
    waiting = [one for one in rows if _waits(one)]
    others = [one for one in rows if one not in waiting]
    first = invited(rows[0])
    return Family(
        id=row,
        practice=first.practice,
        email=first.email,
        email_key=first.email_key,
        message=first.message,
        expires_at=max(one["expires_at"] for one in waiting or others),
        known=first.known,
        portal_name=first.portal_name,
        waiting=tuple(invited(one) for one in waiting),
        answered=tuple(_answered(one) for one in others if one["state"] in SHOWN or _linked(one)),
        closed="" if waiting else _why_closed(others),
    )


async def _why_nobody(row: UUID) -> str:
    return "ended" if await run("SELECT FROM family_invitation WHERE id = $1", row) else "malformed"


def _waits(row: dict[str, Any]) -> bool:
    open_still = row["state"] == InvitationState.PENDING and row["expires_at"] > clock.now()
    return open_still and not row["needless"] and not row["linked"]


def _linked(row: dict[str, Any]) -> bool:
    return bool(row["linked"] and row["state"] == InvitationState.PENDING)


def _why_closed(rows: list[dict[str, Any]]) -> str:
    states = {row["state"] for row in rows}
    said = [why for state, why in WHY_CLOSED.items() if state in states]
    if any(_linked(row) for row in rows):
        said.append("linked")
    if all(row["needless"] for row in rows):
        said.append("cancelled")
    return said[0] if said else "expired"


def _answered(row: dict[str, Any]) -> Answered:
    return Answered(
        id=row["id"],
        called=called(row["first_name"], row["preferred_name"]),
        state=InvitationState(row["state"]),
        linked=_linked(row),
        accepted_by=row["accepted_by"],
        portal=row["opened"],
    )


async def accepted_by(account: UUID, row: UUID) -> bool:
    """Whether a login has accepted anybody of a family with its link."""
    return bool(await run("SELECT FROM invitation WHERE family = $1 AND accepted_by = $2 LIMIT 1", row, account))
