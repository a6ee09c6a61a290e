"""`make bench`: measures, prints a table and writes docs/measured.md. Never part of `make test`."""

import os
import platform
from pathlib import Path

from tests.bench import paint, wire, work
from tests.bench.site import demo, git_commit, today

DOCUMENT = Path(__file__).parents[2] / "docs" / "measured.md"
HEAD = ("What", "Figure", "Budget", "Part of it")


def table(rows: list[wire.Row]) -> str:
    lines = [HEAD, ("---",) * 4, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    with demo() as running:
        rows = [*wire.rows(running.port), *paint.rows(running.port)]
    rows += work.measured()
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    document = (
        "# Measured\n\nWritten by `make bench`; bytes are as they cross the wire, headers included. Times are of a"
        f" shared machine: compare them within one run.\n\n{today()}, commit {git_commit()}, {machine}.\n\n"
        f"{table(rows)}\n"
    )
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document)
    print(document)


if __name__ == "__main__":
    main()
