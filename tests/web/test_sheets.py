"""CSV files as they leave the site: what a spreadsheet makes of them, and that a part is never taken for the whole."""

import asyncio
import csv
import io
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.response import Stream

from domain.errors import NotFound
from settings import Settings
from web import edge, errors
from web.edge import Edge
from web.sheets import sheet
from web.static import build
from web.templates import templates

LINES = [
    ["Name", "Town"],
    ["Ana, the first", 'the "Glebe"'],
    ["=1+1", "+61"],
    ["-2", "@x"],
    ["\tx", "\rx"],
    ["Zoë", ""],
]


async def few() -> AsyncIterator[Sequence[str]]:
    for line in LINES:
        yield line


async def many() -> AsyncIterator[Sequence[str]]:
    for number in range(200_000):
        yield [f"Patient {number}", "a town"]


async def none_there() -> AsyncIterator[Sequence[str]]:
    raise NotFound
    yield []


async def breaking() -> AsyncIterator[Sequence[str]]:
    yield ["Name"]
    raise NotFound


async def slow() -> AsyncIterator[Sequence[str]]:
    yield ["Name"]
    await asyncio.sleep(0.2)
    yield ["Ana"]


@get("/{which:str}")
async def download(which: FromPath[str]) -> Stream:
    return await sheet(
        "case-load", {"few": few, "many": many, "none": none_there, "slow": slow, "b": breaking}[which]()
    )


@pytest.fixture
def site(settings: Settings, engine: None) -> Any:
    app = Litestar([download], exception_handlers=errors.HANDLERS, openapi_config=None, logging_config=None)
    app.state.update(settings=settings, templates=templates(build(settings.var), qa=True))
    return Edge(app, settings)


@pytest.fixture
def client(site: Any) -> httpx.AsyncClient:
    headers = {"Sec-Fetch-Site": "same-origin"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="https://kith.test", headers=headers)


async def test_a_spreadsheet_reads_what_was_written(client: httpx.AsyncClient) -> None:
    answer = await client.get("/few")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="case-load.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfName,Town\r\n")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows == [*LINES[:2], ["'=1+1", "'+61"], ["'-2", "'@x"], ["'\tx", "'\rx"], ["Zoë", ""]]


async def test_head_is_answered_with_the_headers_alone(client: httpx.AsyncClient) -> None:
    answer = await client.head("/few")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_what_is_wrong_at_the_start_is_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/none")
    assert answer.status_code == 404
    assert "attachment" not in answer.headers.get("content-disposition", "")


async def test_what_breaks_off_is_not_ended_as_if_it_were_whole(client: httpx.AsyncClient) -> None:
    with pytest.raises(Exception, match="after response started"):
        await client.get("/b")


async def test_it_may_take_longer_than_a_body_may(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "READ_WITHIN", 0.05)
    assert (await client.get("/slow")).text.splitlines() == ["\ufeffName", "Ana"]


async def test_it_is_never_whole_in_memory(site: Any) -> None:
    """Bytes that are sent are counted, and kept by nobody."""
    sent, most = 0, 0

    async def send(message: Any) -> None:
        nonlocal sent, most
        sent, most = sent + len(message.get("body", b"")), max(most, len(message.get("body", b"")))

    gone = asyncio.Event()

    async def receive() -> Any:
        await gone.wait()

    headers = [(b"host", b"kith.test"), (b"sec-fetch-site", b"same-origin")]
    scope = {"type": "http", "method": "GET", "path": "/many", "raw_path": b"/many", "query_string": b"",
             "headers": headers, "http_version": "1.1", "scheme": "https", "client": ("192.0.2.1", 1),
             "server": ("kith.test", 443), "root_path": ""}  # fmt: skip
    tracemalloc.start()
    task = asyncio.create_task(site(scope, receive, send))
    while sent < 4_000_000:
        await asyncio.sleep(0.01)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    task.cancel()
    assert most < 40_000
    assert held < 2_000_000
