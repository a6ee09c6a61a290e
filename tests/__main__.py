"""`python -m tests [what pytest takes]`: the tests in two runs, since Playwright's loop and asyncio quarrel in one.

Without a path among the arguments both runs take place; else those whose paths are named.
"""

import os
import subprocess
import sys
from pathlib import Path

E2E = "tests/e2e"
NOTHING_COLLECTED = 5
PROCESSES = "2"
WITH_VALUE = ("-k", "-m", "-n", "-p", "-o", "-c", "-W", "-r", "--deselect", "--ignore", "--maxfail", "--durations")


def paths_among(arguments: list[str]) -> list[str]:
    """The arguments that name files or folders, and not those that belong to an option before them."""
    after = zip(["", *arguments], arguments, strict=False)
    free = (argument for before, argument in after if before not in WITH_VALUE and not argument.startswith("-"))
    return [argument for argument in free if Path(argument.split("::")[0]).exists()]


def is_e2e(path: str) -> bool:
    return (Path.cwd() / E2E) in (whole := Path(path.split("::")[0]).resolve(), *whole.parents)


def plan(arguments: list[str]) -> list[list[str]]:
    """The arguments of each pytest run."""
    paths = paths_among(arguments)
    rest = list(arguments)
    for path in paths:
        rest.remove(path)
    # A database given from outside is one: two processes would empty it under each other.
    alone = "KITH_DATABASE_URL" in os.environ or any("::" in path for path in paths)
    if not alone and not any(argument.startswith(("-n", "--pdb", "-p")) for argument in rest):
        rest = ["-n", PROCESSES, *rest]
    browser = [path for path in paths if is_e2e(path)]
    others = [path for path in paths if path not in browser]
    if not paths or "tests" in (path.rstrip("/") for path in others):
        return [["--ignore", E2E, *rest, *others], [E2E, *rest]]
    return [[*rest, *group] for group in (others, browser) if group]


def main(arguments: list[str]) -> int:
    """0 when all passed. That a run has no tests is an error only when no run had any."""
    statuses = [
        subprocess.run([sys.executable, "-m", "pytest", *run], check=False).returncode for run in plan(arguments)
    ]
    failed = [status for status in statuses if status not in (0, NOTHING_COLLECTED)]
    if failed:
        return failed[0]
    return 0 if 0 in statuses else NOTHING_COLLECTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
