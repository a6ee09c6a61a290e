"""Email addresses as Kith compares them."""

from db.engine import run


def email_key(address: str) -> str:
    """What two spellings of one login email have in common: no surrounding space, no case (decision 7)."""
    return address.strip().casefold()


async def hold(key: str) -> None:
    """Makes whatever else is done about this email wait for the end of the caller's transaction, so that a portal that
    opens misses no request that is being sent to it, and two links to one email do not meet."""
    await run("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", f"email:{key}")
