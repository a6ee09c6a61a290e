"""A body that never comes does not hold the site: 408 after a while. SECURITY: half-open requests."""

import asyncio
from typing import Any

import pytest

from tests.web.conftest import SITE
from web import edge


async def test_a_body_that_stays_away(site: Any, database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "READ_WITHIN", 0.05)
    sent: list[Any] = []
    coming = iter([{"type": "http.request", "body": b"email=", "more_body": True}])

    async def receive() -> Any:
        return next(coming, None) or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", SITE.removeprefix("https://").encode()), (b"sec-fetch-site", b"same-origin")]
    scope = {"type": "http", "method": "POST", "path": "/login", "raw_path": b"/login", "query_string": b"",
             "headers": headers, "http_version": "1.1", "scheme": "https", "client": ("192.0.2.1", 1),
             "server": ("kith.test", 443), "root_path": ""}  # fmt: skip
    await site(scope, receive, send)
    assert sent[0]["status"] == 408
