"""Whether what was said about each of a family is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import Changed, DomainError, LinkClosed, Refused
from domain.invitations.answers import Answer, demand_birth_date, demand_fitting, demand_no_staff
from domain.invitations.opening import Invited


@dataclass(frozen=True)
class Reply:
    """What is said about one of a family: the answer that accepts, or None, which declines."""

    invitation: UUID
    answer: Answer | None


class WrongReplies(DomainError):
    """What is wrong, by invitation: nothing was accepted or declined."""

    def __init__(self, wrong: dict[UUID, Refused]) -> None:
        super().__init__("wrong replies")
        self.wrong = wrong


async def demand_right(asked: Sequence[tuple[Invited, Reply]], account: UUID | None) -> None:
    """Raises WrongReplies for all that cannot be true; only where nothing is, birth dates are looked at, all of them,
    and each wrong one is counted for its own invitation whatever becomes of the caller (B3). Raises Refused for an
    email of staff (decision 14), and Changed for an invitation that was answered meanwhile."""
    accepted = [(invited, reply.answer) for invited, reply in asked if reply.answer]
    if not accepted:
        return
    await demand_no_staff(accepted[0][0])
    unfit = {invited.id: await _unfit(invited, answer, account) for invited, answer in accepted}
    unfit |= _twice(accepted)
    _demand_none(unfit)
    _demand_none({invited.id: await _wrong_date(invited, answer, account) for invited, answer in accepted})


def _demand_none(wrong: dict[UUID, Refused | None]) -> None:
    if said := {invitation: refused for invitation, refused in wrong.items() if refused}:
        raise WrongReplies(said)


async def _unfit(invited: Invited, answer: Answer, account: UUID | None) -> Refused | None:
    """An adult of the family answers for themself; everybody younger is looked after by the one who answers."""
    if invited.is_adult != (answer.about is None):
        return Refused("Choose whose portal it becomes", "guardian")
    try:
        await demand_fitting(invited, answer, account)
    except Refused as refused:
        return refused
    return None


def _twice(accepted: Sequence[tuple[Invited, Answer]]) -> dict[UUID, Refused | None]:
    """Portals are one person's: nobody's is chosen for two."""
    chosen: list[object] = [answer.about for _, answer in accepted if isinstance(answer.about, UUID)]
    words = "You chose this portal for somebody else too. Choose another, or a new one"
    return {one.id: Refused(words, "guardian") for one, answer in accepted if chosen.count(answer.about) > 1}


async def _wrong_date(invited: Invited, answer: Answer, account: UUID | None) -> Refused | None:
    try:
        await demand_birth_date(invited, answer.birth_date, account)
    except Refused as refused:
        return refused
    except LinkClosed as closed:
        if closed.why != "locked":
            raise Changed from closed
        words = f"The birth date of {invited.called} was wrong five times, so their invitation is locked"
        return Refused(f"{words}. Ask {closed.practice} to check it and to send a new one")
    return None
