"""Every route of the site × everybody of the cast × every state of an access, against a model of its own, with a canary
in every text. ASVS 8.2.1, 8.2.2, 8.2.3, 8.3.1, 8.4.1, 15.3.1."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from litestar.types import ASGIApp

from db.embedded_server import Addresses
from db.engine import run
from db.ids import new_id
from demo.people import known_id
from domain import accounts, clock, sessions
from settings import Settings
from tests.conftest import EMPTY
from tests.web import model
from tests.web.canaries import NOT_WORDS, READERS, found, text_columns
from tests.web.fingerprint import fingerprint
from tests.web.household import PORTALS, Household, undone
from tests.web.model import DISABLED, GUARDIAN, NONE, OWNER, PENDING, Standing
from tests.web.wire import FORM, routes, send
from web.app import create_app

REASONS = ("denied", "revoked", "expired", "left", "age limit", "withdrawn", "deceased")
CURRENT = [Standing("Current", level, role) for level in ("Clinical", "Administrative") for role in ("View", "Edit")]


@pytest.fixture(scope="module")
async def household(engine: None, addresses: Addresses, settings: Settings, site: ASGIApp) -> Household:
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    await connection.close()
    clock.set_offset(timedelta())
    return await Household.settle(site, settings)


def test_every_route_has_an_expectation(household: Household) -> None:
    for route in household.routes:
        assert model.expected(route.method, route.path, OWNER), str(route)
        assert route.filled(household.ids["mina"])


async def test_every_text_of_the_database_is_a_canary_or_none(household: Household) -> None:
    assert await text_columns() == set(READERS) | NOT_WORDS


@pytest.mark.parametrize("who", [*model.PEOPLE, None])
async def test_the_cast_gets_what_the_model_says(household: Household, who: str | None) -> None:
    """ASVS 8.2.1, 8.2.2: the status of every route, in every portal; no word that is not theirs."""
    standings = {whose: model.CAST.get((str(who), whose), NONE) for whose in (*PORTALS, "theo", "zed")}
    account, token = (known_id("account", who), household.tokens[who]) if who else (None, None)
    assert await household.walk(token, account, standings) == []


@pytest.mark.parametrize("whose", PORTALS)
@pytest.mark.parametrize(
    ("standing", "reason"),
    [(OWNER, None), (GUARDIAN, None), (NONE, None), (PENDING, None), *((DISABLED, reason) for reason in REASONS),
     *((current, None) for current in CURRENT)],
)  # fmt: skip
async def test_every_state_of_an_access_gets_what_the_model_says(
    household: Household, whose: str, standing: Standing, reason: str | None
) -> None:
    """ASVS 8.2.1, 8.2.3: a newcomer who stands so in one portal, and in no other."""
    async with undone():
        account = await accounts.create("Nell Archer", "nell@example.com", "-")
        token = await sessions.begin(account, "")
        await _place(account, known_id("portal", whose), standing, reason)
        if standing is GUARDIAN and whose != "leo":
            standing = Standing("Current", "Clinical", "Edit")
        assert await household.walk(token, account, {whose: standing}, (whose,)) == []


async def test_a_guardian_whom_a_practice_has_not_confirmed_sees_nothing_of_it(household: Household) -> None:
    """Decision 5: whether it has not decided yet or has refused them."""
    leo, practices = household.ids["leo"], ("practice.", "appointment", "invoice", "note.", "patient")
    for confirmed in ("Waiting", "Refused"):
        async with undone():
            account = await accounts.create("Nell Archer", "nell@example.com", "-")
            token = await sessions.begin(account, "")
            await _place(account, leo["portal"], GUARDIAN, None, confirmed)
            for route in household.routes:
                if route.method == "GET" and "{portal}" in route.path:
                    answer = await household.ask(route, "leo", token)
                    assert answer.status == (404 if {"appointment", "invoice"} & set(route.names) else 200), str(route)
                    told = {canary.field for _, canary in found(answer.text, household.planted)}
                    assert not {field for field in told if field.startswith(practices)}, str(route)


async def _place(
    account: UUID, portal: UUID, standing: Standing, reason: str | None, confirmed: str = "Confirmed"
) -> None:
    if standing is OWNER:
        await run("UPDATE portal SET owner = $2 WHERE id = $1", portal, account)
    elif standing is not NONE:
        await run(
            "INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, reason, basis,"
            " asked_at, expires_at, decided_by) VALUES ($1, $2, $3, $2, 'Somebody', 'Friend', $4, $5, $6, $7, $8, $9,"
            " $10, coalesce((SELECT owner FROM portal WHERE id = $3), $11))",
            access := new_id(),
            account,
            portal,
            standing.level or "Clinical",
            standing.role or "Edit",
            "Current" if standing is GUARDIAN else standing.state,
            reason,
            "Parental responsibility, self-declared" if standing is GUARDIAN else None,
            clock.now(),
            clock.now() + timedelta(days=14),
            known_id("account", "mina"),
        )
        if standing is GUARDIAN:
            await run(
                "INSERT INTO guardian_confirmation (id, practice, patient, access, state, asked_at)"
                " SELECT gen_random_uuid(), practice, id, $2, $3, $4 FROM patient WHERE portal = $1",
                portal, access, confirmed, clock.now(),
            )  # fmt: skip


VALID = {
    "status": "Current", "level": "Clinical", "role": "Edit", "version": "1", "refuse_for_good": "yes",
    "name": "Nell Archer", "email": "nell@example.com", "relationship": "Friend", "guardian": "no",
}  # fmt: skip
"""What fills every form that has an id in its address."""


@pytest.mark.parametrize("filled", [{}, VALID], ids=["empty", "filled"])
async def test_an_id_of_another_portal_is_not_found_and_changes_nothing(
    household: Household, filled: dict[str, str]
) -> None:
    """ASVS 8.2.2: the owner of one portal, with an id of another in the address of their own."""
    forged = [route for route in household.routes if "{portal}" in route.path and len(route.names) > 1]
    assert forged
    for route in forged:
        for other in ("jun", "ivy", "leo"):
            ids = {**household.ids[other], "portal": household.ids["mina"]["portal"]}
            async with undone():
                before = await fingerprint()
                answer = await send(
                    household.site,
                    route.method,
                    route.filled(ids),
                    cookie=f"__Host-session={household.tokens['mina']}",
                    form=filled if route.method == "POST" else None,
                )
                assert (answer.status, await fingerprint()) == (404, before), f"{route} with an id of {other}'s"


async def test_absent_and_not_yours_are_the_same_page(household: Household) -> None:
    """Decision 11: no id of a portal tells whether there is one."""
    cookie = f"__Host-session={household.tokens['zed']}"
    for route in household.routes:
        if "{portal}" in route.path:
            theirs = await send(household.site, route.method, route.filled(household.ids["mina"]), cookie=cookie)
            nobodys = route.filled({**household.ids["mina"], "portal": new_id()})
            absent = await send(household.site, route.method, nobodys, cookie=cookie)
            assert (theirs.status, theirs.headers, theirs.body) == (404, absent.headers, absent.body), str(route)


async def test_production_has_no_qa_room(household: Household, settings: Settings, site: ASGIApp) -> None:
    """ASVS 13.4.2: each of its addresses is 404 there, to those who are logged in too."""
    production = create_app(replace(settings, env="production"))
    qa = [route for route in routes(site) if route.path.startswith("/qa")]
    assert qa
    for route in qa:
        for token in ("", household.tokens["mina"], household.tokens["amara"]):
            cookie = f"__Host-session={token}" if token else ""
            for kind in ("application/json", FORM):
                target = route.filled({**household.ids["mina"], "mail": "1"})
                headers = {"content-type": kind} if route.method != "GET" else {}
                answer = await send(production, route.method, target, cookie=cookie, headers=headers)
                assert answer.status == 404, str(route)


NOT_SHOWN = {
    "practice.address", "practice.email", "access.email", "patient_update_field.after", "patient_update_field.reason",
}  # fmt: skip
"""Texts that might be read but that no page shows to the cast: an offer's email stands on it until it is accepted,
a reason by details that are still as they were rejected."""


async def test_a_walk_asks_every_route_and_finds_every_word_that_may_be_read(household: Household) -> None:
    """A walk that sees nothing proves nothing."""
    household.asked.clear()
    household.read.clear()
    for who in ("mina", "jun", "kim"):
        standings = {whose: model.CAST.get((who, whose), NONE) for whose in PORTALS}
        await household.walk(household.tokens[who], known_id("account", who), standings)
    assert household.asked == {str(route) for route in household.routes}
    readable = {field for field, rule in READERS.items() if rule != "nobody"}
    assert {field for _, field in household.read} == readable - NOT_SHOWN
