"""A PostgreSQL of one's own for demo and test: no port, no password to know, gone when the process that wants it is.

`python -m db.embedded [--binaries DIR] [--var DIR] -- COMMAND` runs a command with one.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.embedded_cluster import kept_passwords
from db.embedded_place import EmbeddedError, find_place
from db.embedded_server import Addresses, AlreadyRunning, Embedded, addresses

__all__ = ["Addresses", "AlreadyRunning", "Embedded", "EmbeddedError", "reached", "running", "temporary"]


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
def reached(var: Path) -> Iterator[Addresses]:
    """The PostgreSQL of `var`: the one that another process runs there, else one for as long as this lasts."""
    try:
        embedded = Embedded(var)
    except AlreadyRunning:
        place = find_place(var, None)
        yield addresses(place, kept_passwords(place))
        return
    try:
        embedded.start()
        yield embedded.addresses
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
