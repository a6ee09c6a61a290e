"""`kith admin`: what only the platform's administrators do, from the command line."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from db.embedded_server import Addresses
from db.engine import run
from db.tables.member import MemberLevel
from domain import practices
from domain.members import joining
from tests.cast import PASSWORD, mails
from tests.clinic import Clinic

Ended = subprocess.CompletedProcess[str]
Command = Callable[..., Coroutine[Any, Any, Ended]]
OWNER = ("--owner-email", "nell@example.com", "--owner-name", "Nell Archer")


@pytest.fixture
async def kith_admin(database: None, addresses: Addresses) -> Command:
    environment = os.environ | {
        "KITH_ENV": "test",
        "KITH_DATABASE_URL": addresses.database_url,
        "KITH_OWNER_DATABASE_URL": addresses.owner_database_url,
    }

    async def command(*arguments: str) -> Ended:
        line = [sys.executable, "-m", "kith", "admin", *arguments]
        return await asyncio.to_thread(
            subprocess.run, line, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return command


def one_line(ended: Ended) -> str:
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1), ended.stderr
    return ended.stderr


async def test_a_practice_and_its_first_owner(kith_admin: Command) -> None:
    ended = await kith_admin("create-practice", "A clinic", "--slug", "a-clinic", *OWNER)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "nell@example.com is asked to be its account owner." in ended.stdout.splitlines()
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("member-set-up", "nell@example.com")]
    [row] = await run("SELECT id FROM member")
    await joining.set_up_and_join(row["id"], 1, "Nell Archer", PASSWORD)
    ended = await kith_admin("list-members", "a-clinic")
    assert ended.stdout == "nell@example.com\tNell Archer\tPractitioner\tFull Access\tActive\towner\n"
    words = one_line(await kith_admin("deactivate-member", "a-clinic", "nell@example.com"))
    assert "A practice always has an account owner" in words


async def test_an_owner_is_asked_later_and_again(kith_admin: Command) -> None:
    ended = await kith_admin("create-practice", "A clinic", "--slug", "a-clinic")
    assert "kith admin ask-owner a-clinic" in ended.stdout
    for role in ("practitioner", "Administrator"):
        assert (await kith_admin("ask-owner", "a-clinic", *OWNER, "--owner-role", role)).returncode == 0
    ended = await kith_admin("list-members", "a-clinic")
    assert ended.stdout == "nell@example.com\tNell Archer\tAdministrator\tFull Access\tPending\towner\n"


async def test_members_with_full_access_too_are_deactivated_and_activated(kith_admin: Command) -> None:
    clinic = await Clinic.open(None)
    slug = "harbour-street-clinic"
    rhys = await clinic.hire("Rhys Lindqvist", MemberLevel.FULL)
    for way, now in (("deactivate", "deactivated"), ("activate", "active")):
        ended = await kith_admin(f"{way}-member", slug, "Rhys@example.com")
        assert (ended.returncode, ended.stdout) == (0, f"Rhys@example.com is {now} at {slug}.\n")
        assert f"They are {now} already" in one_line(await kith_admin(f"{way}-member", slug, rhys.email))
    assert (await clinic.place(rhys)).level is MemberLevel.FULL


async def test_full_access_is_lowered_here_and_not_an_owners(kith_admin: Command) -> None:
    clinic = await Clinic.open(None)
    slug = "harbour-street-clinic"
    rhys = await clinic.hire("Rhys Lindqvist", MemberLevel.FULL)
    ended = await kith_admin("change-level", slug, rhys.email, "Personal Access")
    assert (ended.returncode, ended.stdout) == (0, f"{rhys.email} has Personal Access at {slug}.\n")
    assert (await clinic.place(rhys)).level is MemberLevel.PERSONAL
    assert "There is no member level all" in one_line(await kith_admin("change-level", slug, rhys.email, "all"))
    olive = await clinic.hire("Olive Owner", MemberLevel.FULL, owner=True)
    words = one_line(await kith_admin("change-level", slug, olive.email, "Clinical Access"))
    assert "They are an account owner" in words


async def test_one_clear_line_when_it_cannot(kith_admin: Command) -> None:
    await practices.create("A clinic", "a-clinic", "Australia/Sydney")
    for arguments, words in (
        (("create-practice", "Another", "--slug", "a-clinic", *OWNER), "There is a practice a-clinic already"),
        (("create-practice", "Another", "--slug", "b-clinic", *OWNER[:2]), "together"),
        (
            ("create-practice", "Another", "--slug", "b-clinic", "--owner-email", "x", "--owner-name", "N"),
            "not an email",
        ),
        (("ask-owner", "nowhere", *OWNER), "nothing of that name"),
        (("deactivate-member", "a-clinic", "nobody@example.com"), "Nobody with this email works at a-clinic"),
        (("activate-member", "nowhere", "nobody@example.com"), "nothing of that name"),
        (("list-members", "nowhere"), "nothing of that name"),
    ):
        assert words in one_line(await kith_admin(*arguments)), arguments
    assert [row["slug"] for row in await run("SELECT slug FROM practice")] == ["a-clinic"]
    assert await mails() == []
