"""How often a practice may write to one address with its invitations, and how often a birth date may be guessed."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from db.engine import run
from domain import addresses, attempts, clock, sessions
from domain.errors import Refused, TooMany

A_DAY, A_DAYS_LENGTH = 5, timedelta(days=1)
SPENT = f"{A_DAY} invitations have gone to this email today. Ask whether they arrived, or try again tomorrow"
MOST_WRONG, COUNTED_FOR = 15, timedelta(days=30)
GUESSED = (
    f"Their birth date was wrong {MOST_WRONG} times within 30 days. Check it with them in person or by phone;"
    " they can be invited again 30 days after the last invitation"
)


async def spend(practice: UUID, email: str, *, field: str = "") -> None:
    """Counts one mail of a practice to one address, whichever patient it is about, in the caller's transaction: five in
    a day. Raises Refused at `field`."""
    try:
        await attempts.spend({_key(practice, addresses.email_key(email)): A_DAY}, A_DAYS_LENGTH)
    except TooMany as error:
        raise Refused(SPENT, field) from error


def _key(practice: UUID, email_key: str) -> str:
    return f"invite:{practice}:{sessions.token_hash(email_key).hex()[:32]}"


async def spent(practice: UUID, email_keys: Collection[str]) -> set[str]:
    """Which of these emails have had their mails of a day."""
    keys = {_key(practice, email): email for email in email_keys}
    return {keys[key] for key in await attempts.spent(list(keys), A_DAY, A_DAYS_LENGTH)}


async def spend_many(practice: UUID, email_keys: Collection[str], at: datetime) -> None:
    """Counts one mail to each of these emails at a moment, in the caller's transaction. Whether they have any left
    `spent` says; the caller sees to it that two who send many wait for each other."""
    await attempts.count([_key(practice, email) for email in email_keys], at)


async def give_back(practice: UUID, email_keys: Collection[str], at: datetime) -> None:
    """Takes back what was counted for mails that never went."""
    await attempts.take_back([_key(practice, email) for email in email_keys], at)


async def demand_tries_left(patient: UUID) -> None:
    """Raises Refused, before anybody gets five tries more, once fifteen birth dates of a patient were wrong within 30
    days: with any number of invitations nobody guesses on."""
    rows = await run(
        "SELECT coalesce(sum(tries + wrong_before), 0) AS wrong FROM invitation WHERE patient = $1 AND sent_at > $2",
        patient,
        clock.now() - COUNTED_FOR,
    )
    if rows[0]["wrong"] >= MOST_WRONG:
        raise Refused(GUESSED)
