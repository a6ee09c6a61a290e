"""From a letter to the bytes that are sent: plain text and HTML, and headers that hold nothing a person typed."""

import re
import textwrap
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from domain.words import level_words, member_level_words, possessive, role_words
from emails.letter import Email, Letter, Link, Owed
from emails.words import unlinked

WIDTH = 72
LONGEST_ADDRESS = 254
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version"]

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["html"]),
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
TEMPLATES.filters.update(
    possessive=possessive, level_words=level_words, role_words=role_words, member_level_words=member_level_words
)


class BadMessage(Exception):
    """The message would not be what was meant: an address or a header is not sound. Its text names no person."""


class Written(NamedTuple):
    """A letter in words: its subject, and the same said in plain text and in HTML."""

    subject: str
    text: str
    html: str


def compose(letter: Letter, owed: Owed, mail_from: str, at: datetime) -> bytes:
    """The whole message, ready for the wire (RFC 5322). The Message-ID is the row's, so that copies are known as such.

    Raises BadMessage, and Jinja's errors for a word that is missing.
    """
    subject, text, html = written(letter)
    message = EmailMessage(policy=SMTP)
    message["From"] = mail_from
    message["To"] = recipient_address(owed.recipient)
    message["Subject"] = _header_safe(subject)
    message["Date"] = at
    message["Message-ID"] = f"<{owed.id}@{sender_address(mail_from).partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(wrapped(text.strip("\n")) + "\n", cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = "en"
    raw = message.as_bytes()
    demand_sound(raw, owed.recipient)
    return raw


def written(letter: Letter) -> Written:
    """What a letter says, before it is a message. Raises Jinja's errors for a word that is missing."""
    words = {name: _safe(value) for name, value in letter.words.items()}
    subject, _, text = TEMPLATES.get_template(f"{letter.stem}.txt").render(words).partition("\n")
    return Written(subject, text, TEMPLATES.get_template(f"{letter.stem}.html").render(words, subject=subject))


def _safe(value: object) -> object:
    return unlinked(value) if isinstance(value, str) and not isinstance(value, Link | Email) else value


def sender_address(mail_from: str) -> str:
    """The bare address of KITH_MAIL_FROM, for the envelope."""
    return parseaddr(mail_from)[1]


def recipient_address(recipient: str) -> Address:
    """The address for To, without a name. Raises BadMessage for what SMTP cannot carry or a header must not."""
    if not recipient.isascii() or len(recipient) > LONGEST_ADDRESS:
        raise BadMessage("an address that cannot be written to")
    try:
        return Address(addr_spec=_header_safe(recipient))
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
        line
        if "://" in line or len(line) <= WIDTH
        else textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
        for line in re.sub(r"\n{3,}", "\n\n", text).split("\n")
    )


def demand_sound(raw: bytes, recipient: str) -> None:
    """Reads the finished bytes as a mail server would. Raises BadMessage unless they hold our headers, each once, the
    one recipient, and a plain text and an HTML part."""
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = [line.partition(b":")[0].decode("ascii", "replace") for line in head if line[:1] not in (b" ", b"\t")]
    if any(b"\r" in line or b"\n" in line for line in head) or sorted(names) != sorted([*HEADERS, "Content-Type"]):
        raise BadMessage("headers that are not ours")
    message = message_from_bytes(raw, policy=SMTP)
    if [str(address) for address in message["To"].addresses] != [str(recipient_address(recipient))]:
        raise BadMessage("another recipient")
    if any(not str(value).isprintable() for value in message.values()):
        raise BadMessage("a header that decodes to a control character")
    if [part.get_content_type() for part in _parts(message)] != ["text/plain", "text/html"]:
        raise BadMessage("parts that are not ours")


def _parts(message: EmailMessage) -> list[MIMEPart]:
    return list(message.iter_parts()) if message.get_content_type() == "multipart/alternative" else []
