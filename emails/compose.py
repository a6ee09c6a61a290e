"""From a letter to the bytes that are sent: plain text and HTML, and headers that hold nothing a person typed."""

import re
from binascii import b2a_qp
from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from domain.words import level_words, listed, member_level_words, possessive, role_words
from emails.letter import Email, Letter, Link, Owed
from emails.sound import PART_HEAD, PARTS, BadMessage, demand_sound
from emails.words import unlinked

WIDTH = 72
LONGEST_ADDRESS = 254
ATOM, LABEL = r"[\w!#$%&'*+/=?^`{|}~-]+", "[a-zA-Z0-9-]+"
PLAIN_ADDRESS = re.compile(rf"{ATOM}(\.{ATOM})*@{LABEL}(\.{LABEL})*", re.ASCII)
"""One that is the same with and without quotes (RFC 5322, dot-atom): nearly all are."""

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["html"]),
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
TEMPLATES.filters.update(
    possessive=possessive,
    listed=listed,
    level_words=level_words,
    role_words=role_words,
    member_level_words=member_level_words,
)


class Written(NamedTuple):
    """A letter in words: its subject, and the same said in plain text and in HTML."""

    subject: str
    text: str
    html: str


def compose(letter: Letter, owed: Owed, mail_from: str, at: datetime) -> bytes:
    """The whole message, ready for the wire (RFC 5322). The Message-ID is the row's, so that copies are known as such.

    Written without the standard library's message: it takes ten times as long, and this is most of what a worker does.
    Raises BadMessage, and Jinja's errors for a word that is missing.
    """
    subject, text, html = written(letter)
    to, boundary = recipient_address(owed.recipient), f"=_{owed.id.hex}"
    headers = (
        _field("From", mail_from),
        f"To: {to}\r\n",
        _field("Subject", _header_safe(subject)),
        f"Date: {format_datetime(at)}\r\n",
        f"Message-ID: <{owed.id}@{sender_address(mail_from).partition('@')[2]}>\r\n",
        "Auto-Submitted: auto-generated\r\nContent-Language: en\r\nMIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n',
    )
    parts = (wrapped(text.strip("\n")) + "\n", html + "\n")
    raw = "".join(headers).encode("ascii") + b"".join(
        f"--{boundary}\r\n{PART_HEAD.format(kind=kind)}".encode() + _quoted(part)
        for kind, part in zip(PARTS, parts, strict=True)
    )
    raw += f"--{boundary}--\r\n".encode()
    demand_sound(raw, to)
    return raw


@lru_cache(maxsize=256)
def _field(name: str, value: str) -> str:
    """A header as it stands in a message: long ones folded, letters beyond ASCII encoded."""
    return str(SMTP.fold(*SMTP.header_store_parse(name, value)))


def _quoted(text: str) -> bytes:
    return b2a_qp(text.replace("\n", "\r\n").encode(), istext=True)


def written(letter: Letter) -> Written:
    """What a letter says, before it is a message. Raises Jinja's errors for a word that is missing."""
    words = {name: _safe(value) for name, value in letter.words.items()}
    subject, _, text = TEMPLATES.get_template(f"{letter.stem}.txt").render(words).partition("\n")
    return Written(subject, text, TEMPLATES.get_template(f"{letter.stem}.html").render(words, subject=subject))


def _safe(value: object) -> object:
    return unlinked(value) if isinstance(value, str) and not isinstance(value, Link | Email) else value


@lru_cache(maxsize=16)
def sender_address(mail_from: str) -> str:
    """The bare address of KITH_MAIL_FROM, for the envelope."""
    return parseaddr(mail_from)[1]


def recipient_address(recipient: str) -> str:
    """The address for To, without a name. Raises BadMessage for what SMTP cannot carry or a header must not."""
    if not recipient.isascii() or len(recipient) > LONGEST_ADDRESS:
        raise BadMessage("an address that cannot be written to")
    if PLAIN_ADDRESS.fullmatch(_header_safe(recipient)):
        return recipient
    try:
        return str(Address(addr_spec=recipient))
    except ValueError as error:
        raise BadMessage("an address that is none") from error


def _header_safe(text: str) -> str:
    """Python decodes `=?…?=` in a header when it writes it, line ends and all, so neither may come in."""
    if not text or not text.isprintable() or "=?" in text:
        raise BadMessage("a header with characters that it must not have")
    return text


def wrapped(text: str) -> str:
    """Lines of at most 72 characters, but for links and words that are longer."""
    return "\n".join(
        line if "://" in line or len(line) <= WIDTH else "\n".join(_short(line))
        for line in re.sub(r"\n{3,}", "\n\n", text).split("\n")
    )


def _short(line: str) -> Iterator[str]:
    words = line.split()
    short = words[0]
    for word in words[1:]:
        if len(short) + 1 + len(word) > WIDTH:
            yield short
            short = word
        else:
            short = f"{short} {word}"
    yield short
