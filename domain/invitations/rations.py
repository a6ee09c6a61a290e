"""How often a practice may write to one address with its invitations, and how often a birth date may be guessed."""

from datetime import timedelta
from uuid import UUID

from db.engine import run
from domain import addresses, attempts, clock, sessions
from domain.errors import Refused, TooMany

A_DAY = 5
MOST_WRONG, COUNTED_FOR = 15, timedelta(days=30)


async def spend(practice: UUID, email: str, *, field: str = "") -> None:
    """Counts one mail of a practice to one address, whichever patient it is about, in the caller's transaction: five in
    a day. Raises Refused at `field`."""
    hidden = sessions.token_hash(addresses.email_key(email)).hex()[:32]
    try:
        await attempts.spend({f"invite:{practice}:{hidden}": A_DAY}, timedelta(days=1))
    except TooMany as error:
        words = f"{A_DAY} invitations have gone to this email today. Ask whether they arrived, or try again tomorrow"
        raise Refused(words, field) from error


async def demand_tries_left(patient: UUID) -> None:
    """Raises Refused, before anybody gets five tries more, once fifteen birth dates of a patient were wrong within 30
    days: with any number of invitations nobody guesses on."""
    rows = await run(
        "SELECT coalesce(sum(tries + wrong_before), 0) AS wrong FROM invitation WHERE patient = $1 AND sent_at > $2",
        patient,
        clock.now() - COUNTED_FOR,
    )
    if rows[0]["wrong"] >= MOST_WRONG:
        raise Refused(
            f"Their birth date was wrong {MOST_WRONG} times within 30 days. Check it with them in person or by phone;"
            " they can be invited again 30 days after the last invitation"
        )
