"""Files that wait to be brought in: taken up by one worker, and by another when that one is gone."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from db.engine import run
from domain import clock
from domain.patient_import import import_patients, queue, uploads
from domain.places import Place
from tests.clinic import NOW, Clinic, set_clock

ROWS = "".join(f"{n},First{n},Last{n},1980-01-02\n" for n in range(3000))
CONTENT = f"Id,First,Last,Birthdate\n{ROWS}".encode()


@pytest.fixture
async def amara(database: None) -> Place:
    clinic = await Clinic.open(None)
    return await clinic.place(await clinic.hire("Amara Okafor"))


async def waiting(place: Place) -> UUID:
    upload = await uploads.receive(place, "patients.csv", CONTENT)
    await uploads.start(place, upload)
    return upload


async def how_many() -> int:
    [row] = await run("SELECT count(*) AS many FROM patient WHERE source = 'csv'")
    return int(row["many"])


async def test_two_workers_bring_it_in_once(amara: Place) -> None:
    upload = await waiting(amara)
    assert sorted(await asyncio.gather(*(queue.run_next() for _ in range(5)))) == [False] * 4 + [True]
    standing = await uploads.find(amara, upload)
    assert (standing.state, standing.created, standing.done, await how_many()) == ("Done", 3000, 3000, 3000)


async def test_what_a_dead_worker_left_is_taken_up_again(amara: Place) -> None:
    upload = await waiting(amara)
    now = clock.now()
    await queue._claim.first(UUID(int=1), now + queue.LEASE, now)
    assert not await queue.run_next(), "its lease runs"
    set_clock(clock.now() + queue.LEASE + timedelta(seconds=1))
    assert await queue.run_next()
    assert (await uploads.find(amara, upload)).state == "Done"


async def test_a_worker_that_stops_gives_it_back(amara: Place) -> None:
    upload = await waiting(amara)
    working = asyncio.create_task(queue.run_next())
    while (await uploads.find(amara, upload)).state != "Running":
        await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert ((await uploads.find(amara, upload)).state, await how_many()) == ("Waiting", 0)
    assert await queue.run_next()
    assert await how_many() == 3000


async def test_one_who_lost_it_writes_nothing(amara: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = await waiting(amara)

    async def slow(*given: object, **more: object) -> object:
        await run("UPDATE patient_upload SET claim = $2 WHERE id = $1", upload, UUID(int=2))
        return await import_patients(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(queue, "import_patients", slow)
    assert await queue.run_next()
    assert ((await uploads.find(amara, upload)).state, await how_many()) == ("Running", 0)


async def test_progress_is_seen_while_it_runs(amara: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "TELLS_EVERY", 0.01)
    upload = await waiting(amara)
    working, seen = asyncio.create_task(queue.run_next()), set()
    while not working.done():
        seen.add((await uploads.find(amara, upload)).done)
        await asyncio.sleep(0.005)
    assert any(0 < done < 3000 for done in seen), seen
    assert await how_many() == 3000


async def test_who_may_no_longer_add_patients_brings_nothing_in(amara: Place) -> None:
    upload = await waiting(amara)
    await run("UPDATE member SET read_only = true WHERE id = $1", amara.member)
    assert await queue.run_next()
    standing = await uploads.find(amara, upload)
    assert (standing.state, await how_many()) == ("Failed", 0)
    assert "You may no longer add patients here" in standing.faults[0][1]


async def test_a_defect_is_not_tried_for_ever(amara: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_given: object, **_more: object) -> None:
        raise ValueError

    upload = await waiting(amara)
    monkeypatch.setattr(queue, "import_patients", broken)
    assert await queue.run_next()
    assert not await queue.run_next()
    assert "Something went wrong on our side" in (await uploads.find(amara, upload)).faults[0][1]


async def test_old_files_and_outcomes_are_forgotten(amara: Place) -> None:
    set_clock(NOW)
    done = await waiting(amara)
    await queue.run_next()
    await uploads.receive(amara, "unused.csv", CONTENT)
    await uploads.sweep()
    assert len(await run("SELECT FROM patient_upload")) == 2
    set_clock(NOW + uploads.KEPT_UNUSED + timedelta(minutes=1))
    await uploads.sweep()
    assert await run("SELECT id FROM patient_upload") == [{"id": done}]
    set_clock(NOW + uploads.KEPT + timedelta(minutes=1))
    await uploads.sweep()
    assert await run("SELECT id FROM patient_upload") == []
