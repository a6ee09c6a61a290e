"""The command line: help everywhere, and one clear line instead of a traceback for what is to be expected."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import kith
from db.embedded import Addresses, temporary


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, by the words that are typed."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.fixture(scope="module")
def database() -> Iterator[Addresses]:
    """An empty database that no table was ever made in."""
    with temporary() as embedded:
        yield embedded.addresses


def typed(*words: str, **environ: str) -> Result:
    """What comes of typing `kith` and these words with this environment and nothing else of Kith's."""
    unset = dict.fromkeys((name for name in os.environ if name.startswith("KITH_")), None)
    return CliRunner().invoke(kith.main, words, env={**unset, **environ})


def one_line(result: Result) -> str:
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit), result.exception
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize("words", [(), *commands(kith.main)], ids=" ".join)
def test_help_everywhere(words: tuple[str, ...]) -> None:
    result = typed(*words, "--help")
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


def test_help_loads_no_floor() -> None:
    look = "import sys, kith; print([m for m in sys.modules if m.split('.')[0] in ('piccolo', 'litestar', 'asyncpg')])"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=Path(kith.__file__).parent
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", ["serve", "worker", "mailbox", "migrate", "demo", "doctor"])
def test_without_an_environment_nothing_starts(words: str) -> None:
    assert "KITH_ENV is not set" in one_line(typed(words))
    assert "KITH_DATABASE_URL is not set" in one_line(typed(words, KITH_ENV="production"))


def test_migrate_makes_the_tables_once(database: Addresses, tmp_path: Path) -> None:
    given = {
        "KITH_ENV": "test",
        "KITH_VAR": str(tmp_path),
        "KITH_DATABASE_URL": database.database_url,
        "KITH_OWNER_DATABASE_URL": database.owner_database_url,
    }
    assert "Migrated: " in typed("migrate", **given).stdout
    assert typed("migrate", **given).stdout == "Nothing to migrate.\n"
    assert "made for KITH_ENV=test, not demo" in one_line(typed("migrate", **{**given, "KITH_ENV": "demo"}))
    del given["KITH_OWNER_DATABASE_URL"]
    assert "KITH_OWNER_DATABASE_URL is not set" in one_line(typed("migrate", **given))


def test_the_doctor_says_what_is_not_well(database: Addresses, tmp_path: Path) -> None:
    """The database is well; nobody listens where the mail should go."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mail = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        given = {"KITH_ENV": "test", "KITH_VAR": str(tmp_path), "KITH_SMTP_URL": mail}
        given["KITH_DATABASE_URL"] = database.database_url
        typed("migrate", KITH_OWNER_DATABASE_URL=database.owner_database_url, **given)
        result = typed("doctor", **given)
    assert result.exit_code == 1
    lines = [line for line in result.stdout.splitlines() if line.startswith("NOT OK")]
    assert len(lines) == 1
    assert lines[0].startswith("NOT OK KITH_SMTP_URL: 127.0.0.1")


def test_a_taken_port_is_said_in_one_line(database: Addresses, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = typed(
            "serve", KITH_ENV="test", KITH_PORT=port, KITH_VAR=str(tmp_path), KITH_DATABASE_URL=database.database_url
        )
    assert f"Cannot listen on 127.0.0.1 port {port}" in one_line(result)


def test_there_is_no_demo_and_no_mailbox_in_production() -> None:
    given = {
        "KITH_ENV": "production",
        "KITH_DATABASE_URL": "postgresql://kith_site:x@127.0.0.1/kith",
        "KITH_SECRET_KEYS": "k" * 32,
        "KITH_BASE_URL": "https://portal.example.org",
        "KITH_SMTP_URL": "smtp://mail.example.org",
    }
    for words in ("demo", "mailbox"):
        assert "demo or test" in one_line(typed(words, **given))
