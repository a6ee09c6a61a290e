"""`make bench`: measures, prints a table and writes docs/measured.md. Never part of `make test`.

`make bench ARGS=trials` also kills workers and the site, for some minutes; `ARGS="--only sending inviting"` prints only
some parts, and writes nothing.
"""

import argparse
import os
import platform
from pathlib import Path

os.environ["PICCOLO_CONF"] = "db.piccolo_conf"

from tests.bench import inviting, paint, reports, sending, trials, urgent, wire, work
from tests.bench.site import demo, git_commit, today

DOCUMENT = Path(__file__).parents[2] / "docs" / "measured.md"
HEAD = ("What", "Figure", "Budget", "Part of it")


def table(rows: list[wire.Row]) -> str:
    lines = [HEAD, ("---",) * 4, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def site_rows() -> list[wire.Row]:
    with demo() as running:
        return [*wire.rows(running.port), *paint.rows(running.port)]


PARTS = {
    "site": site_rows,
    "work": work.measured,
    "reports": reports.measured,
    "inviting": inviting.measured,
    "sending": sending.measured,
    "urgent": urgent.measured,
    "trials": trials.measured,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="trials, or with --only what to measure")
    parser.add_argument("--only", action="store_true", help="nothing else, and write nothing")
    given = parser.parse_args()
    chosen = given.parts if given.only else [name for name in PARTS if name != "trials" or name in given.parts]
    print(written := document([row for name in chosen for row in PARTS[name]()]))
    if not given.only:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(written)


def document(rows: list[wire.Row]) -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    return (
        "# Measured\n\nWritten by `make bench`; bytes are as they cross the wire, headers included. Times are of a"
        f" shared machine: compare them within one run.\n\n{today()}, commit {git_commit()}, {machine}.\n\n"
        f"{table(rows)}\n"
    )


if __name__ == "__main__":
    main()
