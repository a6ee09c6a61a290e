"""Names and messages made safe to stand in mails."""

import re
import unicodedata
from collections.abc import Iterable

from domain import web_addresses

LONGEST_NAME = 100
# The full stop, and the characters that browsers read as one.
DOTS = "[.\u2024\u3002\ufe52\uff0e\uff61]"
# What stands in an address. A colon between digits belongs to a time of day.
SIGNS = r"(?<!\d):|:(?!\d)|[/\\@<>\uff1a\uff0f\uff20]"
PLAIN = re.compile(r"[a-zA-Z0-9,'’()-]+( [a-zA-Z0-9,'’()-]+)*")
"""What stays as it is, as most names do: a short way past the looking at each character."""
# Two unseen joiners that names in several scripts are spelt with.
KEPT_UNSEEN = "\u200c\u200d"


def unlinked(text: str) -> str:
    """One line of a person's own text that no mail program turns into a link, and that stays where it stands.

    Colons, slashes and @ become spaces, a full stop is followed by one, what is unseen or turns the writing direction
    goes, and what is longer than 100 characters is cut.
    """
    line = _line(text)
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1].rstrip() + "…"


def lines_unlinked(text: str, kept: Iterable[str] = ()) -> tuple[str, ...]:
    """The lines of a longer text, never two empty ones on end. Only a word that mail programs make a link of is changed
    as `unlinked` does it, and not one of `kept`: what the practice says of itself."""
    own = list(kept)
    lines = [_words(line, own) for line in text.strip().splitlines()]
    return tuple(line for n, line in enumerate(lines) if line or lines[n - 1])


def _words(line: str, kept: list[str]) -> str:
    seen = "".join(_seen(character) for character in line)
    links = set(web_addresses.found(seen, kept))
    return " ".join(_apart(word) if word in links else word for word in seen.split())


def _line(text: str) -> str:
    if PLAIN.fullmatch(text):
        return text
    return _apart("".join(_seen(character) for character in text))


def _apart(seen: str) -> str:
    apart = re.sub(rf"({DOTS})(?=\S)", r"\1 ", re.sub(SIGNS, " ", seen))
    return " ".join(apart.split())


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" and character not in KEPT_UNSEEN:
        return ""
    return " " if category in ("Cc", "Cs", "Zl", "Zp") else character
