"""What it means that a mail server does not take a mail."""

import re

import aiosmtplib

ABOUT_US = {530, 534, 535, 538}
"""Answers that say nothing about the mail: the server does not accept our login (RFC 4954)."""


CLOSING = 421
"""What a server says that is about to hang up."""

NO_MAILBOX = "550 5.1.1"
"""What a server answers where there is no such mailbox (RFC 3463)."""


class NotNow(Exception):
    """To be tried again. `failure` is a code and an enhanced status, or what became of the connection."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


class ServerAway(NotNow):
    """There is no connection to be had, for this mail or any other."""


class Undeliverable(Exception):
    """The server refused this mail for good. `failure` is the code and the enhanced status."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


def verdict(refusal: aiosmtplib.SMTPResponseException) -> NotNow | Undeliverable:
    """Whether a mail that was refused so is to be tried again."""
    failure = code_of(refusal)
    if refusal.code in ABOUT_US or not 500 <= refusal.code <= 599:
        return NotNow(failure)
    return Undeliverable(failure)


def code_of(refusal: aiosmtplib.SMTPResponseException) -> str:
    """Code and enhanced status (RFC 3463) such as "550 5.1.1". The rest of an answer may hold an address."""
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)", refusal.message)
    return f"{refusal.code} {enhanced[0]}" if enhanced else str(refusal.code)
