"""What the site says of itself: one JSON line each on standard error, of ids and never of people. ASVS 16.2."""

import logging
import time
from typing import Any

from litestar.enums import ScopeType
from litestar.types import Message, Receive, Scope, Send

from domain.journal import note


class Requests:
    """Notes each request when it is answered: method, the route and not the address, which may hold a token; status,
    milliseconds."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.application(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self.application(scope, receive, send_and_see)
        if not scope["path"].startswith("/static/"):
            took = round((time.monotonic() - began) * 1000)
            note("request", method=scope["method"], route=scope.get("path_template", ""), status=status, ms=took)


class Notes(logging.Handler):
    """Turns what libraries and web/errors.py log into such lines: who speaks and how grave, and for our own the text.

    A library's text may quote what it was given, so it is left out.
    """

    def emit(self, record: logging.LogRecord) -> None:
        ours = {"text": record.getMessage()} if record.name.startswith("kith.") else {}
        note("log", level=record.levelname.lower(), source=record.name, **ours)


def take_over_logging() -> None:
    """Everything logged in this process becomes such a line."""
    logging.basicConfig(handlers=[Notes()], level=logging.WARNING, force=True)
