"""Invite pressed for 10,000 patients on a real site: one transaction, in how long, in how many statements, and how much
the site grows."""

import asyncio
import re
import time
from pathlib import Path
from uuid import UUID

import httpx

from db.embedded_server import Addresses
from db.engine import counting, run
from domain.invitations import bulk
from domain.invitations.bulk import BulkDraft
from domain.places import Place
from tests.bench.database import database
from tests.bench.wire import Row
from tests.clinic import Clinic
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import report_of
from tests.emails.kill_trial import admit_many
from tests.web.killed_site import Site, Trial
from tests.web.wire import cookie_of

FEW, MANY = 100, 10_000
WORDS = "Dear [Patient First Name] – " + "–" * 1_972
"""As many as may be typed, of a kind that takes the most room."""
PROMISED = 50
"""Megabytes by which the site may grow."""


async def rows() -> list[Row]:
    """Two practices in turn: in one by the operation alone, in the other in the browser's way."""
    async with database() as (addresses, var):
        clinic = await Clinic.open(None)
        place = await practitioner(clinic)
        patients = list(await admit_many(clinic, MANY))
        await run("UPDATE patient SET first_name = 'N' || left(id::text, 13)")  # no two messages are the same
        few, many = [await _statements(place, patients[:size]) for size in (FEW, MANY)]
        seconds, kept, most = await _pressed(addresses, var, place, patients)
    return [
        (f"Invite for {MANY:,} with {len(WORDS):,} characters: until it is answered", f"{seconds:.1f} s", "", ""),
        (f"SQL statements of it, for {FEW} and for {MANY:,}", f"{few}, {many}", "the same", f"{many / few:.2f}"),
        ("Memory that the site keeps after it", f"{kept:.0f} MB", f"{PROMISED} MB", f"{kept / PROMISED:.2f}"),
        ("Memory that it has more in the midst of it", f"{most:.0f} MB", f"{PROMISED} MB", f"{most / PROMISED:.2f}"),
    ]


async def _statements(place: Place, patients: list[UUID]) -> int:
    report = await report_of(place, patients)
    shown = (await bulk.preview(place, report)).shown
    with counting() as statements:
        await bulk.invite(place, report, report, BulkDraft(WORDS), shown)
    await _empty()
    return len(statements)


async def _empty() -> None:
    for table in ("chosen_patient", "bulk_invitation", "mail", "invitation", "attempt"):
        await run(f"DELETE FROM {table}")


async def _pressed(addresses: Addresses, var: Path, place: Place, patients: list[UUID]) -> tuple[float, float, float]:
    """Seconds, and megabytes kept and needed, on a site that has invited a few before."""
    site = Site(addresses, var)
    headers = {"Cookie": await cookie_of(place.account), "Sec-Fetch-Site": "same-origin"}
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{site.port}", headers=headers, timeout=120) as client:
            trial = Trial(site, client, place, await report_of(place, []), patients[:FEW])
            await site.ready(client)
            assert await trial.press(await trial.form())
            trial.patients = patients
            before = _memory(site, "VmRSS")
            Path(f"/proc/{site.process.pid}/clear_refs").write_text("5")
            form = await trial.form()
            started = time.monotonic()
            assert await trial.press({**form, "message": WORDS})
            seconds = time.monotonic() - started
        [sent] = await run("SELECT count(*) AS many, max(length(message)) AS longest FROM invitation")
        assert sent["many"] == MANY
        assert sent["longest"] > 1_900
        return seconds, _memory(site, "VmRSS") - before, _memory(site, "VmHWM") - before
    finally:
        site.kill()


def _memory(site: Site, kind: str) -> float:
    found = re.search(rf"{kind}:\s+(\d+) kB", Path(f"/proc/{site.process.pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def measured() -> list[Row]:
    return asyncio.run(rows())
