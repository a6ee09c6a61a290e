"""The cast with canaries in every text, and every route of the site walked by each of them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from db.engine import DB, run, transaction
from demo import cast
from demo.people import known_id
from domain import sessions
from settings import Settings
from tests.web import model
from tests.web.canaries import Canary, found, plant
from tests.web.model import NONE, Standing
from tests.web.practice_rows import furnish
from tests.web.wire import Answer, Route, routes, send

PORTALS = ("mina", "leo", "jun", "ivy")


class _Undone(Exception):
    """Ends a transaction whose work is not to be kept."""


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """Whatever is written within is taken back, by the site too: it runs in this task and so in this transaction."""
    current = DB.current_transaction.get()
    if current is not None:
        savepoint = await current.savepoint()
        try:
            yield
        finally:
            await savepoint.rollback_to()
        return
    try:
        async with transaction():
            yield
            raise _Undone
    except _Undone:
        pass


@dataclass
class Household:
    """Everything that a walk needs: who is logged in how, the ids in addresses, and what was planted."""

    site: Any
    tokens: dict[str, str]
    ids: dict[str, dict[str, UUID]]
    planted: dict[str, Canary]
    routes: list[Route]
    asked: set[str] = field(default_factory=set)
    read: set[tuple[str, str]] = field(default_factory=set)
    """(how somebody stands in the portal of the page, field): what was really seen."""

    @classmethod
    async def settle(cls, site: Any, settings: Settings) -> "Household":
        """Builds the cast into empty tables, plants the canaries and logs everybody in."""
        await cast.build(settings)
        await _fill_gaps()
        await furnish()
        planted = await plant()
        tokens = {who: await sessions.begin(known_id("account", who), "") for who in model.PEOPLE}
        ids = {whose: await _ids(known_id("portal", whose)) for whose in PORTALS}
        return cls(
            site, tokens, ids, planted, [r for r in routes(site) if not r.path.startswith(("/qa", "/practice/"))]
        )

    async def walk(
        self,
        token: str | None,
        account: UUID | None,
        standings: Mapping[str, Standing],
        portals: tuple[str, ...] = PORTALS,
    ) -> list[str]:
        """What is wrong when one account goes everywhere: statuses that differ from the model's, words that leak."""
        seen = {known_id("portal", whose): standing for whose, standing in standings.items()}
        wrong = []
        for route in self.routes:
            for whose in portals if "{portal}" in route.path else portals[:1]:
                standing = None if account is None else standings.get(whose, NONE)
                for partial in (False, True) if route.method == "GET" and "{portal}" in route.path else (False,):
                    answer = await self.ask(route, whose, token, partial=partial)
                    wrong += self._faults(route, whose, answer, standing, account, seen, partial=partial)
        return wrong

    async def ask(self, route: Route, whose: str, token: str | None, *, partial: bool = False) -> Answer:
        """One route, whose ids in the address are of `whose` portal; a form without fields where it takes one."""
        self.asked.add(str(route))
        target = route.filled(self.ids[whose])
        headers = {"hx-request": "true", "hx-request-type": "partial"} if partial else {}
        async with undone():
            return await send(
                self.site, route.method, target, cookie=f"__Host-session={token}" if token else "", headers=headers
            )

    def _faults(
        self,
        route: Route,
        whose: str,
        answer: Answer,
        standing: Standing | None,
        account: UUID | None,
        seen: Mapping[UUID, Standing],
        *,
        partial: bool,
    ) -> list[str]:
        right = model.expected(route.method, route.path, standing)
        if partial and standing is None:
            right = {401}
        wrong = []
        if answer.status not in right:
            wrong.append(f"{route} of {whose} as {standing}: {answer.status}, not {right}")
        everything = answer.text + "\n".join(value for _, value in answer.headers)
        for word, canary in found(everything, self.planted):
            self.read.add((_kind(standing), canary.field))
            if not canary.may_be_read_by(account, seen):
                wrong.append(f"{route} of {whose} as {standing}: shows {canary.field} ({word})")
        return wrong


def _kind(standing: Standing | None) -> str:
    return "nobody" if standing is None else standing.level or standing.state


async def _fill_gaps() -> None:
    """Texts where the cast has none, so that a canary takes their place."""
    for whose in PORTALS:
        portal = known_id("portal", whose)
        await run("UPDATE portal SET preferred_name = 'Nick' WHERE id = $1", portal)
        await run(
            "UPDATE funding SET medicare_number = '2123456701', medicare_reference = '1', medicare_expiry = '01/2030',"
            " health_fund = 'Fund', fund_number = '12345678' WHERE portal = $1",
            portal,
        )


async def _ids(portal: UUID) -> dict[str, UUID]:
    """A thing of each kind in a portal, by the name that it has in addresses."""
    queries = {
        "row": "SELECT id FROM access WHERE portal = $1 ORDER BY id LIMIT 1",
        "asked": "SELECT id FROM access WHERE status = 'Current' AND $1::uuid IS NOT NULL ORDER BY id LIMIT 1",
        "asking": "SELECT id FROM member WHERE accepted_at IS NULL AND $1::uuid IS NOT NULL ORDER BY id LIMIT 1",
        "appointment": "SELECT a.id FROM appointment a JOIN patient p ON p.id = a.patient WHERE p.portal = $1"
        " ORDER BY a.starts_at DESC LIMIT 1",
        "invoice": "SELECT i.id FROM invoice i JOIN patient p ON p.id = i.patient WHERE p.portal = $1 LIMIT 1",
        "entry": "SELECT id FROM record_entry WHERE portal = $1 ORDER BY id LIMIT 1",
    }
    ids = {"portal": portal, "token": UUID(int=0)}
    for name, query in queries.items():
        rows = await run(query, portal)
        assert rows, f"the portal has no {name}"
        ids[name] = rows[0]["id"]
    return ids
