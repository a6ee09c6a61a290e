"""Email addresses as Kith compares them."""

import re
from email.headerregistry import Address

from db.engine import run

LONGEST = 254
PLAIN = re.compile(r"[A-Za-z0-9_+'-]+(\.[A-Za-z0-9_+'-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def email_key(address: str) -> str:
    """What two spellings of one login email have in common: no surrounding space, no case (decision 7)."""
    return address.strip().casefold()


async def hold(key: str) -> None:
    """Makes whatever else is done about this email wait for the end of the caller's transaction, so that a portal that
    opens misses no request that is being sent to it, and two links to one email do not meet."""
    await run("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", f"email:{key}")


def can_be_written_to(address: str) -> bool:
    """Whether SMTP can carry the address, and a header may."""
    if len(address) > LONGEST or not address.isascii() or not address.isprintable() or "=?" in address:
        return False
    if PLAIN.fullmatch(address):
        return True
    try:
        return bool(Address(addr_spec=address).domain)
    except (ValueError, IndexError):  # the latter is how Python finds some of them out
        return False
