"""The making of an embedded PostgreSQL's data: initdb, the two roles, the database."""

import json
import locale
import os
import secrets
import shutil
from pathlib import Path

from db.embedded_place import ENVIRON, EmbeddedError, Place, give_to
from db.embedded_process import run_as

ROLES = ("postgres", "kith_owner", "kith_site")
# kith_owner may make databases so that a test can clone one.
STATEMENTS = """\
CREATE ROLE kith_owner LOGIN NOSUPERUSER CREATEDB PASSWORD '{kith_owner}'
CREATE ROLE kith_site LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{kith_site}'
CREATE DATABASE kith OWNER kith_owner
REVOKE ALL ON DATABASE kith, postgres, template1 FROM PUBLIC
GRANT CONNECT ON DATABASE kith TO kith_site
"""


def prepared_passwords(place: Place, *, durable: bool) -> dict[str, str]:
    """The roles' passwords, by role, after making the data if there is none yet.

    The data appears under its name only when it is whole, so a killed first start is simply made again.
    Raises EmbeddedError when initdb fails or the data is another PostgreSQL's.
    """
    if not place.data.exists():
        passwords = {role: secrets.token_hex(24) for role in ROLES}
        write_private(password_file(place), json.dumps(passwords))
        make_data(place, passwords, durable=durable)
    else:
        demand_same_version(place)
    return kept_passwords(place)


def password_file(place: Place) -> Path:
    return place.var / "postgres-passwords.json"


def kept_passwords(place: Place) -> dict[str, str]:
    """The roles' passwords, by role. Raises EmbeddedError when they are lost."""
    kept = password_file(place)
    try:
        passwords = json.loads(kept.read_text())
    except (OSError, ValueError) as error:
        raise EmbeddedError(f"{kept} is missing or broken, and {place.data} cannot be opened without it.") from error
    return {role: str(passwords[role]) for role in ROLES}


def write_private(path: Path, text: str) -> None:
    """Put `text` into `path`, readable by this user alone."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def make_data(place: Place, passwords: dict[str, str], *, durable: bool) -> None:
    """Make the whole data folder under another name, then give it its own."""
    draft = place.data.with_name(place.data.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    give_to(draft, place.account)
    first = place.socket / "first-password"
    write_private(first, passwords["postgres"])
    give_to(first, place.account)
    try:
        demand_success(place, [*initdb(place, draft), f"--pwfile={first}", *([] if durable else ["--no-sync"])])
    finally:
        first.unlink()
    single: list[str | Path] = [place.binaries / "postgres", "--single", "-F", "-D", draft, "postgres"]
    demand_success(place, single, STATEMENTS.format(**passwords))
    draft.rename(place.data)


def initdb(place: Place, draft: Path) -> list[str | Path]:
    """The command that makes the files. Systems without the C.UTF-8 locale get C, with the same order of text."""
    return [
        place.binaries / "initdb",
        f"--pgdata={draft}",
        "--encoding=UTF8",
        f"--locale={ENVIRON['LC_ALL'] if knows_locale(ENVIRON['LC_ALL']) else 'C'}",
        "--auth=scram-sha-256",
        "--username=postgres",
    ]


def knows_locale(name: str) -> bool:
    """Whether this system has the locale `name`."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def demand_success(place: Place, command: list[str | Path], given: str | None = None) -> None:
    """Run a command of PostgreSQL's. Raises EmbeddedError with the last thing that it said."""
    done = run_as(place.account, command, ENVIRON, given)
    if done.returncode != 0 or "ERROR:" in done.stderr:
        said = " ".join((done.stderr or done.stdout).strip().splitlines()[-2:])
        raise EmbeddedError(f"PostgreSQL's data could not be made in {place.data}: {said}")


def demand_same_version(place: Place) -> None:
    """Raises EmbeddedError when another major version of PostgreSQL made the data."""
    made_by = (place.data / "PG_VERSION").read_text().strip()
    ours = run_as(place.account, [place.binaries / "postgres", "--version"], ENVIRON).stdout.split()[2].split(".")[0]
    if made_by != ours:
        raise EmbeddedError(f"{place.data} was made by PostgreSQL {made_by}; this is {ours}. Give another KITH_VAR.")
