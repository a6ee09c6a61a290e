"""One embedded PostgreSQL: its start, its readiness, its end, and that nobody else uses its folder meanwhile."""

import fcntl
import os
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from db.embedded_cluster import prepared_passwords
from db.embedded_place import ENVIRON, EmbeddedError, Place, find_place, socket_folder
from db.embedded_process import end_process, left_over, start_as

PATIENCE = 30.0
QUICK_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class AlreadyRunning(EmbeddedError):
    """Another process runs a PostgreSQL on the same folder."""


@dataclass(frozen=True)
class Addresses:
    """How to reach a database: as the site's role, and as the owner of the tables."""

    database_url: str
    owner_database_url: str


def addresses(place: Place, passwords: dict[str, str]) -> Addresses:
    """The addresses, in the form that asyncpg takes, of the PostgreSQL that runs (or will) in `place`."""
    tail = f"@/kith?host={quote(str(place.socket))}&port=5432"
    site, owner = (f"postgresql://{role}:{passwords[role]}{tail}" for role in ("kith_site", "kith_owner"))
    return Addresses(site, owner)


class Embedded:
    """One PostgreSQL with its data in `var`/postgres. `process` is it while it runs."""

    def __init__(self, var: Path, binaries: Path | None = None, *, durable: bool = True) -> None:
        """Make what is missing; `start` runs it. Raises EmbeddedError, also when another holds `var`."""
        var.mkdir(parents=True, exist_ok=True)
        self.lock = sole_use(var)
        try:
            self.place = find_place(var, binaries)
            passwords = prepared_passwords(self.place, durable=durable)
        except BaseException:
            self.lock.close()
            raise
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.addresses = addresses(self.place, passwords)
        self.database_url = self.addresses.database_url
        self.owner_database_url = self.addresses.owner_database_url

    def start(self) -> None:
        """Run PostgreSQL and come back when it answers. Raises EmbeddedError with its own words when it will not."""
        self.end_left_over()
        socket_folder(self.place.data, self.place.account)
        for attempt in (1, 2, 3):
            with open_log(self.place.var / "postgres.log") as log:
                self.process = start_as(self.place.account, self.command(), ENVIRON, log)
            if self.wait_until_ready():
                return
            # Orphans of a killed server hold its shared memory for a moment longer.
            time.sleep(0.3 * attempt)
        said = (self.place.var / "postgres.log").read_text(errors="replace").strip().splitlines()
        raise EmbeddedError("PostgreSQL does not start: " + (said[-1] if said else "it said nothing."))

    def command(self) -> list[str | Path]:
        options = ["listen_addresses=", f"unix_socket_directories={self.place.socket}", "port=5432", "timezone=UTC"]
        if not self.durable:
            options += QUICK_AND_FORGETFUL
        return [self.place.binaries / "postgres", "-D", self.place.data, *(f"--{option}" for option in options)]

    def wait_until_ready(self) -> bool:
        """True once it takes connections, False if it ends before. Raises EmbeddedError when it does neither."""
        deadline = time.monotonic() + PATIENCE
        while self.process and self.process.poll() is None:
            if self.says_ready() and self.accepts():
                return True
            if time.monotonic() > deadline:
                self.stop_process()
                raise EmbeddedError(f"PostgreSQL did not answer within {PATIENCE:.0f} seconds.")
            time.sleep(0.01)
        return False

    def says_ready(self) -> bool:
        """What pg_ctl looks at too: the eighth line of the pid file, when the first is our process."""
        try:
            lines = (self.place.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and len(lines) > 7 and "ready" in lines[7]

    def accepts(self) -> bool:
        with socket.socket(socket.AF_UNIX) as door:
            return door.connect_ex(str(self.place.socket / ".s.PGSQL.5432")) == 0

    def end_left_over(self) -> None:
        """Stop a PostgreSQL that still runs on this data though whoever started it is gone."""
        pid = left_over(self.place.data)
        if pid is not None:
            end_process(pid, lambda: left_over(self.place.data) is None)

    def stop_process(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            end_process(process.pid, lambda: process.poll() is not None)
            process.wait()
        with suppress(OSError):
            self.place.socket.rmdir()

    def stop(self) -> None:
        """Stop PostgreSQL and let others use the folder. Stopping twice does nothing."""
        self.stop_process()
        self.lock.close()


def sole_use(var: Path) -> IO[str]:
    """The open lock of the folder `var`. Raises AlreadyRunning when another process has it."""
    lock = open(var / "postgres.lock", "w")  # noqa: SIM115 - held until stop()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise AlreadyRunning(f"A database is already running in {var}.") from None
    return lock


def open_log(path: Path) -> IO[bytes]:
    """The file for what PostgreSQL says, empty, readable by this user alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
