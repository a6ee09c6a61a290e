"""Email addresses as Kith compares them."""


def email_key(address: str) -> str:
    """What two spellings of one login email have in common: no surrounding space, no case (decision 7)."""
    return address.strip().casefold()
