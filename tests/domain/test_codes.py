"""Codes are drawn without waiting for anybody who draws at the same time."""

import asyncio
from uuid import UUID

import pytest

from db.engine import run, transaction
from domain import codes
from domain.errors import Refused
from domain.patients import record
from tests.clinic import NOW, Clinic, write


@pytest.fixture
async def clinic(database: None) -> Clinic:
    clinic = await Clinic.open(None)
    await run("UPDATE patient SET phone = ''")
    return clinic


class Drawn:
    """Ids whose last digits are the codes that are wanted, and then others."""

    def __init__(self, *wanted: int) -> None:
        self.wanted = list(wanted)

    def __call__(self) -> UUID:
        return UUID(int=self.wanted.pop(0) if len(self.wanted) > 1 else self.wanted[0])


async def test_a_new_patient_waits_for_no_import_that_has_their_code(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    amara = await clinic.place(await clinic.hire("Amara Okafor"))
    new = await record.read(amara, clinic.patient)
    monkeypatch.setattr(codes, "new_id", Drawn(7, 8))
    has, may_end = asyncio.Event(), asyncio.Event()

    async def bring_in() -> None:
        async with transaction():
            try:
                await write(
                    "patient", practice=clinic.practice, first_name="A", last_name="B", code="KT000007", created_at=NOW
                )
            finally:
                has.set()
            await may_end.wait()

    importing, patient = asyncio.create_task(bring_in()), record.draw_id()
    await has.wait()
    try:
        async with asyncio.timeout(5):
            await record.admit(amara, patient, new)
    finally:
        may_end.set()
        await importing
    assert await run("SELECT code FROM patient WHERE id = $1", patient) == [{"code": "KT000008"}]


async def test_two_who_draw_the_same_code_get_two(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    amara = await clinic.place(await clinic.hire("Amara Okafor"))
    new = await record.read(amara, clinic.patient)
    monkeypatch.setattr(codes, "new_id", Drawn(7, 7, 7, 8, 9))
    await asyncio.gather(*(record.admit(amara, record.draw_id(), new) for _ in range(3)))
    rows = await run("SELECT code FROM patient WHERE id <> $1 ORDER BY code", clinic.patient)
    assert [row["code"] for row in rows] == ["KT000007", "KT000008", "KT000009"]


async def test_a_practice_that_is_full(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "CODES", 4)
    assert len(await codes.draw(clinic.practice, 1)) == 1
    with pytest.raises(Refused, match="at most 2 patients"):
        await codes.draw(clinic.practice, 2)
