"""One request to the site in this process, byte for byte: what no browser and no HTTP library would let through too."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlencode
from uuid import UUID

from litestar import Litestar
from litestar.types import ASGIApp

from domain import sessions

HOST = "kith.test"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back: the headers' names in lower case, each as often as it was sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __getitem__(self, name: str) -> str:
        """A header's values joined, '' without it."""
        return ", ".join(value for given, value in self.headers if given == name)

    @property
    def text(self) -> str:
        return self.body.decode()

    def cookie(self, name: str) -> str:
        """What a cookie is set to, '' where it is not set."""
        found = (value.partition(";")[0] for given, value in self.headers if given == "set-cookie")
        return next((pair.partition("=")[2] for pair in found if pair.startswith(f"{name}=")), "")


async def send(
    site: ASGIApp,
    method: str,
    target: str,
    *,
    cookie: str = "",
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, object] | None = None,
    body: bytes = b"",
) -> Answer:
    """Asks for `target` (path and query as they cross the wire) with a same-origin browser's headers; a header given
    as '' is left out. `form` is encoded as browsers do."""
    raw_path, _, query = target.partition("?")
    given = {"host": HOST, "sec-fetch-site": "same-origin", "cookie": cookie}
    if form is not None or body or method == "POST":
        given["content-type"] = FORM
        body = body or urlencode(dict(form or {}), doseq=True).encode()
        given["content-length"] = str(len(body))
    given |= {name.lower(): value for name, value in (headers or {}).items()}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value],
        "client": ("192.0.2.7", 50000),
        "server": (HOST, 443),
    }
    return await _conversation(site, scope, body)


async def _conversation(site: ASGIApp, scope: dict[str, Any], body: bytes) -> Answer:
    sent: list[dict[str, Any]] = []
    pieces = iter([{"type": "http.request", "body": body, "more_body": False}])

    answered = asyncio.Event()

    async def receive() -> Any:
        if piece := next(pieces, None):
            return piece
        await answered.wait()
        return {"type": "http.disconnect"}

    async def keep(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    await site(cast("Any", scope), receive, keep)
    start = next(message for message in sent if message["type"] == "http.response.start")
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"])
    return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in sent))


async def cookie_of(account: UUID) -> str:
    """The Cookie header of a browser on which an account is logged in."""
    return f"__Host-session={await sessions.begin(account, '')}"


@dataclass(frozen=True)
class Route:
    """One method of one address, such as GET /portal/{portal}/access."""

    method: str
    path: str
    permission: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """What stands in braces in the address."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def filled(self, ids: Mapping[str, object]) -> str:
        """The address with ids for names. Raises KeyError for a name that the tests do not know."""
        return "/".join(str(ids[part[1:-1]]) if part.startswith("{") else part for part in self.path.split("/"))


def routes(site: Any) -> Iterable[Route]:
    """Every route of the site but the OPTIONS that Litestar adds, read from the application itself."""
    while not isinstance(site, Litestar):
        site = site.application
    for route in site.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.handler_name != "options_handler":
                parts = [p if isinstance(p, str) else f"{{{p.name}}}" for p in route.path_components]
                for method in sorted(handler.http_methods - {"HEAD"}):
                    yield Route(method, "/" + "/".join(parts), str(handler.opt.get("permission")))
