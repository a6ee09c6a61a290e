"""The last look at a finished message, as a mail server would read it."""

import re
from email.policy import SMTP
from functools import lru_cache

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version"]
PARTS = ("text/plain", "text/html")
PART_HEAD = 'Content-Type: {kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
LONGEST_LINE = 998
_boundary = re.compile(rb'multipart/alternative; boundary="([0-9a-zA-Z=_]{1,70})"')


class BadMessage(Exception):
    """The message would not be what was meant: an address or a header is not sound. Its text names no person."""


def demand_sound(raw: bytes, to: str) -> None:
    """Reads the finished bytes again. Raises BadMessage unless they hold our headers, each once and each printable when
    decoded, `to` as the one recipient, and a plain text and an HTML part."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = raw.split(b"\r\n")
    ends = {len(lines) - 1, raw.count(b"\r"), raw.count(b"\n")}
    if not raw.isascii() or len(ends) > 1 or max(map(len, lines)) > LONGEST_LINE:
        raise BadMessage("lines that are not ours")
    fields = [field.partition(":")[::2] for field in re.split(r"\r\n(?![ \t])", head.decode("ascii"))]
    if sorted(name for name, _ in fields) != sorted([*HEADERS, "Content-Type"]):
        raise BadMessage("headers that are not ours")
    found = {name: value.strip() for name, value in fields}
    if found["To"] != to:
        raise BadMessage("another recipient")
    if not all(_reads_well(name, value) for name, value in found.items()):
        raise BadMessage("a header that decodes to a control character")
    _demand_parts(found["Content-Type"], body)


def _reads_well(name: str, value: str) -> bool:
    """What holds no encoded word and was not folded is read as it stands."""
    if "=?" not in value and "\r\n" not in value:
        return value.isprintable()
    return _decodes_well(name, value)


@lru_cache(maxsize=256)
def _decodes_well(name: str, value: str) -> bool:
    return str(SMTP.header_factory(name, "".join(value.splitlines()))).isprintable()


def _demand_parts(content_type: str, body: bytes) -> None:
    boundary = _boundary.fullmatch(content_type.encode())
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary[1]) if boundary else []
    heads = [f"\r\n{PART_HEAD.format(kind=kind)}".encode() for kind in PARTS]
    if (
        len(parts) != len(heads) + 2
        or (parts[0], parts[-1]) != (b"", b"--\r\n")
        or not all(part.startswith(head) for part, head in zip(parts[1:-1], heads, strict=True))
    ):
        raise BadMessage("parts that are not ours")
