"""The site as a process of its own, used by somebody whose every word is a canary: what it writes. ASVS 16.2."""

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from db.embedded_server import Addresses
from db.engine import run
from domain import tokens
from domain.tokens import Purpose
from tests.cast import PASSWORD, someone
from tests.clinic import Clinic

WORD = re.compile(r"zq\d+x", re.IGNORECASE)
KEY = "a key of the tests that is long enough"


class Process:
    """`kith serve` on a free port; what it writes is kept until it is stopped."""

    def __init__(self, addresses: Addresses, var: Path) -> None:
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self.port = int(door.getsockname()[1])
        self.environment = {
            **os.environ,
            "KITH_ENV": "test",
            "KITH_VAR": str(var),
            "KITH_PORT": str(self.port),
            "KITH_DATABASE_URL": addresses.database_url,
            "KITH_OWNER_DATABASE_URL": addresses.owner_database_url,
            "KITH_SECRET_KEYS": KEY,
        }

    async def start(self) -> None:
        """Until it answers."""
        self.process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "kith"), "serve",
            env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        async with httpx.AsyncClient() as client:
            for _ in range(100):
                try:
                    await client.get(f"http://127.0.0.1:{self.port}/healthz")
                    return
                except httpx.TransportError:
                    await asyncio.wait({asyncio.create_task(self.process.wait())}, timeout=0.1)
        raise AssertionError("the site did not start")

    async def stop(self) -> str:
        """Everything that it wrote."""
        self.process.terminate()
        written, _ = await self.process.communicate()
        return written.decode()


@pytest.fixture
async def process(database: None, addresses: Addresses, tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(addresses, tmp_path)
    await process.start()
    yield process
    if process.process.returncode is None:
        await process.stop()


async def test_no_word_of_anybody_is_in_the_logs(process: Process) -> None:
    """ASVS 16.2.5, 14.2.1: names, emails, passwords, tokens, addresses with tokens and what is typed wrongly."""
    zed = await someone("Zq1x Novak")
    headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": "zq2x"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", headers=headers) as site:
        for form in ({"email": zed.email, "password": "zq3x zq4x zq5x"}, {"email": zed.email, "password": PASSWORD}):
            answer = await site.post("/login", data=form)
        session = answer.headers["set-cookie"].split("__Host-session=")[1].split(";")[0]
        mine = {"Cookie": f"__Host-session={session}"}
        await site.post("/account/profile", data={"name": "Zq6x"}, headers=mine)
        await site.post("/account/profile", data={"name": "=?zq7x?="}, headers=mine)
        await site.post("/account/profile", content=b"name=zq8x%ff", headers={**mine, "Content-Type": "zq9x/zq9x"})
        await site.post("/sign-up", data={"who": "me", "name": "Zq10x", "email": "zq11x@example.com"})
        await site.post("/forgot-password", data={"email": zed.email})
        [row] = await run("SELECT id, link_version FROM password_reset")
        token = tokens.sign(Purpose.RESET_PASSWORD, row["id"], row["link_version"], (KEY,))
        assert (await site.get(f"/reset-password/{token}")).status_code == 303
        for target in (f"/reset-password/{token}x", "/zq12x", "/login?next=zq13x", f"/portal/{zed.portal}/zq14x"):
            assert (await site.get(target, headers=mine)).status_code < 500
        await site.get("/", headers={"Host": "zq15x.test", "Referer": "http://zq16x.test/"})
        await site.post("/login", data={"email": "zq17x"}, headers={"Origin": "zq18x", "Sec-Fetch-Site": "cross-site"})
    written = await process.stop()
    assert written
    assert not WORD.findall(written)
    for secret in (session, token, PASSWORD, zed.email, "Novak"):
        assert secret not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert {"request"} <= {line["what"] for line in lines}
    assert all("?" not in str(line.get("route", "")) for line in lines)


async def test_no_word_of_a_practice_is_in_the_logs(process: Process) -> None:
    """ASVS 16.2.5: the practice, its patients and their details, notes, messages, colleagues, files, and searches."""
    clinic = await Clinic.open((await someone("Zq30x Novak")).portal, "Zq31x Clinic")
    owner = await clinic.hire("Zq32x Owner", owner=True)
    patient = await clinic.admit(None, first_name="Zq33x", last_name="Zq34x", email="zq35x@example.com")
    here, one = "/practice/zq31x-clinic", f"/practice/zq31x-clinic/patients/{patient}"
    rights = {"role_type": "Practitioner", "level": "Personal Access"}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{process.port}", headers={"Sec-Fetch-Site": "same-origin"}
    ) as site:
        answer = await site.post("/login", data={"email": owner.email, "password": PASSWORD})
        session = answer.headers["set-cookie"].split("__Host-session=")[1].split(";")[0]
        mine = {"Cookie": f"__Host-session={session}"}
        pages = (here, f"{here}/patients?q=zq36x&sort=zq37x", one, f"{one}/notes", "/practice/zq38x/patients",
                 f"{one}/zq39x", f"{here}/invitations?state=zq40x", f"{here}/notifications?page=zq41x")  # fmt: skip
        done = [(await site.get(path, headers=mine)).status_code for path in pages]
        for path, form in {
            f"{here}/patients": {"first_name": "Zq42x", "last_name": "Zq43x", "birth_date": "zq44x"},
            f"{one}/invitations": {"email": "zq45x@example.com", "confirm_email": "zq46x", "message": "zq47x"},
            f"{one}/notes": {"words": "zq48x", "shared": "yes"},
            f"{here}/settings/users": {"name": "Zq49x", "email": "zq50x@example.com", **rights},
            f"{here}/settings/communication-templates": {"name": "zq51x", "message": "zq52x [Zq53x]"},
            f"{here}/updates/zq54x/decision": {"reason": "zq55x"},
        }.items():
            done.append((await site.post(path, data=form, headers=mine)).status_code)
        file = {"file": ("zq56x.csv", b"first_name,last_name\nZq57x,Zq58x\n,Zq59x\n", "text/csv")}
        done.append((await site.post(f"{here}/patients/import", files=file, headers=mine)).status_code)
    written = await process.stop()
    assert {200, 303, 404, 422} <= set(done), done
    assert max(done) < 500, done
    assert "/practice/{slug}/patients/{patient}" in written
    assert not WORD.findall(written)
    assert session not in written
