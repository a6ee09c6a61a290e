"""Days as a browser's date field sends them, or as somebody types them into a browser that has none."""

import re
from datetime import date

from domain.dates import MONTHS
from domain.errors import Refused

SENT = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
TYPED = re.compile(r"(?P<day>[0-9]{1,2})[ ./-]+(?P<month>[0-9]{1,2}|[A-Za-z]{3,9})[ ./,-]+(?P<year>[0-9]{4})")


def typed_day(text: str) -> date | None:
    """The day of "2020-02-29", "29/2/2020" or "29 Feb 2020"; None for nothing and for what is no day."""
    found = SENT.fullmatch(text) or TYPED.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found["year"]), _month(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _month(typed: str) -> int:
    if typed.isdigit():
        return int(typed)
    named = [number for number, name in enumerate(MONTHS, start=1) if name.casefold().startswith(typed.casefold())]
    return named[0] if len(named) == 1 else 0


def wrong_with(text: str, field: str) -> list[Refused]:
    """What is wrong with a day that need not be given; whether it can be that day is the domain's to say."""
    if not text or typed_day(text):
        return []
    return [Refused("Type a date that there is, such as 29/2/2020", field)]
