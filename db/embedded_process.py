"""Processes that never outlive the one that started them, and the stopping of those that did."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """The user of the operating system that a process runs as. `switch` says whether this process must become it."""

    name: str
    uid: int
    gid: int
    switch: bool


def ending_with_parent(sent: signal.Signals) -> Callable[[], None] | None:
    """What to give `Popen` as preexec_fn so that the kernel sends `sent` when the starting process dies (Linux).

    The kernel watches the starting thread: start from one that lives as long as the process.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def start_as(
    account: Account, command: Sequence[str | Path], environ: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start `command` as `account`, in a session of its own, apart from the terminal's Ctrl-C."""
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(environ),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=ending_with_parent(signal.SIGINT),  # noqa: PLW1509 - the kernel must be asked after the setuid
        user=account.uid if account.switch else None,
        group=account.gid if account.switch else None,
        extra_groups=[] if account.switch else None,
    )


def run_as(
    account: Account, command: Sequence[str | Path], environ: Mapping[str, str], given: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command` as `account` to its end and answer what it said. Raises OSError when it cannot be started."""
    return subprocess.run(
        [str(part) for part in command],
        env=dict(environ),
        cwd="/",
        input=given or "",
        text=True,
        check=False,
        capture_output=True,
        user=account.uid if account.switch else None,
        group=account.gid if account.switch else None,
        extra_groups=[] if account.switch else None,
    )


def left_over(data: Path) -> int | None:
    """The process id of a PostgreSQL still running on `data`, or None. A pid file of anything else is removed."""
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    if runs_on(pid, data):
        return pid
    pid_file.unlink(missing_ok=True)
    return None


def runs_on(pid: int, data: Path) -> bool:
    """Whether `pid` is alive and is a PostgreSQL on `data`: its number may long belong to something else."""
    try:
        if sys.platform.startswith("linux"):
            return os.readlink(f"/proc/{pid}/cwd") == str(data.resolve())
    except OSError:
        return False
    said = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return str(data) in said


def end_process(pid: int, gone: Callable[[], bool]) -> None:
    """End the PostgreSQL `pid`: politely (SIGINT), at once (SIGQUIT), by force; until `gone` answers True."""
    for sent, patience in ((signal.SIGINT, 4.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
        if gone():
            return
        try:
            os.kill(pid, sent)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while not gone() and time.monotonic() < deadline:
            time.sleep(0.02)
