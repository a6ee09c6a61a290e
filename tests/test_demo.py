"""`kith demo`: one command that brings everything up, keeps it up, and leaves nothing behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")


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


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kith-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "var"


@pytest.fixture(scope="module")
def demo(var: Path) -> Iterator[Demo]:
    with running(var) as demo:
        yield demo


def test_it_says_where_it_is_and_how_to_log_in(demo: Demo) -> None:
    assert eventually(lambda: "Ctrl-C stops it" in demo.log.read_text(), 10)
    said = demo.log.read_text()
    for words in (f"http://127.0.0.1:{demo.port}/login", f"http://127.0.0.1:{demo.port}/qa", "mina@example.com"):
        assert words in said
    assert sorted(demo.parts()) == ["mailbox", "postgres", "serve", "worker"]


def test_a_second_one_says_that_it_runs_already(demo: Demo) -> None:
    for second in (demo.again(), demo.again(KITH_PORT=str(free_port()))):
        assert second.returncode == 1
        assert second.stderr == f"Kith is already running with the data in {demo.var}.\n"
        assert second.stdout == ""


@pytest.mark.parametrize("part", ["serve", "worker", "mailbox", "postgres"])
def test_what_dies_is_started_again(demo: Demo, part: str) -> None:
    before = demo.parts()[part]
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: demo.parts().get(part, before) != before, 10)
    assert eventually(demo.ready, 15)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_of_it_within_five_seconds(var: Path, demo: Demo, sent: signal.Signals) -> None:
    if demo.process.poll() is None:
        demo.process.terminate()
        demo.process.wait(10)
    with running(var) as another:
        pids = list(another.parts().values())
        began = time.monotonic()
        another.process.send_signal(sent)
        another.process.send_signal(sent)
        assert another.process.wait(10) == 0
        assert time.monotonic() - began < 5
        assert gone(pids)


def test_kill_9_leaves_nothing_and_it_starts_again(var: Path, demo: Demo) -> None:
    if demo.process.poll() is None:
        demo.process.terminate()
        demo.process.wait(10)
    with running(var) as another:
        pids = list(another.parts().values())
        another.process.kill()
        another.process.wait()
        assert eventually(lambda: gone(pids), 8)
    with running(var) as another:
        assert another.ready()
