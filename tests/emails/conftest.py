"""A mail server whose answers a test sets, and an outbox that sends to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as LINES
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from emails.outbox import Outbox
from emails.smtp import Post, Server
from settings import Settings

DROP = "drop the connection"


class PostOffice:
    """A real SMTP server. `answers` are said to a recipient's RCPT, `data_answers` to the DATA, one after the other,
    until there are none left and the mail is taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []
        self.answers: dict[str, list[str]] = {}
        self.data_answers: dict[str, list[str]] = {}
        self.connections = 0
        self.sessions: list[SMTP] = []
        self.said_goodbye = 0
        self.port = 0
        self.hold: Callable[[], Any] | None = None
        self.server: asyncio.Server | None = None

    def protocol(self) -> SMTP:
        self.connections += 1
        self.sessions.append(SMTP(self, hostname="localhost"))
        return self.sessions[-1]

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(self.protocol, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self.server
        self.server.close()

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.said_goodbye += 1
        return "221 Bye"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.answers.get(address):
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.hold:
            await self.hold()
        answers = self.data_answers.get(envelope.rcpt_tos[0])
        answer = answers.pop(0) if answers else "250 OK"
        if answer == DROP:
            server.transport.abort()
        elif answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content))
        return answer

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=LINES) for _, content in self.taken]

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipients, _ in self.taken for recipient in recipients]


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    await office.open()
    yield office
    await office.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {
            "KITH_ENV": "test",
            "KITH_VAR": str(tmp_path),
            "KITH_BASE_URL": "http://kith.example",
            "KITH_SECRET_KEYS": "k" * 32,
            "KITH_MAIL_FROM": "Kith <post@kith.example>",
        }
    )


@pytest.fixture
def new_outbox(settings: Settings, office: PostOffice) -> Callable[[], Outbox]:
    """Makes a worker's hands on the outbox, as many as a test wants."""

    def make() -> Outbox:
        here = replace(settings, smtp_url=f"smtp://127.0.0.1:{office.port}")
        return Outbox(here, Post(Server.parse(here.smtp_url), "kith.example"))

    return make


@pytest.fixture
async def outbox(new_outbox: Callable[[], Outbox]) -> AsyncIterator[Outbox]:
    outbox = new_outbox()
    yield outbox
    await outbox.post.rest()
