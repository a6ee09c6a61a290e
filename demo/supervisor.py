"""`kith demo`: a database, the cast in it, then the site, the worker and the mailbox, until Ctrl-C ends all of it."""

import asyncio
import contextlib
import fcntl
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

from db.embedded import Embedded, EmbeddedError
from db.embedded_process import ending_with_parent
from db.engine import DB, run
from db.migrate import as_owner, migrate, role_of
from demo import cast
from settings import Settings

PARTS = ("serve", "worker", "mailbox")
READY_WITHIN = 60.0
STOPPED_WITHIN = 2.5
TIRED_AFTER = 3
Say = Callable[[str], None]

WELCOME = """
Kith is running at {base_url}

  Log in   {base_url}/login
           mina@example.com   {password}
  QA room  {base_url}/qa   everyone in the cast, the mailbox, the clock
  Data     {var}

Ctrl-C stops it."""


class Stopped(KeyboardInterrupt):
    """Somebody asked for the end."""


def supervise(settings: Settings, say: Say) -> None:
    """Run the whole demo until a signal. Raises EmbeddedError or DatabaseGone with one clear line when it cannot."""
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent, stop)
    with contextlib.suppress(Stopped), a_database(settings, say) as (embedded, reached):
        asyncio.run(prepare(reached, say))
        say("Starting the site …")
        with Household(reached, say) as household:
            household.wait_until_ready()
            say(WELCOME.format(base_url=settings.base_url, password=cast.PASSWORD, var=settings.var))
            while True:
                household.look_after()
                if embedded and embedded.process and embedded.process.poll() is not None:
                    say("PostgreSQL ended; starting it again.")
                    embedded.start()
                time.sleep(0.2)


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Only the first signal counts: the second must not break off the stopping."""
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent, signal.SIG_IGN)
    raise Stopped


@contextlib.contextmanager
def sole_demo(var: Path) -> Iterator[None]:
    """Hold the folder `var`. Raises EmbeddedError when another demo has it."""
    var.mkdir(parents=True, exist_ok=True)
    with open(var / "demo.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EmbeddedError(f"Kith is already running with the data in {var}.") from None
        yield


@contextlib.contextmanager
def a_database(settings: Settings, say: Say) -> Iterator[tuple[Embedded | None, Settings]]:
    """The settings with a database that answers: the one given, or an embedded one for as long."""
    if settings.database_url:
        yield None, settings
        return
    say("Starting PostgreSQL …" if (settings.var / "postgres").exists() else "Making a database …")
    embedded = Embedded(settings.var)
    try:
        embedded.start()
        yield (
            embedded,
            replace(settings, database_url=embedded.database_url, owner_database_url=embedded.owner_database_url),
        )
    finally:
        embedded.stop()


async def prepare(settings: Settings, say: Say) -> None:
    """Bring the tables up to date, and the cast into an empty database."""
    owner_url = settings.owner_database_url or str(settings.database_url)
    if await migrate(owner_url, settings.env, role_of(str(settings.database_url))):
        say("Migrated the database.")
    async with as_owner(owner_url) as connection, DB.transaction_on(connection):
        empty = not await run("SELECT 1 FROM account LIMIT 1")
    if empty:
        say("Inviting the cast …")
        await cast.reset(owner_url, settings)


class Household:
    """The site, the worker and the mailbox as processes of their own; one that dies is started again."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self.settings = settings
        self.say = say
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths = dict.fromkeys(PARTS, 0)
        self.not_before = dict.fromkeys(PARTS, 0.0)
        self.was_ready = False

    def __enter__(self) -> "Household":
        try:
            for part in PARTS:
                self.start(part)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End all of them, together: politely first, by force when they take longer than they may."""
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + STOPPED_WITHIN
        for process in self.running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, part: str) -> None:
        told = {
            "KITH_ENV": self.settings.env,
            "KITH_VAR": str(self.settings.var),
            "KITH_DATABASE_URL": str(self.settings.database_url),
            "KITH_OWNER_DATABASE_URL": self.settings.owner_database_url or "",
        }
        self.running[part] = subprocess.Popen(
            [sys.executable, "-m", "kith", part],
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=ending_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no thread of ours runs here
        )

    def look_after(self) -> None:
        """Start again what has died, each time after a longer pause. Raises EmbeddedError if it never got going."""
        for part, process in list(self.running.items()):
            if process.poll() is None:
                continue
            if not self.not_before[part]:
                self.deaths[part] += 1
                if not self.was_ready and self.deaths[part] >= TIRED_AFTER:
                    raise EmbeddedError(f"kith {part} does not start; what it said stands above.")
                self.not_before[part] = time.monotonic() + min(0.2 * 2 ** self.deaths[part], 10.0)
            elif time.monotonic() >= self.not_before[part]:
                self.say(f"kith {part} ended with status {process.returncode}; starting it again.")
                self.not_before[part] = 0.0
                self.start(part)

    def wait_until_ready(self) -> None:
        """Come back when the site says that all is well. Raises EmbeddedError when it never does."""
        deadline = time.monotonic() + READY_WITHIN
        while not answers_ready(self.settings):
            self.look_after()
            if time.monotonic() > deadline:
                raise EmbeddedError(f"The site did not get ready within {READY_WITHIN:.0f} seconds.")
            time.sleep(0.05)
        self.was_ready = True


def answers_ready(settings: Settings) -> bool:
    """Whether /readyz of the site says yes."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - asked, not bound
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz", headers={"Host": settings.base_url.split("//", 1)[1]})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
