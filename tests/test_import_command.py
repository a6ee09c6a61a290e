"""`kith import` from the command line."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from db.embedded_server import Addresses
from db.engine import run
from domain import practices

SYNTHEA = Path(__file__).parent / "data" / "synthea"
Ended = subprocess.CompletedProcess[str]


@pytest.fixture
async def kith_import(database: None, addresses: Addresses) -> Callable[..., Coroutine[Any, Any, Ended]]:
    await practices.create("Harbour Street Clinic", "harbour-street", "Australia/Sydney")
    environment = os.environ | {
        "KITH_ENV": "test",
        "KITH_DATABASE_URL": addresses.database_url,
        "KITH_OWNER_DATABASE_URL": addresses.owner_database_url,
    }

    async def command(*arguments: str) -> Ended:
        line = [sys.executable, "-m", "kith", "import", *arguments]
        return await asyncio.to_thread(
            subprocess.run, line, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return command


async def test_a_folder_of_synthea(kith_import: Callable[..., Coroutine[Any, Any, Ended]]) -> None:
    ended = await kith_import("synthea", str(SYNTHEA), "--practice", "harbour-street")
    assert ended.returncode == 1
    assert "33 of 33" in ended.stderr.splitlines()
    assert "patients.csv line 18: Birthdate is in the future" in ended.stderr.splitlines()
    assert "allergies.csv line 7: STOP is before START" in ended.stderr.splitlines()
    assert ended.stdout.splitlines() == [
        "Patients: 14 created, 0 updated, 1 unchanged",
        "Allergies: 3 created, 0 updated, 0 unchanged",
        "Immunisations: 3 created, 0 updated, 1 unchanged",
        "Refused: 11",
    ]


async def test_a_file_of_patients(kith_import: Callable[..., Coroutine[Any, Any, Ended]], tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    file.write_text("First,Last,Birthdate\nAnna,Weber,1980-01-02\n")
    ended = await kith_import("patients", str(file), "--practice", "harbour-street")
    assert (ended.returncode, ended.stderr) == (0, "1 of 1\n")
    assert ended.stdout == "Patients: 1 created, 0 updated, 0 unchanged\nRefused: 0\n"
    assert [row["first_name"] for row in await run("SELECT first_name FROM patient")] == ["Anna"]


async def test_one_clear_line_when_it_cannot(kith_import: Callable[..., Coroutine[Any, Any, Ended]]) -> None:
    for arguments, words in (
        (("patients", "nothing.csv", "--practice", "harbour-street"), "nothing.csv cannot be read"),
        (("synthea", "nothing", "--practice", "harbour-street"), "cannot be read"),
        (("synthea", str(SYNTHEA), "--practice", "nowhere"), "There is no practice nowhere"),
    ):
        ended = await kith_import(*arguments)
        assert ended.returncode == 1
        assert words in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
