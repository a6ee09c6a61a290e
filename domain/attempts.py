"""Rations: how often something may be tried. Counted in the database, for all processes together."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from db.engine import run, transaction
from domain import clock
from domain.errors import Refused, TooMany

WINDOW = timedelta(minutes=5)
LOGIN_PER_ACCOUNT, LOGIN_PER_NETWORK, LOGIN_OVER_ALL = 10, 100, 1000
MAILS_PER_ADDRESS, MAILS_PER_NETWORK, RESETS_PER_ADDRESS = 3, 20, 10
MAIL_WINDOW = timedelta(hours=1)
ASKING_A_DAY, OPENING_A_DAY, JOINING_A_DAY = 10, 10, 50


def network(address: str) -> str:
    """The /24 (IPv4) or /64 (IPv6) of an address, or the text itself when it is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return address or "unknown"
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or IPv6Address(int(found))
    return str(ip_network((found, 24 if found.version == 4 else 64), strict=False))


async def spend(rations: dict[str, int], window: timedelta) -> None:
    """Counts one try against each key, or none at all: raises TooMany when one of them has had its number within
    `window`. Keys hold ids, networks or hashes, never an email."""
    keys, now = sorted(rations), clock.now()
    async with transaction():
        # One after the other for each key, and the keys in one order, so that nobody waits in a circle.
        await run("SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key", keys)
        used = await run(
            "SELECT key, count(*) AS tries, min(at) AS first FROM attempt WHERE key = ANY($1) AND at > $2 GROUP BY key",
            keys,
            now - window,
        )
        spent = [row["first"] + window for row in used if row["tries"] >= rations[row["key"]]]
        if spent:
            raise TooMany(max(spent))
        await run("INSERT INTO attempt (key, at) SELECT unnest($1::text[]), $2", keys, now)


async def spent(keys: Sequence[str], most: int, window: timedelta) -> set[str]:
    """Which keys have had `most` tries within `window`."""
    rows = await run(
        "SELECT key FROM attempt WHERE key = ANY($1) AND at > $2 GROUP BY key HAVING count(*) >= $3",
        keys,
        clock.now() - window,
        most,
    )
    return {row["key"] for row in rows}


async def count(keys: Sequence[str], at: datetime) -> None:
    """Counts one try against each key, of which `spent` was asked."""
    await run("INSERT INTO attempt (key, at) SELECT unnest($1::text[]), $2", keys, at)


async def take_back(keys: Sequence[str], at: datetime) -> None:
    """Takes back what was counted against these keys at that moment."""
    await run("DELETE FROM attempt WHERE key = ANY($1) AND at = $2", keys, at)


async def spend_asking(account: UUID) -> None:
    """Counts one mail that an account has sent to somebody else, by asking or offering. Raises Refused at 'email'."""
    try:
        await spend({f"ask:{account}": ASKING_A_DAY}, timedelta(days=1))
    except TooMany as error:
        raise Refused(f"You have written to {ASKING_A_DAY} people today. Try again tomorrow", "email") from error


async def spend_opening(account: UUID) -> None:
    """Counts one portal that an account opens for somebody else. Raises Refused."""
    try:
        await spend({f"open:{account}": OPENING_A_DAY}, timedelta(days=1))
    except TooMany as error:
        raise Refused(f"You have opened {OPENING_A_DAY} portals today. Try again tomorrow") from error


async def spend_joining(practice: UUID) -> None:
    """Counts one mail that asks somebody to work in a practice. Raises Refused at 'email'."""
    try:
        await spend({f"join:{practice}": JOINING_A_DAY}, timedelta(days=1))
    except TooMany as error:
        raise Refused(f"You have asked {JOINING_A_DAY} people today. Try again tomorrow", "email") from error


async def forget(key: str) -> None:
    """Gives a key its whole ration back, as a login that succeeds does."""
    await run("DELETE FROM attempt WHERE key = $1", key)


async def sweep() -> None:
    """Deletes what no window reaches any more. The worker calls it."""
    await run("DELETE FROM attempt WHERE at < $1", clock.now() - timedelta(days=1, hours=1))
