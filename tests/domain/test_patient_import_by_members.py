"""What a member brings in: never over patients whom they do not find, never longer than they may, in nobody's way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest

from db.engine import run, transaction
from db.tables.member import Limit, MemberLevel
from domain import clock, practice_settings
from domain.errors import NotPermitted
from domain.members import activity
from domain.members.listing import MemberStatus
from domain.patient_import import import_patients, queue, uploads
from domain.patient_import.sheet import Uploaded
from domain.patients import record
from domain.places import Place
from domain.practice_settings import Settings
from tests.cast import someone
from tests.clinic import Clinic, write

HEADER = "Id,First,Last,Birthdate,Email\n"
MINE, KEPT = "7,Mina,Park,1980-01-02,mina@example.com\n", "8,Ada,Ong,1955-05-05,other@example.com\n"
SLUG = "harbour-street-clinic"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    clinic = await Clinic.open(None)
    await run("UPDATE patient SET source = 'csv', source_id = '7', phone = ''")
    return clinic


@pytest.fixture
async def rhys(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.CLINICAL))


@pytest.fixture
async def kept(clinic: Clinic, rhys: Place) -> UUID:
    """A patient whom Rhys may not find."""
    ada = await clinic.admit(None, first_name="Ada", last_name="Ong", source="csv", source_id="8", phone="")
    await write("patient_revocation", patient=ada, member=rhys.member, revoked_by=rhys.account, revoked_at=clock.now())
    return ada


async def sent(place: Place, content: str) -> uploads.Standing:
    """What became of a file."""
    upload = await uploads.receive(place, "patients.csv", content.encode())
    assert (await uploads.find(place, upload)).refused == 0, "a preview says nothing of who is there"
    await uploads.start(place, upload)
    assert await queue.run_next()
    return await uploads.find(place, upload)


async def test_nobody_writes_over_a_patient_whom_they_do_not_find(clinic: Clinic, rhys: Place, kept: UUID) -> None:
    [before] = await run("SELECT * FROM patient WHERE id = $1", kept)
    same = "8,Ada,Ong,,\n"
    for row in (KEPT, same):
        end = await sent(rhys, HEADER + row + MINE)
        assert (end.state, end.created, end.refused) == ("Done", 0, 1)
        assert end.faults == ((2, "You cannot bring in this row. Ask an account owner"),)
    assert await run("SELECT * FROM patient WHERE id = $1", kept) == [before]
    assert await run("SELECT email FROM patient WHERE id = $1", clinic.patient) == [{"email": "mina@example.com"}]
    everybody = await import_patients(Uploaded("p.csv", (HEADER + KEPT).encode()), SLUG)
    assert everybody.updated == 1, "the platform's administrators bring everybody up to date"


@pytest.mark.parametrize("limit", [Limit.OWN, Limit.NONE])
@pytest.mark.parametrize("level", [MemberLevel.FULL, MemberLevel.CLINICAL])
async def test_who_reads_not_every_profile_imports_nothing(clinic: Clinic, level: MemberLevel, limit: Limit) -> None:
    place = await clinic.place(await clinic.hire("Rhys Lindqvist", level, profiles=limit.value))
    with pytest.raises(NotPermitted):
        await uploads.receive(place, "patients.csv", (HEADER + MINE).encode())
    with pytest.raises(NotPermitted):
        await uploads.mine(place)


@asynccontextmanager
async def held_up(clinic: Clinic, by: Place) -> AsyncIterator[UUID]:
    """Within it an import of a member's is in the middle: it waits for a patient whom somebody else changes."""
    upload = await uploads.receive(by, "patients.csv", (HEADER + "9,Eva,Lam,1990-01-01,\n" + MINE).encode())
    await uploads.start(by, upload)
    has, may_end = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        async with transaction():
            await run("SELECT FROM patient WHERE id = $1 FOR UPDATE", clinic.patient)
            has.set()
            await may_end.wait()

    changing = asyncio.create_task(change())
    await has.wait()
    working = asyncio.create_task(queue.run_next())
    try:
        while not await run("SELECT FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            yield upload
    finally:
        may_end.set()
        await asyncio.gather(changing, working)


async def test_an_import_holds_up_nobody_and_brings_in_nothing_for_who_was_deactivated(
    clinic: Clinic, rhys: Place
) -> None:
    owner = await clinic.place(await clinic.hire("Amara Okafor", owner=True))
    practice = owner.practice
    new = replace(await record.read(owner, clinic.patient), first_name="Nour")
    async with held_up(clinic, rhys) as upload:
        off = Settings(not practice.invitations, practice.updates, practice.note_sharing)
        await practice_settings.change(owner, off, practice.settings_version)
        await record.admit(owner, record.draw_id(), new)
        assert (await activity.deactivate(owner, rhys.member)).status is MemberStatus.DEACTIVATED
    assert await run("SELECT first_name FROM patient ORDER BY first_name") == [
        {"first_name": "Mina"}, {"first_name": "Nour"},
    ]  # fmt: skip
    [row] = await run("SELECT state, created, updated, faults FROM patient_upload WHERE id = $1", upload)
    assert (row["state"], row["created"], row["updated"]) == ("Failed", 0, 0)
    assert "You may no longer add patients here. Nothing was brought in" in row["faults"]
    assert await run("SELECT FROM event WHERE kind = 'patients:import'") == []


async def test_who_is_limited_meanwhile_brings_in_nothing(clinic: Clinic, rhys: Place) -> None:
    async with held_up(clinic, rhys) as upload:
        await run("UPDATE member SET profiles = 'own' WHERE id = $1", rhys.member)
    assert await run("SELECT state FROM patient_upload WHERE id = $1", upload) == [{"state": "Failed"}]
    assert await run("SELECT FROM patient WHERE source_id = '9'") == []


async def test_one_import_at_a_time_into_a_practice(clinic: Clinic, rhys: Place) -> None:
    row = Uploaded("p.csv", (HEADER + "9,Eva,Lam,1990-01-01,\n").encode())
    async with held_up(clinic, rhys):
        other = asyncio.create_task(import_patients(row, SLUG))
    assert (await other).unchanged == 1


async def test_a_linked_patient_who_changes_is_named_in_the_trail(database: None) -> None:
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    amara = await clinic.place(await clinic.hire("Amara Okafor"))
    await clinic.admit(None, first_name="Ada", last_name="Ong", source="csv", source_id="8")
    await run("UPDATE patient SET source = 'csv', source_id = '7' WHERE id = $1", clinic.patient)
    for _ in range(2):
        await sent(amara, HEADER + MINE + KEPT)
    lines = await run("SELECT account, practice, portal, subject FROM event WHERE kind = 'patient:import'")
    assert [tuple(line.values()) for line in lines] == [(amara.account, clinic.practice, None, clinic.patient)]
