"""The mail server of KITH_SMTP_URL, over one connection that stays open while there is mail and a little longer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from emails.refusals import ABOUT_US, CLOSING, NotNow, ServerAway, code_of, verdict
from settings import is_loopback

CONNECTED_WITHIN, SENT_WITHIN = 20.0, 40.0
"""Seconds for a connection with its login, and for one mail."""

KEPT_FOR = 30.0
"""Seconds for which a connection stays open without mail."""


@dataclass(frozen=True)
class Server:
    """Where mail goes and how. `starttls` of None: where the server offers it."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: bool
    starttls: bool | None

    @classmethod
    def parse(cls, url: str) -> "Server":
        """Reads an address such as smtp://user:password@host:587?starttls=required or smtps://…

        A password never crosses a network in the clear: with one, STARTTLS is demanded of any other machine.
        """
        where = urlsplit(url)
        tls, host = where.scheme == "smtps", where.hostname or ""
        required = "required" in parse_qs(where.query).get("starttls", [])
        guarded = bool(where.username) and not is_loopback(host)
        return cls(
            host=host,
            port=where.port or (465 if tls else 25),
            username=unquote(where.username) if where.username else None,
            password=unquote(where.password) if where.password else None,
            tls=tls,
            starttls=False if tls else (True if required or guarded else None),
        )


class Post:
    """Hands mail to a server. `name` is what we call ourselves there."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.client: aiosmtplib.SMTP | None = None
        self.used_at = 0.0

    async def send(
        self, sender: str, recipient: str, message: bytes, before_data: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Hands one message over; `before_data` is waited for before its text goes. Raises NotNow, ServerAway or
        Undeliverable, and what `before_data` raises; after a NotNow it may have arrived."""
        self.used_at = time.monotonic()
        try:
            async with asyncio.timeout(SENT_WITHIN):
                client = await self._announce(sender, recipient, len(message))
                if before_data:
                    await before_data()
                await client.data(message)
        except NotNow:
            raise
        except aiosmtplib.SMTPResponseException as refusal:
            await self._begin_anew(refusal.code)
            raise verdict(refusal) from refusal
        except (aiosmtplib.SMTPException, OSError) as error:
            self.close()
            raise NotNow("connection lost") from error
        except BaseException:
            self.close()
            raise

    async def _announce(self, sender: str, recipient: str, size: int) -> aiosmtplib.SMTP:
        """A server may have hung up while there was no mail. That says nothing about this one, of which it has had
        nothing yet: it is announced once more on a new connection."""
        kept = self.client
        client = await self.connect()
        try:
            await self._envelope(client, sender, recipient, size)
        except (aiosmtplib.SMTPServerDisconnected, ConnectionError, aiosmtplib.SMTPResponseException) as error:
            if client is not kept or (isinstance(error, aiosmtplib.SMTPResponseException) and error.code != CLOSING):
                raise
            self.close()
            client = await self.connect()
            await self._envelope(client, sender, recipient, size)
        return client

    async def _envelope(self, client: aiosmtplib.SMTP, sender: str, recipient: str, size: int) -> None:
        await client.mail(sender, options=[f"size={size}"] if client.supports_extension("size") else [])
        await client.rcpt(recipient)

    async def _begin_anew(self, code: int) -> None:
        """After a refusal the server still has the sender in mind; one that does not let us in may do so anew."""
        if code in ABOUT_US:
            self.close()
        elif self.client is not None and self.client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self.client.rset()

    async def connect(self) -> aiosmtplib.SMTP:
        """The open connection, or a new one. Raises ServerAway."""
        if self.client is not None and self.client.is_connected:
            return self.client
        client = aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.username,
            password=self.server.password,
            use_tls=self.server.tls,
            start_tls=self.server.starttls,
            local_hostname=self.name,
            timeout=CONNECTED_WITHIN,
        )
        try:
            async with asyncio.timeout(CONNECTED_WITHIN):
                await client.connect()
        except aiosmtplib.SMTPResponseException as refusal:
            raise ServerAway(f"no connection: {code_of(refusal)}") from refusal
        except (aiosmtplib.SMTPException, OSError) as error:
            raise ServerAway("no connection") from error
        self.client = client
        return client

    async def rest_if_idle(self) -> None:
        """Takes leave of a server that there has been no mail for."""
        if time.monotonic() - self.used_at > KEPT_FOR:
            await self.rest()

    async def rest(self) -> None:
        """Takes leave of the server until there is mail again."""
        client, self.client = self.client, None
        if client is not None and client.is_connected:
            try:
                await client.quit(timeout=2)
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    def close(self) -> None:
        """Drops the connection, in whatever state it is."""
        client, self.client = self.client, None
        if client is not None:
            client.close()
