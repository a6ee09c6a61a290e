"""Names of people, which go into titles and mails."""


def is_plain(name: str) -> bool:
    """Whether a name is without control characters, web addresses and encoded words (RFC 2047), so that no mail
    program makes a link or a header of it."""
    return name.isprintable() and "=?" not in name and "://" not in name
