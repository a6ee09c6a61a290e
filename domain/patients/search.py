"""What somebody who types into the search of patients may mean."""

import re
from typing import NamedTuple

from db.keys import LAST, digits, key

LONGEST, MOST_WORDS = 100, 6
CODE = re.compile(r"kt ?([0-9]{1,6})")
DIGITS_OF_CODE = re.compile(r"[0-9]{1,6}")
PHONE = re.compile(r"[+(]?[0-9][0-9 ()./+-]*")
FEWEST_DIGITS = 3


class Match(NamedTuple):
    """Patients whose `column` begins with `start`, and of whose names some word begins with each of `words`."""

    column: str
    start: str
    words: tuple[str, ...] = ()

    @property
    def bounds(self) -> tuple[str, str]:
        """From the one, to before the other, in the order of COLLATE "C"."""
        return self.start, self.start + LAST


def matches(typed: str, *, codes_only: bool = False) -> tuple[Match, ...] | None:
    """Any of which makes a patient a hit. None for an empty search, which finds all; () for one that finds nobody.
    `codes_only` is for members from whom names are hidden: they must learn nothing of a name by searching for it."""
    said = key("".join(c for c in typed if c.isprintable())[:LONGEST])
    if not said:
        return None if not typed.strip() else ()
    code = CODE.fullmatch(said)
    if codes_only:
        bare = DIGITS_OF_CODE.fullmatch(said)
        number = code.group(1) if code else bare.group() if bare else None
        return (Match("code", f"KT{number}"),) if number else ()
    if code:
        return (Match("code", f"KT{code.group(1)}"), Match("email_key", said))
    if PHONE.fullmatch(said) and len(digits(said)) >= FEWEST_DIGITS:
        return (Match("phone_key", digits(said)), Match("email_key", said))
    if "@" in said:
        return (Match("email_key", typed.strip().casefold()[:LONGEST]),)
    first, *others = said.split()[:MOST_WORDS]
    names = tuple(Match(column, first, tuple(others)) for column in ("last_key", "first_key", "preferred_key"))
    return names if others else (*names, Match("email_key", said))
