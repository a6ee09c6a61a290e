"""A Case Load over 100,000 patients beside one over 1,000, in turn in one run: a page of its results in each order,
running it, choosing 10,000 at once, and what a download of all of them keeps in memory."""

import asyncio
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from statistics import median
from uuid import UUID

import asyncpg

from db.embedded_server import Addresses
from db.ids import new_id
from domain import clock
from domain.places import Place
from domain.reports import choices, results, running, saving, sheet
from tests.bench.database import database
from tests.bench.wire import Row
from tests.clinic import Clinic

FEW, MANY, CHOSEN = 1_000, 100_000, choices.MOST
ROUNDS = 9
SORTS = ("name", "-name", "practitioner", "-practitioner", "-last", "last", "next", "-next", "-owing")
CITY = "Narrow Neck"
"""Where 10,000 of them live."""
FILL = """
DELETE FROM patient WHERE practice = '{practice}';
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
    SELECT n, gen_random_uuid() AS portal, gen_random_uuid() AS patient, lpad(n::text, 6, '0') AS digits,
    md5(n::text) AS w
   FROM generate_series(1, {many}) n;
INSERT INTO portal (id, name, created_by, created_at)
    SELECT portal, 'Somebody', '{account}', '{now}' FROM made WHERE n % 4 = 0;
INSERT INTO patient (id, practice, practitioner, first_name, last_name, code, last_key, first_key, email, email_key,
    city, city_key, birth_date, active, created_at, portal)
    SELECT patient, '{practice}', ('{{{practitioners}}}'::uuid[])[1 + n % {of}], 'Anna', w, 'KT' || digits,
    w || ' anna', 'anna ' || w, 'p' || n || '@example.com', 'p' || n || '@example.com',
    CASE WHEN n <= {living} THEN '{city}' ELSE '' END, CASE WHEN n <= {living} THEN 'narrow neck' ELSE '' END,
    DATE '1940-01-01' + n % 30000, n % 17 > 0, '{now}', CASE WHEN n % 4 = 0 THEN portal END FROM made;
INSERT INTO appointment (id, practice, patient, practitioner, type, starts_at, ends_at)
    SELECT gen_random_uuid(), '{practice}', patient, '{practitioner}', '{type}', at, at + interval '30 minutes'
    FROM made CROSS JOIN LATERAL (VALUES
    (timestamptz '{now}' - make_interval(hours => n % 20000 + 1)), ('{now}'::timestamptz + make_interval(mins => n + 1))
    ) AS two(at) WHERE n % 9 > 0;
INSERT INTO invoice (id, practice, patient, number, issued_on, due_on, total, paid, practitioner)
    SELECT gen_random_uuid(), '{practice}', patient, n, '{now}', '{now}', 80 + n / 10 % 200,
    CASE WHEN n % 10 = 0 THEN 0 ELSE 80 + n / 10 % 200 END, '{practitioner}' FROM made;
INSERT INTO invitation (id, practice, patient, email, email_key, state, sent_by, created_at, sent_at, expires_at)
    SELECT gen_random_uuid(), '{practice}', patient, 'p' || n || '@example.com', 'p' || n || '@example.com', 'Pending',
    '{account}', '{now}', '{now}', timestamptz '{now}' + interval '14 days' FROM made WHERE n % 50 = 1;
"""


async def rows() -> list[Row]:
    """Ratios of 100,000 patients to 1,000, and two figures of the former."""
    async with database() as (addresses, _):
        few, many = [await _practice(addresses, name, size) for name, size in (("Few", FEW), ("Many", MANY))]
        measured = [await _ratio(f"a page of it by “{sort}”", few, many, _page(sort), "3") for sort in SORTS]
        measured.append(await _ratio("Run, which counts everybody", few, many, running.run))
        measured += [await _choosing(many), await _download(many)]
    return measured


Report = tuple[Place, UUID]
Work = Callable[[Place, UUID], Awaitable[object]]


async def _practice(addresses: Addresses, name: str, size: int) -> Report:
    """A practice with so many patients and a report of all of them, which has been run."""
    clinic = await Clinic.open(None, name)
    doctors = [await clinic.place(await clinic.hire(f"{name}{number} Doctor")) for number in range(4)]
    place, report = doctors[0], new_id()
    connection = await asyncpg.connect(addresses.owner_database_url)
    async with connection.transaction():
        await connection.execute(
            FILL.format(
                practice=clinic.practice, practitioner=clinic.practitioner, type=clinic.type, many=size,
                practitioners=",".join(str(doctor.member) for doctor in doctors), of=5, city=CITY, living=CHOSEN,
                account=place.account, now=clock.now().isoformat(),
            )
        )  # fmt: skip
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    await saving.start(place, report, "Case Load", {})
    return place, report


def _page(sort: str) -> Work:
    return lambda place, report: results.read(place, report, sort)


async def _ratio(
    what: str, few: Report, many: Report, work: Callable[[Place, UUID], Awaitable[object]], budget: str = ""
) -> Row:
    """In turn; the first rounds warm up."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 2):
        for spent, report in zip(times, (few, many), strict=True):
            began = time.perf_counter()
            await work(*report)
            if turn >= 2:
                spent.append(time.perf_counter() - began)
    small, large = (median(spent) for spent in times)
    figure = f"{large / small:.2f} ({small * 1000:.1f} and {large * 1000:.1f} ms)"
    part = f"{large / small / float(budget):.2f}" if budget else ""
    return f"Case Load of {MANY:,} and of {FEW:,}: {what}", figure, budget, part


async def _choosing(many: Report) -> Row:
    place, _ = many
    report = new_id()
    await saving.start(place, report, "Case Load", {"city": CITY})
    began = time.perf_counter()
    chosen = await choices.choose_all(place, report, 1)
    took = time.perf_counter() - began
    assert chosen.many == CHOSEN
    return f"Choosing {CHOSEN:,} of {MANY:,} patients", f"{took:.2f} s", "10 s", f"{took / 10:.2f}"


async def _download(many: Report) -> Row:
    tracemalloc.start()
    lines = 0
    async for _ in sheet.lines(*many):
        lines += 1
        if lines == FEW:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    grown = (peak - before) / 1e6
    return f"A download of {lines:,} lines keeps in memory, at most", f"{grown:.1f} MB", "50 MB", f"{grown / 50:.2f}"


def measured() -> list[Row]:
    return asyncio.run(rows())
