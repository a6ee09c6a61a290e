"""The built-in mailbox of demo and test: a real SMTP server on loopback that keeps all mail and delivers none.

Each message is one file, whole or not there at all, so that the site reads while mail comes in.
"""

import asyncio
import re
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as LINES
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit
from uuid import uuid4

from aiosmtpd.smtp import SMTP

from domain.journal import note
from settings import Settings, is_loopback

LARGEST = 5 * 1024 * 1024
FOLDER = "mailbox"
ID = re.compile(r"\d{19}-[0-9a-f]{32}")

Mail = TypedDict(
    "Mail",
    {
        "id": str,
        "to": list[str],
        "from": str,
        "subject": str,
        "text": str,
        "html": str,
        "links": list[str],
        "received_at": str,
    },
)
"""A mail as /qa/mailbox.json gives it. `to` is whom it was really sent to, whatever its headers say."""


async def run(settings: Settings) -> None:
    """Takes mail on 127.0.0.1, at the port of KITH_SMTP_URL, until it is cancelled. Raises OSError for a port that is
    taken. Where mail goes to another machine there is nothing to take, and it only waits."""
    where = urlsplit(settings.smtp_url)
    if not is_loopback(where.hostname or ""):
        note("mailbox not needed")
        await asyncio.Event().wait()
    server = await listen(settings.var, where.port or 25)
    note("mailbox started", port=where.port)
    try:
        # Not serve_forever: where it is cancelled it waits for a worker that keeps its connection open.
        await asyncio.Event().wait()
    finally:
        server.close()


async def listen(var: Path, port: int) -> asyncio.Server:
    """A mailbox that keeps its mail under `var`. With port 0 it takes any that is free."""
    folder = var / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    keeper = Keeper(folder)
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST, hostname="localhost", ident="Kith mailbox"), "127.0.0.1", port
    )


class Keeper:
    """Writes what the SMTP server takes in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keeps one message, with those it was sent to above it, and answers as SMTP does."""
        delivered_to = "".join(f"Delivered-To: {recipient}\r\n" for recipient in envelope.rcpt_tos)
        await asyncio.to_thread(self._keep, delivered_to.encode() + envelope.content)
        return "250 2.0.0 Kept"

    def _keep(self, message: bytes) -> None:
        name = f"{time.time_ns()}-{uuid4().hex}"
        draft = self.folder / f"{name}.part"
        draft.write_bytes(message)
        draft.rename(self.folder / f"{name}.eml")


def received(var: Path) -> list[Mail]:
    """All mail kept under `var`, newest first. It reads files: call it in a thread."""
    names = sorted((path.stem for path in (var / FOLDER).glob("*.eml")), reverse=True)
    return [mail for mail in (one(var, name) for name in names) if mail is not None]


def one(var: Path, mail: str) -> Mail | None:
    """The mail of this id, or None when there is none (any more)."""
    if not ID.fullmatch(mail):
        return None
    path = var / FOLDER / f"{mail}.eml"
    try:
        return _read(path) if path.exists() else None
    except FileNotFoundError:
        return None


def empty(var: Path) -> None:
    """Throws all mail away."""
    for path in (var / FOLDER).glob("*.eml"):
        path.unlink(missing_ok=True)


@lru_cache(maxsize=1000)
def _read(path: Path) -> Mail:
    """Kept in memory, because a message never changes and a test asks for all of them again and again."""
    message = message_from_bytes(path.read_bytes(), policy=LINES)
    text = _part(message, "plain")
    date = message["Date"]
    return {
        "id": path.stem,
        "to": [str(address) for address in message.get_all("Delivered-To", [])],
        "from": str(message["From"] or ""),
        "subject": str(message["Subject"] or ""),
        "text": text,
        "html": _part(message, "html"),
        "links": list(dict.fromkeys(re.findall(r"https?://[^\s<>\"]+", text))),
        "received_at": date.datetime.isoformat() if date and date.datetime else "",
    }


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
