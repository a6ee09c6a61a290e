"""A demo of its own for the benchmarks, and a client that counts what crosses the wire."""

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.cast import PASSWORD
from tests.demo_process import Demo, eventually, free_port

READY_WITHIN = 60.0


@contextmanager
def demo() -> Iterator[Demo]:
    """`kith demo` on a free port with data that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="kith-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        running = Demo(Path(folder) / "var", free_port())
        try:
            if not eventually(running.ready, READY_WITHIN):
                sys.exit(running.log.read_text())
            yield running
        finally:
            running.process.terminate()
            running.process.wait(timeout=20)


@dataclass(frozen=True)
class Answer:
    """One answer as it crossed the wire. Sizes in bytes; the body as it was sent, compressed."""

    status: int
    head: bytes
    body: bytes

    @property
    def size(self) -> int:
        return len(self.head) + len(self.body)

    def header(self, name: str) -> str:
        found = re.search(rb"(?im)^" + name.encode() + rb": *(.*?)\r$", self.head)
        return found[1].decode() if found else ""


@dataclass
class Client:
    """A browser that accepts brotli and keeps its cookies, over plain sockets: a connection a request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        body = urlencode(form or {}).encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Connection: close",
            "Accept-Encoding: br",
            "Sec-Fetch-Site: same-origin",
            f"Cookie: {'; '.join(f'{name}={value}' for name, value in self.cookies.items())}",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
            *(["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"] if form else []),
        ]
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, content = received.partition(b"\r\n\r\n")
        answer = Answer(int(head.split(b" ", 2)[1]), head + b"\r\n\r\n", content)
        for name, value in re.findall(r"(?im)^set-cookie: ([^=]+)=([^;]*)", head.decode()):
            self.cookies[name] = value
        return answer

    def log_in(self, short_name: str) -> None:
        self.ask("POST", "/login", {"email": f"{short_name}@example.com", "password": PASSWORD})


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def git_commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "no commit"


def today() -> str:
    return time.strftime("%Y-%m-%d")
