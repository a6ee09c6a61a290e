"""Answering for a family: each is accepted, declined or left for later, all of it or nothing (K3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.engine import run, transaction
from domain import accounts, addresses, clock, passwords
from domain.errors import Changed, LinkClosed, Refused
from domain.invitations.accepting import finish, portal_for
from domain.invitations.answers import Answer
from domain.invitations.declining import decline_held
from domain.invitations.family.checking import Reply, WrongReplies, demand_right
from domain.invitations.family.opening import Family, demand_open, read
from domain.invitations.invitable import hold
from domain.invitations.opening import Invited
from domain.sessions import Session


@dataclass(frozen=True)
class NewLogin:
    """What somebody types who has no login yet."""

    name: str
    password: str


async def answer(
    row: UUID, version: int, replies: Sequence[Reply], who: Session | NewLogin | None
) -> dict[UUID, UUID | None]:
    """Does what was said, in one transaction: gives the portal of each invitation that was accepted, and None for one
    that was declined. `who`: the login that the email has, a new one where it has none, or None for somebody who only
    declines. The same said again by the same changes nothing and gives the same.

    Raises LinkClosed, 'wrong account' for another's login; Changed where somebody was quicker with one of them; Refused
    for the login; and WrongReplies, when nothing was done but that each wrong birth date was counted (B3).
    """
    family = await read(row, version)
    _demand_theirs(family, who)
    if (said := _said_before(family, who, replies)) is not None:
        return said
    demand_open(family)
    asked = _asked(family, replies)
    accepts = any(reply.answer for _, reply in asked)
    if accepts and who is None:
        raise Refused("Type your name and a password", "name")
    password_hash = await _password_hash(family, who) if accepts and isinstance(who, NewLogin) else ""
    await demand_right(asked, who.account if isinstance(who, Session) else None)
    async with transaction():
        await _hold(family, asked)
        account, name = await _account(family, who, password_hash)
        return await _do(asked, account, name)


def _demand_theirs(family: Family, who: Session | NewLogin | None) -> None:
    if isinstance(who, Session) and who.account != family.known:
        raise LinkClosed("wrong account", family.email)
    if family.known and not isinstance(who, Session):
        raise Refused(accounts.TAKEN)


def _said_before(
    family: Family, who: Session | NewLogin | None, replies: Sequence[Reply]
) -> dict[UUID, UUID | None] | None:
    """What came of the same answers when they were sent the first time: a button pressed twice."""
    account = who.account if isinstance(who, Session) else None
    stands = {one.id: one for one in family.answered}
    for reply in replies:
        one = stands.get(reply.invitation)
        if one is None or one.state != ("Accepted" if reply.answer else "Declined"):
            return None
        if reply.answer and one.accepted_by != account:
            return None
    return {reply.invitation: stands[reply.invitation].portal for reply in replies} if replies else None


def _asked(family: Family, replies: Sequence[Reply]) -> list[tuple[Invited, Reply]]:
    """Each answer with the one whom it is about, in the order in which their invitations are locked. Raises Changed for
    one who does not wait for an answer, or of another family."""
    waiting = {invited.id: invited for invited in family.waiting}
    if not replies:
        raise Refused("Choose Accept or Decline for at least one of them")
    if any(reply.invitation not in waiting for reply in replies):
        raise Changed
    return [(waiting[reply.invitation], reply) for reply in sorted(replies, key=lambda reply: reply.invitation)]


async def _password_hash(family: Family, who: NewLogin) -> str:
    """Before any birth date is looked at: a bad password costs no try."""
    await passwords.demand_good(who.password, personal=(who.name, family.email, family.practice.name))
    return await passwords.hashed(who.password)


async def _hold(family: Family, asked: Sequence[tuple[Invited, Reply]]) -> None:
    """The email first, then patients, then invitations, each in the order of their ids, as everybody does."""
    await addresses.hold(family.email_key)
    for patient in sorted(invited.patient for invited, _ in asked):
        await hold(family.practice.id, patient)
    ids = [invited.id for invited, _ in asked]
    await run("SELECT FROM invitation WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids)
    for invited, reply in asked:
        if reply.answer:
            await _claim(family, invited)


async def _claim(family: Family, invited: Invited) -> None:
    """One claiming update wins; whoever comes second is told."""
    claimed = await run(
        "UPDATE invitation SET state = 'Accepted', used_at = $4 WHERE id = $1 AND link_version = $2 AND family = $3"
        " AND state = 'Pending' AND expires_at > $4 RETURNING id",
        invited.id,
        invited.link_version,
        family.id,
        clock.now(),
    )
    if not claimed:
        raise Changed


async def _account(family: Family, who: Session | NewLogin | None, password_hash: str) -> tuple[UUID | None, str]:
    if isinstance(who, Session):
        return who.account, who.name
    if who is None or not password_hash:
        return None, ""
    return await accounts.create(who.name, family.email, password_hash), who.name


async def _do(asked: Sequence[tuple[Invited, Reply]], account: UUID | None, name: str) -> dict[UUID, UUID | None]:
    """Raises WrongReplies for everybody whose portal cannot be linked, which undoes the rest."""
    portals: dict[UUID, UUID | None] = {}
    wrong: dict[UUID, Refused] = {}
    for invited, reply in asked:
        try:
            portals[invited.id] = await _do_one(invited, reply.answer, account, name)
        except Refused as refused:
            wrong[invited.id] = refused
            if refused.__cause__:  # the database said no, so this transaction can say nothing more
                break
        except LinkClosed as closed:
            raise Changed from closed
    if wrong:
        raise WrongReplies(wrong)
    return portals


async def _do_one(invited: Invited, said: Answer | None, account: UUID | None, name: str) -> UUID | None:
    if said is None:
        await decline_held(invited, account)
        return None
    assert account is not None
    portal = await portal_for(invited, said, account, name)
    await finish(invited, account, portal, said)
    return portal
