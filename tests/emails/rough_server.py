"""A mail server that misbehaves as real ones do, and writes down what it took."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class RoughServer:
    """Puts off and drops a share of what it is sent, refuses some recipients for good, and dawdles at random."""

    put_off: float = 0.0
    dropped: float = 0.0
    """The share of mails whose connection it drops, half before taking them and half after."""
    refused: frozenset[str] = frozenset()
    dawdles: float = 0.0
    """Seconds for which it thinks about a mail at most."""
    seed: int = 1
    taken: list[tuple[str, str]] = field(default_factory=list)
    """Recipient and Message-ID of each mail it took, also of those that it never said so of."""
    ambiguous: int = 0
    connections: int = 0
    port: int = 0

    async def open(self) -> asyncio.Server:
        self.random = random.Random(self.seed)
        self.server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]
        return self.server

    def _protocol(self) -> SMTP:
        self.connections += 1
        return SMTP(self, hostname="localhost")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 5.1.1 No such mailbox"
        if self.random.random() < self.put_off / 2:
            return "450 4.2.1 Come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.dawdles:
            await asyncio.sleep(self.random.uniform(0, self.dawdles))
        fate = self.random.random()
        if fate < self.put_off / 2:
            return "451 4.3.0 Later"
        if fate > 1 - self.dropped / 2:
            server.transport.abort()
            return "250 OK"
        # A worker that was killed while the server was thinking has its mail all the same.
        self.taken.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)["Message-ID"]))
        if fate > 1 - self.dropped:
            self.ambiguous += 1
            server.transport.abort()
        return "250 OK"

    @property
    def copies(self) -> int:
        """How many mails more than one to each recipient."""
        return len(self.taken) - len({recipient for recipient, _ in self.taken})

    @property
    def ids(self) -> Counter[str]:
        """How many different Message-IDs each recipient has had."""
        return Counter(recipient for recipient, _ in set(self.taken))
