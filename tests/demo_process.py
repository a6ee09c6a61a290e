"""`kith demo` as a person has it in a terminal: for the tests of it, and for those in the browser."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


def eventually(what: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done


def free_port() -> int:
    """A port that is free, as is the mailbox's, a thousand further."""
    while True:
        with socket.socket() as site, socket.socket() as mailbox:
            site.bind(("127.0.0.1", 0))
            port = int(site.getsockname()[1])
            try:
                mailbox.bind(("127.0.0.1", port + 1000 if port <= 64535 else port - 1000))
            except OSError:
                continue
            return port


class Demo:
    """One `kith demo` as a person has it in a terminal."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        unset = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
        self.environ = {**unset, "KITH_ENV": "demo", "KITH_VAR": str(var), "KITH_PORT": str(port)}
        self.log = var.parent / "said"
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kith", "demo"], cwd=ROOT, env=self.environ, stdout=said, stderr=said
            )

    def ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def parts(self) -> dict[str, int]:
        """The process ids of what it started, by their last word: serve, worker, mailbox; and postgres."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {name_of(int(child)): int(child) for child in children}

    def again(self, **environ: str) -> subprocess.CompletedProcess[str]:
        """A second `kith demo` beside it."""
        command = [sys.executable, "-m", "kith", "demo"]
        return subprocess.run(
            command, cwd=ROOT, env={**self.environ, **environ}, capture_output=True, text=True, check=False
        )


def name_of(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except OSError:
        return ""
    if not words:  # ended, and not yet waited for
        return ""
    return "postgres" if words[0].endswith("/postgres") else words[-1]


def gone(pids: list[int]) -> bool:
    return not any(name_of(pid) for pid in pids)


@contextmanager
def running(var: Path) -> Iterator[Demo]:
    demo = Demo(var, free_port())
    try:
        if not eventually(lambda: demo.ready() or demo.process.poll() is not None, 60) or demo.process.poll():
            raise AssertionError(demo.log.read_text())
        yield demo
    finally:
        demo.process.terminate()
        demo.process.wait(15)
