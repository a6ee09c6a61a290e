"""The command line: every way to run and look after Kith. `kith --help` lists them."""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from settings import Settings, SettingsError

# The floors are imported where they are needed: `kith --help` answers at once.

Answer = TypeVar("Answer")


class Failure(click.ClickException):
    """Something that was to be expected went wrong: one line, no traceback."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file, err=True)


def expected() -> tuple[type[Exception], ...]:
    """The errors whose text is written for whoever typed the command."""
    from db.embedded_place import EmbeddedError
    from db.gone import DatabaseGone
    from db.migrate import WrongDeployment
    from domain.errors import DomainError

    return (SettingsError, EmbeddedError, DatabaseGone, WrongDeployment, DomainError)


def read_settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingsError as error:
        raise Failure(str(error)) from error


@contextmanager
def with_database() -> Iterator[Settings]:
    """The settings with addresses that answer: those given, else the embedded database's. Expected errors end here."""
    settings = read_settings()
    try:
        if settings.database_url:
            yield settings
            return
        from db.embedded import reached

        with reached(settings.var) as found:
            os.environ["KITH_DATABASE_URL"] = found.database_url
            os.environ["KITH_OWNER_DATABASE_URL"] = found.owner_database_url
            yield replace(settings, database_url=found.database_url, owner_database_url=found.owner_database_url)
    except expected() as error:
        raise Failure(str(error) or "There is nothing of that name.") from error


def owner_url(settings: Settings) -> str:
    if not settings.owner_database_url:
        raise Failure("KITH_OWNER_DATABASE_URL is not set. It is the role that owns the tables.")
    return settings.owner_database_url


async def on_database(settings: Settings, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `work` answers, done while the engine is started on a database made for this environment."""
    from db.engine import DB
    from db.migrate import demand_env
    from domain import clock

    await DB.start(str(settings.database_url))
    try:
        await demand_env(settings.env)
        await clock.read()
        return await work()
    finally:
        await DB.stop()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kith")
def main() -> None:
    """Kith: a patient portal that families can share.

    What it is told from outside stands in environment variables; KITH_ENV must be production, demo or test.
    """


@main.command()
def serve() -> None:
    """Run the site."""
    with with_database() as settings:
        demand_free_address(settings)
        import uvicorn

        uvicorn.run(
            "web.app:create_app_from_environment",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            loop="uvloop",
            http="httptools",
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
            h11_max_incomplete_event_size=16 * 1024,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=3,
        )


def demand_free_address(settings: Settings) -> None:
    """Raises Failure when the site could not listen where it is told to."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((settings.host, settings.port))
        except OSError as error:
            raise Failure(f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}.") from error


@main.command()
def worker() -> None:
    """Send the mail that is owed, and do what falls due."""
    with with_database() as settings:
        from emails.worker import run

        run_until_stopped(run(settings))


@main.command()
def mailbox() -> None:
    """Run the built-in mailbox, which takes all mail and delivers none (demo and test only)."""
    with with_database() as settings:
        if settings.production:
            raise Failure("The built-in mailbox is for KITH_ENV=demo or test.")
        from emails.mailbox import run

        run_until_stopped(run(settings))


def run_until_stopped(work: Any) -> None:
    """Run `work` until it ends, or a SIGTERM or Ctrl-C cancels it."""
    import signal

    async def cancellable() -> None:
        task = asyncio.ensure_future(work)
        for sent in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sent, task.cancel)
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    asyncio.run(cancellable())


@main.command()
def migrate() -> None:
    """Bring the database to the newest tables, and grant the site's role its rights."""
    with with_database() as settings:
        from db.migrate import migrate as run_all
        from db.migrate import role_of

        done = asyncio.run(run_all(owner_url(settings), settings.env, role_of(str(settings.database_url))))
    click.echo("\n".join(f"Migrated: {name}" for name in done) or "Nothing to migrate.")


@main.command()
def demo() -> None:
    """Set everything up and run site, worker and mailbox until Ctrl-C (demo and test only)."""
    settings = read_settings()
    if settings.production:
        raise Failure("The demo is for KITH_ENV=demo or test.")
    from demo.supervisor import sole_demo, supervise

    try:
        with sole_demo(settings.var):
            demand_free_address(settings)
            supervise(settings, click.echo)
    except expected() as error:
        raise Failure(str(error)) from error


@main.group(name="import")
def import_() -> None:
    """Bring patients in from files."""


def practice_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--practice", required=True, metavar="SLUG", help="the practice's name in addresses")(command)


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@practice_option
def patients(file: Path, practice: str) -> None:
    """Bring in patients from a CSV FILE; those that exist already are brought up to date."""
    import_with("import_patients", file, practice)


@import_.command()
@click.argument("folder", type=click.Path(path_type=Path))
@practice_option
def synthea(folder: Path, practice: str) -> None:
    """Bring in made-up patients from a FOLDER that Synthea wrote."""
    import_with("import_synthea", folder, practice)


def import_with(name: str, source: Path, practice: str) -> None:
    """Run one of domain.patient_import's operations and say what became of it; exit 1 when a line was refused."""
    with with_database() as settings:
        from domain import patient_import

        operation = getattr(patient_import, name)
        outcome: Any = asyncio.run(on_database(settings, lambda: operation(source, practice, show_progress)))
    if sys.stderr.isatty():
        click.echo(err=True)
    for fault in outcome.errors:
        click.echo(f"{fault.file} line {fault.line}: {fault.reason}", err=True)
    tallies = {"Patients": outcome, "Allergies": outcome.allergies, "Immunisations": outcome.immunisations}
    for what, tally in tallies.items():
        if what == "Patients" or name == "import_synthea":
            click.echo(f"{what}: {tally.created} created, {tally.updated} updated, {tally.unchanged} unchanged")
    click.echo(f"Refused: {len(outcome.errors)}")
    if outcome.errors:
        sys.exit(1)


