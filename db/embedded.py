"""A PostgreSQL of one's own for demo and test: no port, no password to know, gone when the process that wants it is.

`python -m db.embedded [--binaries DIR] [--var DIR] -- COMMAND` runs a command with one.
"""

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

from db.embedded_cluster import prepared_passwords
from db.embedded_place import ENVIRON, EmbeddedError, find_place, socket_folder
from db.embedded_process import end_process, left_over, start_as

__all__ = ["Embedded", "EmbeddedError", "running", "temporary"]

PATIENCE = 30.0
QUICK_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


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
        self.database_url = self.address("kith_site", passwords["kith_site"])
        self.owner_database_url = self.address("kith_owner", passwords["kith_owner"])

    def address(self, role: str, password: str) -> str:
        """The address for asyncpg to connect as `role`."""
        return f"postgresql://{role}:{password}@/kith?host={quote(str(self.place.socket))}&port=5432"

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
        return bool(self.process) and len(lines) > 7 and lines[0] == str(self.process.pid) and "ready" in lines[7]

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
    """The open lock of the folder `var`. Raises EmbeddedError when another process has it."""
    lock = open(var / "postgres.lock", "w")  # noqa: SIM115 - held until stop()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise EmbeddedError(f"A database is already running in {var}.") from None
    return lock


def open_log(path: Path) -> IO[bytes]:
    """The file for what PostgreSQL says, empty, readable by this user alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


@contextmanager
def running(var: Path, binaries: Path | None = None, durable: bool = True) -> Iterator[Embedded]:
    """A PostgreSQL on the data in `var`, stopped at the end. Raises EmbeddedError."""
    embedded = Embedded(var, binaries, durable=durable)
    try:
        embedded.start()
        yield embedded
    finally:
        embedded.stop()


@contextmanager
def temporary(binaries: Path | None = None) -> Iterator[Embedded]:
    """A quick PostgreSQL on new data that is thrown away at the end: for tests. Raises EmbeddedError."""
    with tempfile.TemporaryDirectory(prefix="kith-", ignore_cleanup_errors=True) as folder:
        # Root's PostgreSQL runs as somebody else, who has to pass through.
        Path(folder).chmod(0o711)
        with running(Path(folder), binaries, durable=False) as embedded:
            yield embedded


def run_with_database(command: list[str], embedded: Embedded) -> int:
    """Run `command` with the addresses of `embedded` in its environment; its exit status."""
    addresses = {"KITH_DATABASE_URL": embedded.database_url, "KITH_OWNER_DATABASE_URL": embedded.owner_database_url}
    # A Ctrl-C reaches the command by itself; the database waits for it to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(command, env={**os.environ, **addresses})
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 127
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    status = process.wait()
    return status if status >= 0 else 128 - status


def main(arguments: list[str] | None = None) -> int:
    """The command line; the exit status of the command that it ran, or 1 when there is no database."""
    parser = argparse.ArgumentParser(prog="python -m db.embedded", description="Run a command with a PostgreSQL.")
    parser.add_argument("--binaries", type=Path, help="folder of postgres and initdb; else the installed package's")
    parser.add_argument("--var", type=Path, help="folder for the data; else one that is thrown away")
    parser.add_argument("command", nargs="+", help="-- and the command with its arguments")
    given = parser.parse_args(arguments)
    try:
        with running(given.var, given.binaries) if given.var else temporary(given.binaries) as embedded:
            return run_with_database(given.command, embedded)
    except EmbeddedError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
