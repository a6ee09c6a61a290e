"""What every request passes before the application: is it sane, is it ours, who is it, what time is it."""

import asyncio
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import Message, Receive, Scope, Send

from db.gone import DatabaseGone
from domain import audit, clock, sessions
from settings import Settings
from web.errors import unavailable
from web.origin import is_cross_site
from web.respond import error_page
from web.session import SESSION, Caller, is_polled

LONGEST_SEGMENT = 255
FOR_MONITORS = ("/healthz", "/readyz")
"""These know nobody, and answer by whatever name they are asked, with the database away too."""
READ_WITHIN = 20.0
"""Seconds that a whole body may take to come, however slowly it drips: uvicorn alone would wait for ever."""
FILE_WITHIN = 120.0
"""As long for a form with a file, from somebody who is logged in."""


class Edge:
    """Refuses what no browser of ours sends, finds the session and takes over the database's clock."""

    def __init__(self, application: Litestar, settings: Settings) -> None:
        self.application = application
        self.settings = settings
        parts = urlsplit(settings.base_url)
        self.origin, self.host = f"{parts.scheme}://{parts.netloc}", parts.netloc.casefold()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.application(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = cast("Scope", {**scope, "method": "GET"}), _without_body(send)
        scope["litestar_app"] = scope["app"] = self.application
        scope.setdefault("state", {})
        scope["user"] = None
        if not _is_sane(scope) or not self._is_known_host(scope):
            await self._answer(scope, receive, send, 400)
        elif is_cross_site(scope, self.origin):
            await self._answer(scope, receive, send, 403)
        else:
            await self._enter(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        audit.address.set(client[0] if client else "")
        try:
            scope["user"] = await self._session(scope)
        except DatabaseGone as error:
            request: Caller = Caller(scope, receive, send)
            await _send(unavailable(request, error), request)
            return
        within = FILE_WITHIN if scope["user"] and _has_file(scope) else READ_WITHIN
        await self.application(scope, _impatient(receive, within), send)

    async def _session(self, scope: Scope) -> sessions.Session | None:
        if scope["path"] in FOR_MONITORS:
            return None
        token = _cookie(scope, SESSION)
        if token:
            return await sessions.resume(token, renews=not is_polled(scope))
        if self.settings.qa:
            await clock.read()
        return None

    def _is_known_host(self, scope: Scope) -> bool:
        """Links in mail never follow it (KITH_BASE_URL alone does); a strange one is refused all the same."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").casefold()
        if host == self.host or (self.settings.qa and host.rsplit(":", 1)[0] in ("127.0.0.1", "localhost", "[::1]")):
            return True
        return scope["path"] in FOR_MONITORS

    async def _answer(self, scope: Scope, receive: Receive, send: Send, status: int) -> None:
        request: Caller = Caller(scope, receive, send)
        title, advice = {
            400: ("This could not be read", "Go back, check the address, and try again."),
            403: ("This came from another site", "Nothing was changed. Open Kith and do it there."),
        }[status]
        await _send(error_page(request, "http-error", status, title=title, advice=advice), request)


def _is_sane(scope: Scope) -> bool:
    path, query = scope["path"], scope.get("query_string", b"")
    if "\x00" in path or b"%00" in query.lower() or b"\x00" in query:
        return False
    return all(len(segment.encode()) <= LONGEST_SEGMENT for segment in path.split("/"))


def _cookie(scope: Scope, name: str) -> str:
    for header, value in scope["headers"]:
        if header == b"cookie":
            with suppress(Exception):
                found = SimpleCookie(value.decode("latin-1")).get(name)
                if found:
                    return found.value
    return ""


def _without_body(send: Send) -> Send:
    """HEAD is answered as GET is, with its headers alone. RFC 9110, 9.3.2."""

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_headers


def _has_file(scope: Scope) -> bool:
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return kind.lstrip().lower().startswith(b"multipart/form-data")


def _impatient(receive: Receive, within: float) -> Receive:
    """Hurries whoever sends a body. Once all of it has come, an answer may take longer: a file of many rows."""
    deadline, come = asyncio.get_running_loop().time() + within, False

    async def receive_in_time() -> Any:
        nonlocal come
        if come:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(status_code=408) from error
        come = not message.get("more_body", False)
        return message

    return receive_in_time


async def _send(response: Any, request: Caller) -> None:
    await response.to_asgi_response(app=None, request=request)(request.scope, request.receive, request.send)
