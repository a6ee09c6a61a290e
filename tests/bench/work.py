"""What one Access page costs the site: SQL statements, and processor time beside a floor that does no more than
it must, measured in turn in one run."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from jinja2 import Environment

from db import embedded
from db.engine import DB, counting, run
from db.migrate import migrate, role_of
from db.tables.access import Level, Role
from domain import requests
from domain.requests import Asking
from settings import Settings
from tests.bench.wire import Row
from tests.cast import PASSWORD, Someone, someone
from web.app import create_app

ROUNDS, PAGES = 5, 200
TABLE = "<table>{% for row in rows %}<tr><td>{{ row.name }}<td>{{ row.level }}<td>{{ row.role }}{% endfor %}</table>"


async def rows() -> list[Row]:
    """The page with 2 and with 40 people on it."""
    with embedded.temporary() as database:
        await migrate(database.owner_database_url, "test", role_of(database.database_url))
        await DB.start(database.database_url)
        settings = Settings.from_environment(
            {"KITH_ENV": "test", "KITH_VAR": str(database.place.data.parent), "KITH_BASE_URL": "https://kith.test"}
        )
        application: Any = create_app(settings)
        site = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=site, base_url="https://kith.test") as client:
            found = await _measured(client)
        await DB.stop()
    return found


async def _measured(client: httpx.AsyncClient) -> list[Row]:
    mina = await someone("Mina Park")
    await _ask_for(mina, range(2))
    await client.post(
        "/login", data={"email": mina.email, "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    few = await _statements(client)
    await _ask_for(mina, range(2, 40))
    many = await _statements(client)
    assert few == many, f"{few} statements with 2 people, {many} with 40"
    template = Environment(autoescape=True).from_string(TABLE)

    async def floor() -> None:
        for _ in range(many):
            people = await run("SELECT a.name, x.level, x.role FROM access x JOIN account a ON a.id = x.account")
        template.render(rows=people)

    async def page() -> None:
        await client.get("/account/access", headers={"Accept-Encoding": "br"})

    ours, least = await _in_turn(page, floor)
    return [
        ("SQL statements of the Access page, 2 or 40 people", str(many), "6", f"{many / 6:.2f}"),
        ("Processor time of it, 40 people, client included", f"{ours * 1e6:,.0f} µs", "", ""),
        (f"The floor: {many} statements and one small table", f"{least * 1e6:,.0f} µs", "", ""),
        ("Times the floor", f"{ours / least:.1f}", "", ""),
    ]


async def _ask_for(mina: Someone, numbers: range) -> None:
    for number in numbers:
        asker = await someone(f"Asker{number} Person", portal=False)
        await requests.ask(asker.session, Asking("Mina", "Friend", Level.CLINICAL, Role.VIEW, mina.email))


async def _statements(client: httpx.AsyncClient) -> int:
    with counting() as statements:
        answer = await client.get("/account/access")
    assert answer.status_code == 200
    return len(statements)


async def _in_turn(*works: Callable[[], Awaitable[None]]) -> list[float]:
    """The median processor seconds of one call of each, A B A B …"""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, spent, strict=True):
            start = time.process_time()
            for _ in range(PAGES):
                await work()
            times.append((time.process_time() - start) / PAGES)
    return [sorted(times)[ROUNDS // 2] for times in spent]


def measured() -> list[Row]:
    return asyncio.run(rows())