def show_progress(done: int, total: int) -> None:
    """Redraw one line on the terminal; elsewhere each is a line of its own."""
    at_terminal = sys.stderr.isatty()
    again = "\r" if at_terminal else ""
    click.echo(f"{again}{done} of {total}", nl=not at_terminal, err=True)


@main.group()
def admin() -> None:
    """What only the platform's administrators do."""


def owner_options(*, required: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Who is asked to be an account owner: --owner-email, --owner-name, --owner-role."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        roles = click.Choice(["Practitioner", "Administrator"], case_sensitive=False)
        for option in (
            click.option("--owner-role", type=roles, default="Practitioner", show_default=True, help="their role type"),
            click.option("--owner-name", required=required, help="how the mail and the Users page call them"),
            click.option("--owner-email", required=required, help="a link to set up their login goes there"),
        ):
            command = option(command)
        return command

    return decorate


@admin.command()
@click.argument("name")
@click.option("--slug", required=True, help="its name in addresses, such as harbour-street")
@click.option("--timezone", default="Australia/Sydney", show_default=True, help="such as Europe/Berlin")
@owner_options(required=False)
def create_practice(
    name: str, slug: str, timezone: str, owner_email: str | None, owner_name: str | None, owner_role: str
) -> None:
    """Open a practice called NAME, and ask its first account owner to join it."""
    if (owner_email is None) != (owner_name is None):
        raise Failure("Give --owner-email and --owner-name together.")
    with with_database() as settings:
        from domain.members import opening

        owner = opening.Owner(owner_name or "", owner_email, owner_role) if owner_email else None
        asyncio.run(on_database(settings, lambda: opening.open_practice(name, slug, timezone, owner)))
    click.echo(f"Created {name}. Bring its patients in with: kith import patients FILE --practice {slug}")
    if owner:
        click.echo(f"{owner.email} is asked to be its account owner.")
    else:
        click.echo(f"It has no account owner: kith admin ask-owner {slug} --owner-email EMAIL --owner-name NAME")


@admin.command()
@click.argument("slug")
@owner_options(required=True)
def ask_owner(slug: str, owner_email: str, owner_name: str, owner_role: str) -> None:
    """Ask somebody, again if need be, to be an account owner of the practice SLUG."""
    with with_database() as settings:
        from domain.members import opening

        owner = opening.Owner(owner_name, owner_email, owner_role)
        asyncio.run(on_database(settings, lambda: opening.ask_owner(slug, owner)))
    click.echo(f"{owner_email} is asked to be an account owner of {slug}.")


@admin.command()
@click.argument("slug")
@click.argument("email")
def deactivate_member(slug: str, email: str) -> None:
    """End the place of EMAIL in the practice SLUG; practitioners with Full Access too, but never the last owner."""
    change_member("deactivate_from_outside", slug, email, "deactivated")


@admin.command()
@click.argument("slug")
@click.argument("email")
def activate_member(slug: str, email: str) -> None:
    """Give EMAIL their place in the practice SLUG back."""
    change_member("activate_from_outside", slug, email, "active")


def change_member(name: str, slug: str, email: str, now: str) -> None:
    """Run one of domain.members.activity's operations and say what became of it."""
    with with_database() as settings:
        from domain.members import activity

        operation = getattr(activity, name)
        asyncio.run(on_database(settings, lambda: operation(slug, email)))
    click.echo(f"{email} is {now} at {slug}.")


@admin.command()
@click.argument("slug")
@click.argument("email")
@click.argument("level")
def change_level(slug: str, email: str, level: str) -> None:
    """Give EMAIL another member LEVEL in the practice SLUG: the only way down from a practitioner's "Full Access"."""
    with with_database() as settings:
        from domain.members import editing
        from domain.members.rights import MemberLevel

        if level not in tuple(MemberLevel):
            raise Failure(f"There is no member level {level}. Choose among: {', '.join(MemberLevel)}.")
        asyncio.run(on_database(settings, lambda: editing.change_level_from_outside(slug, email, MemberLevel(level))))
    click.echo(f"{email} has {level} at {slug}.")


@admin.command()
@click.argument("slug")
def list_members(slug: str) -> None:
    """List who works in the practice SLUG: email, name, role type, level, status, and whether an account owner."""
    with with_database() as settings:
        from domain import practices
        from domain.members import listing

        async def all_members() -> Any:
            return await listing.all_members((await practices.find(slug)).id)

        found = asyncio.run(on_database(settings, all_members))
    for m in found:
        owner = ("owner",) if m.rights.owner else ()
        click.echo("\t".join((m.email, m.name, m.rights.role_type, m.rights.level, m.status, *owner)))


@main.command()
def doctor() -> None:
    """Check configuration, database and mail, and say what to do about what is not well."""
    with with_database() as settings:
        well = asyncio.run(examine(settings))
    if not well:
        sys.exit(1)


async def examine(settings: Settings) -> bool:
    """Say each finding on a line of its own; whether all were well."""
    from db.inspection import inspect
    from emails.inspection import inspect_mail

    findings = [(True, f"Configuration: KITH_ENV={settings.env}, {settings.base_url}")]
    findings += [f async for f in inspect(str(settings.database_url), settings.owner_database_url, settings.env)]
    findings.append(await inspect_mail(settings))
    for well, line in findings:
        click.echo(f"{'well   ' if well else 'NOT OK '}{line}")
    return all(well for well, _ in findings)


if __name__ == "__main__":
    main(prog_name="kith")
