"""`kith demo`: one command that brings everything up, keeps it up, and leaves nothing behind."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo_process import Demo, eventually, free_port, gone, running

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")


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
