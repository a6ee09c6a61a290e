"""A file that somebody sends with a form: read as it comes, and no more of it than is wanted. ASVS 5.2.1."""

from contextlib import suppress
from dataclasses import dataclass

from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from web.session import Caller

KIND = "multipart/form-data"
MOST_PARTS = 20
LONGEST_NAME = 100
READ_OUT = 3
"""A file that is too long is read to its end, up to so many times the most, since a browser that still sends does not
read an answer."""


class TooLong(HTTPException):
    """More bytes than are wanted."""

    status_code = 413


@dataclass(frozen=True)
class Upload:
    """What was sent. A file that was not chosen is one without a name or content."""

    name: str
    content: bytes


async def read_file(request: Caller, field: str, most: int) -> Upload:
    """The file of a form's `field`, of at most `most` bytes; an empty one if there is none.

    Raises ClientException (400) for what no browser sends, TooLong, and HTTPException 415 for another form.
    """
    parts = _Parts(field, most)
    try:
        with _parser(request) as parser:
            async for chunk in request.stream():
                parts.came(len(chunk))
                if not parts.too_long:
                    for event in parser.parse(chunk):
                        parts.take(event)
            if parts.too_long:
                raise TooLong
    except (MultipartError, UnicodeError, LookupError) as error:
        raise ClientException from error
    return Upload(_tidy(parts.name), b"".join(parts.content))


def _parser(request: Caller) -> PushMultipartParser:
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != KIND:
        raise HTTPException(status_code=415)
    # The most is watched here, for all parts at once; the charset that a part may name is never asked for.
    return PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_PARTS, strict=True)


class _Parts:
    """The one part that is wanted, out of all that come."""

    def __init__(self, field: str, most: int) -> None:
        self.field = field
        self.most = most
        self.size = 0
        self.wanted = self.found = False
        self.name = ""
        self.content: list[bytes] = []

    @property
    def too_long(self) -> bool:
        return self.size > self.most

    def came(self, length: int) -> None:
        """So many more bytes. Raises TooLong for one who does not stop."""
        self.size += length
        if self.too_long:
            self.content.clear()
        if self.size > self.most * READ_OUT:
            raise TooLong

    def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self.wanted = event.name == self.field and event.filename is not None and not self.found
            if self.wanted:
                self.found, self.name = True, event.filename or ""
        elif event and self.wanted:
            self.content.append(bytes(event))


def _tidy(name: str) -> str:
    """The last part of a path, without what cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    with suppress(UnicodeError):
        last = last.encode("utf-8", "ignore").decode()
    return "".join(c for c in last if c.isprintable())[-LONGEST_NAME:].strip()
