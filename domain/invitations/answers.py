"""What somebody says who accepts an invitation, and whether it is right."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from db.engine import run, transaction
from domain import audit, bases
from domain.errors import LinkClosed, Refused
from domain.invitations import staff
from domain.invitations.opening import MOST_TRIES, Invited, linkable, whom_to_ask
from domain.notifications import NotificationKind, tell
from domain.requests import LOOKED_AFTER


@dataclass(frozen=True)
class Dependant:
    """Somebody whom the one who accepts looks after, and who has no portal yet: their whole name, what they are to the
    guardian, and on what ground."""

    name: str
    relationship: str
    basis: str


@dataclass(frozen=True)
class Answer:
    """The patient's birth date, and whom the invitation is about: a Dependant who gets a portal, the id of a portal
    that the one who accepts looks after already, or None for themself. `sure`: that it is they, though the names
    differ."""

    birth_date: date
    about: Dependant | UUID | None = None
    sure: bool = False


async def demand_right(invited: Invited, answer: Answer, account: UUID | None) -> None:
    """Raises Refused for an answer that cannot be true or a wrong birth date, and LinkClosed('locked') for the fifth
    of those, of which the practice is told (B3). A wrong one is counted whatever becomes of the caller."""
    await demand_no_staff(invited)
    await demand_fitting(invited, answer, account)
    await demand_birth_date(invited, answer.birth_date, account)


async def demand_no_staff(invited: Invited) -> None:
    """Asked again, since people change where they work (decision 14)."""
    if await staff.works_anywhere(invited.practice.id, invited.email_key):
        raise Refused(
            f"A patient portal cannot be opened with this email address. Ask {invited.practice.name} to send the"
            " invitation to another one"
        )


async def demand_fitting(invited: Invited, answer: Answer, account: UUID | None) -> None:
    """Raises Refused for an answer that cannot be true: whom it is about, and why they act."""
    if answer.about is None and invited.is_child:
        raise Refused(f"{invited.called} is too young for a login. Choose that you look after them", "guardian")
    if isinstance(answer.about, Dependant):
        if not invited.is_adult and answer.about.relationship not in LOOKED_AFTER:
            raise Refused("Choose what they are to you, not what you are to them", "relationship")
        bases.demand_fitting(answer.about.basis, answer.about.relationship)
        if invited.is_adult and answer.about.basis == bases.PARENTAL:
            raise Refused("They are an adult. Choose why you act for them", "basis")
    if isinstance(answer.about, UUID):
        theirs = await linkable(account, invited.practice.id) if account else []
        if answer.about not in {one.id for one in theirs}:
            raise Refused("Choose whom this is about", "guardian")


async def demand_birth_date(invited: Invited, typed: date, account: UUID | None) -> None:
    """Raises Refused for a wrong one, and LinkClosed('locked') for the fifth."""
    if not await _is_the_birth_date(invited, typed, account):
        raise Refused(_wrong(invited.practice.name, invited.tries_left - 1), "birth_date")


async def _is_the_birth_date(invited: Invited, typed: date, account: UUID | None) -> bool:
    async with transaction():
        rows = await run(
            "SELECT i.tries, i.state, p.birth_date FROM invitation i JOIN patient p ON p.id = i.patient"
            " WHERE i.id = $1 AND i.link_version = $2 FOR UPDATE OF i",
            invited.id,
            invited.link_version,
        )
        if not rows or rows[0]["state"] != "Pending":
            raise LinkClosed(_closed(rows[0]["state"]) if rows else "ended")
        if rows[0]["birth_date"] == typed:
            return True
        tries = rows[0]["tries"] + 1
        await _count(invited, tries, account)
    if tries >= MOST_TRIES:
        raise LinkClosed("locked", practice=whom_to_ask(invited.practice.name, invited.practice.phone))
    return False


def _closed(state: str) -> str:
    whys = {"Accepted": "used", "Cancelled": "cancelled", "Declined": "declined", "Locked": "locked"}
    return whys.get(state, "expired")


async def _count(invited: Invited, tries: int, account: UUID | None) -> None:
    locked = tries >= MOST_TRIES
    await run(
        "UPDATE invitation SET tries = $2, state = CASE WHEN $3::boolean THEN 'Locked' ELSE state END WHERE id = $1",
        invited.id,
        tries,
        locked,
    )
    practice = invited.practice.id
    if locked:
        await tell(NotificationKind.INVITATION_LOCKED, practice, invited.id, patient=invited.patient)
    kind = "invitation:lock" if locked else "invitation:wrong-birth-date"
    await audit.record(kind, account=account, practice=practice, subject=invited.id)


def _wrong(practice: str, left: int) -> str:
    tries = "one try" if left == 1 else f"{left} tries"
    return f"This is not the birth date that {practice} has. You have {tries} left"
