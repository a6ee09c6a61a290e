"""`make test`: which pytest runs come of which arguments."""

import pytest

from tests.__main__ import NOTHING_COLLECTED, main, plan

BROWSER = "tests/e2e"


@pytest.mark.parametrize(
    ("arguments", "runs"),
    [
        ([], [["--ignore", BROWSER, "-n", "2"], [BROWSER, "-n", "2"]]),
        (["-k", "access"], [["--ignore", BROWSER, "-n", "2", "-k", "access"], [BROWSER, "-n", "2", "-k", "access"]]),
        (["tests/domain", "-k", "tests"], [["-n", "2", "-k", "tests", "tests/domain"]]),
        (["tests/e2e"], [["-n", "2", "tests/e2e"]]),
        (["tests/db", "tests/e2e", "-x"], [["-n", "2", "-x", "tests/db"], ["-n", "2", "-x", "tests/e2e"]]),
        (["tests/test_runs.py::test_x"], [["tests/test_runs.py::test_x"]]),
        (["tests/db", "-n", "0"], [["-n", "0", "tests/db"]]),
        (["tests"], [["--ignore", BROWSER, "-n", "2", "tests"], [BROWSER, "-n", "2"]]),
    ],
)
def test_the_browsers_tests_have_a_run_of_their_own(
    arguments: list[str], runs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITH_DATABASE_URL", raising=False)
    assert plan(arguments) == runs


def test_a_database_from_outside_is_used_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_DATABASE_URL", "postgresql://somewhere/kith")
    assert plan(["tests/db"]) == [["tests/db"]]


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ((0, 0), 0),
        ((0, NOTHING_COLLECTED), 0),
        ((1, 0), 1),
        ((NOTHING_COLLECTED, NOTHING_COLLECTED), NOTHING_COLLECTED),
    ],
)
def test_a_run_without_tests_is_no_failure_unless_no_run_had_any(
    statuses: tuple[int, int], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = list(statuses)

    class Done:
        def __init__(self, *_: object, **__: object) -> None:
            self.returncode = left.pop(0)

    monkeypatch.setattr("tests.__main__.subprocess.run", Done)
    assert main([]) == status
