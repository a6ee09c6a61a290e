"""20,000 patients cost as many statements as 20, and hardly more time: the list, a search, a profile, a report's
results, for those who find all of them and for those who find their own.

The times are medians of many rounds that go back and forth between the practices, in one run on one machine. What makes
them so is asserted too, where no clock is needed: the rows that PostgreSQL touches."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from litestar.types import ASGIApp

from db.bulk import insert_many
from db.embedded_server import Addresses
from db.engine import counting, run
from db.ids import new_id
from db.keys import patient_keys
from db.tables.member import MemberLevel
from db.tables.patient import Patient
from domain import clock, codes, places
from domain.patients.listing_query import ListingQuery
from domain.patients.question import Order, PatientStatus, PortalState, Question
from domain.patients.search import matches
from domain.reports import case_load_pages, saving
from domain.reports.case_load import CaseLoad
from domain.reports.case_load_filters import Asked
from domain.reports.patients_query import PatientsQuery
from tests.clinic import Clinic
from tests.conftest import EMPTY
from tests.web.conftest import Browser

FEW, MANY, ROUNDS, GROWTH, GROWTH_OF_A_REPORT = 20, 20_000, 25, 1.5, 3.0
MOST_ROWS = 1_000
OWN = 10
"""Patients of whoever finds only those."""
FIRST = ("Anna", "Ben", "Cleo", "Dov", "Elif", "Finn", "Gus", "Hana", "Ito", "Jude")
LAST = ("Abbot", "Brown", "Castle", "Dunn", "Ebers", "Farr", "Gray", "Holt", "Ivers", "Jones", "Klee", "Lind", "Moss")
SEARCHED = "Quill"
APPOINTMENTS = """
INSERT INTO appointment (id, practice, patient, practitioner, type, starts_at, ends_at)
SELECT gen_random_uuid(), $1, p.id, $2, $3, at, at + interval '30 minutes'
FROM patient p CROSS JOIN LATERAL (VALUES ($4::timestamptz - make_interval(mins => 60 + right(p.code, 6)::int)),
($4::timestamptz + make_interval(mins => 60 + right(p.code, 6)::int))) two (at)
WHERE p.practice = $1 AND right(p.code, 1) <> '7'
"""
INVOICES = """
INSERT INTO invoice (id, practice, patient, number, issued_on, due_on, total, paid)
SELECT gen_random_uuid(), $1, p.id, row_number() OVER (), $2, $2, 80, CASE WHEN p.code LIKE '%42' THEN 0 ELSE 80 END
FROM patient p WHERE p.practice = $1
"""


async def fill(name: str, many: int) -> tuple[Clinic, UUID]:
    """A practice with so many patients, one of whom is searched for, and a practitioner with a few of their own."""
    clinic = await Clinic.open(None, name)
    rhys = await clinic.hire(f"Rhys-{many} Lindqvist", MemberLevel.PERSONAL)
    member = (await clinic.place(rhys)).member
    drawn = await codes.draw(clinic.practice, many - 1)
    rows: list[dict[str, Any]] = []
    for number, code in enumerate(drawn):
        row = {
            "first_name": FIRST[number % len(FIRST)],
            "last_name": SEARCHED if number == many // 2 else f"{LAST[number % len(LAST)]}{number:05}",
            "email": f"p{number}@patients.example.com",
            "phone": f"02 5550 {number:05}",
        }
        mine = number % (many // OWN) == 1
        rows.append(
            {
                "id": new_id(), "practice": clinic.practice, "code": code, "created_at": clock.now(), **row,
                "preferred_name": "", **patient_keys({**row, "preferred_name": ""}),
                "practitioner": member if mine else clinic.practitioner,
            }
        )  # fmt: skip
    await insert_many(Patient, rows)
    await run(APPOINTMENTS, clinic.practice, clinic.practitioner, clinic.type, clock.now())
    await run(INVOICES, clinic.practice, clock.now().date())
    return clinic, rows[1]["id"]


async def report_of(clinic: Clinic, name: str) -> UUID:
    """A Case Load of everybody that the owner shares and has run."""
    [owner] = await run("SELECT id, name FROM account WHERE email = $1", f"{name}@example.com")
    place, report = await places.place(owner["id"], owner["name"], name), new_id()
    await saving.start(place, report, "Case Load", {})
    await saving.save(place, report, "Everybody", shared=True, version=1)
    return report


class Practice:
    """One practice, whose owner and whose Rhys have a browser each."""

    def __init__(self, site: ASGIApp, slug: str, patient: UUID, report: UUID, many: int) -> None:
        base = f"/practice/{slug}/patients"
        self.pages = {
            "list": base,
            "search": f"{base}?q={SEARCHED}",
            "profile": f"{base}/{patient}",
            "report": f"/practice/{slug}/reports/{report}",
        }
        self.emails = {"all": f"{slug}@example.com", "own": f"rhys-{many}@example.com"}
        self.browsers = {reach: Browser(site) for reach in self.emails}


@pytest.fixture
async def practices(engine: None, addresses: Addresses, site: ASGIApp) -> AsyncIterator[tuple[Practice, Practice]]:
    connection = await asyncpg.connect(addresses.owner_database_url)
    await connection.execute(EMPTY)
    made = []
    for name, many in (("Few", FEW), ("Many", MANY)):
        clinic, patient = await fill(name, many)
        made.append(Practice(site, name.lower(), patient, await report_of(clinic, name.lower()), many))
    await connection.execute("ANALYZE")
    await connection.close()
    for practice in made:
        for reach, browser in practice.browsers.items():
            await browser.log_in(practice.emails[reach])
    yield made[0], made[1]
    for practice in made:
        for browser in practice.browsers.values():
            await browser.aclose()


PAGES = [(reach, page) for reach in ("all", "own") for page in ("list", "search", "profile", "report")]


async def test_as_many_statements_and_hardly_more_time(practices: tuple[Practice, Practice]) -> None:
    for reach, page in PAGES:
        times: tuple[list[float], list[float]] = ([], [])
        asked: list[set[int]] = [set(), set()]
        for turn in range(ROUNDS + 3):
            for which, practice in enumerate(practices):
                began = time.perf_counter()
                with counting() as statements:
                    answer = await practice.browsers[reach].get(practice.pages[page])
                if turn >= 3:
                    times[which].append(time.perf_counter() - began)
                assert answer.status_code == 200, (reach, page)
                asked[which].add(len(statements))
        assert asked[0] == asked[1], (reach, page, asked)
        assert len(asked[0]) == 1
        few, many = (median(sorted(one)[: ROUNDS * 2 // 3]) for one in times)
        print(f"{reach} {page}: {few * 1000:.2f} ms, {many * 1000:.2f} ms: {many / few:.2f}")
        growth = GROWTH_OF_A_REPORT if page == "report" else GROWTH
        assert many / few < growth, (reach, page, few, many)


BROAD = ("a", f"anna {SEARCHED[:3]}")
"""One in ten is called so, and the rest of the words is looked for among them."""
QUESTIONS = {
    "list": Question(),
    "search": Question(q=SEARCHED),
    "search by first name": Question(q=BROAD[1]),
    "search by phone": Question(q="02 5550 00042"),
    "one letter": Question(q=BROAD[0]),
    "by first name": Question(order=Order.FIRST_NAME),
    "invited": Question(portal=PortalState.INVITED),
    "with a portal": Question(portal=PortalState.LINKED),
    "deceased": Question(status=PatientStatus.DECEASED),
    "nobody's": Question(practitioner=UUID(int=7)),
}


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
async def test_postgresql_touches_few_rows(
    practices: tuple[Practice, Practice], addresses: Addresses, plan: str
) -> None:
    """Whether the plan knows the values or was made for all of them; it keeps to the former where somebody
    has few of very many patients."""
    connection = await asyncpg.connect(addresses.database_url)
    await connection.execute(f"SET plan_cache_mode = {plan}")
    reaches = ("all", "own") if plan == "force_custom_plan" else ("all",)
    for reach in reaches:
        email = practices[1].emails[reach]
        [account] = await run("SELECT id, name FROM account WHERE email = $1", email)
        place = await places.place(account["id"], account["name"], "many")
        for about, question in QUESTIONS.items():
            query = ListingQuery(place, question)
            touched = await _touched(connection, query.sql(matches(question.q), 0), query.values)
            assert touched < (10 * MOST_ROWS if question.q in BROAD else MOST_ROWS), (reach, about, touched)
    for sort in [sort for column in CaseLoad().columns(place) for sort in column.sorts]:
        load = PatientsQuery(place, Asked())
        touched = await _touched(connection, case_load_pages.page(load, sort, 1, MANY), load.values)
        assert touched < MOST_ROWS, (sort, touched)
    await connection.close()


async def _touched(connection: Any, sql: str, values: list[Any]) -> int:
    """The rows that a statement reads, those that it throws away again with them."""
    given = ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
    await connection.execute(f"PREPARE one AS {sql}")
    plan = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE one ({given})")
    await connection.execute("DEALLOCATE one")
    return sum(_read(node) for node in _nodes(json.loads(plan)[0]["Plan"]) if "Scan" in node["Node Type"])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _read(node: dict[str, Any]) -> int:
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + thrown) * node["Actual Loops"])
