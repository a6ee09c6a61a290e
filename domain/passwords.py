"""Passwords: hashed with argon2id, refused when they are easy to guess. ASVS 6.2."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from domain.errors import Refused

SHORTEST, LONGEST = 12, 128
ENOUGH_GUESSES = 10**8
LOOKED_AT = 72
"""Characters that zxcvbn is given: its time grows with the square."""

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_at_once = asyncio.Semaphore(2)
_nobody = HASHER.hash("nobody has this password")


async def hashed(password: str) -> str:
    """The argon2id hash to keep (19 MiB, two passes: OWASP)."""
    async with _at_once:
        return await asyncio.to_thread(HASHER.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed. Takes as long when there is no hash, so that time tells nothing."""
    async with _at_once:
        return await asyncio.to_thread(_matches, password_hash, password)


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        return HASHER.verify(password_hash or _nobody, password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other costs than today's."""
    return HASHER.check_needs_rehash(password_hash)


async def demand_good(password: str, *, personal: tuple[str, ...] = (), field: str = "password") -> None:
    """Refuses what is too short, too long, among the common or made of `personal` words. No rules of composition.

    Raises Refused at `field`.
    """
    if len(password) < SHORTEST:
        raise Refused(f"Use at least {SHORTEST} characters. Three or four words that you can remember are good", field)
    if len(password) > LONGEST:
        raise Refused(f"Use at most {LONGEST} characters", field)
    words = {word.casefold() for entry in personal for word in entry.replace("@", " ").split() if len(word) > 3}
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST - 4:
        raise Refused("Do not build a password from your name or email address", field)
    async with _at_once:
        weighed = await asyncio.to_thread(zxcvbn, password[:LOOKED_AT], user_inputs=sorted(words))
    if weighed["guesses"] < ENOUGH_GUESSES:
        raise Refused("This password is easy to guess. Try three or four unrelated words", field)
