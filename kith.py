"""The command line: every way to run and look after Kith. `kith --help` lists them."""

import asyncio
import socket
import sys
from typing import Any

import click

from kith_admin import admin
from kith_database import Failure, expected, owner_url, read_settings, with_database
from kith_import import import_
from settings import Settings

# The floors are imported where they are needed: `kith --help` answers at once.


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kith")
def main() -> None:
    """Kith: a patient portal that families can share.

    What it is told from outside stands in environment variables; KITH_ENV must be production, demo or test.
    """


main.add_command(admin)
main.add_command(import_)


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
    """Send the mail that is owed, and do what falls due.

    All workers together begin at most KITH_MAIL_PER_MINUTE mails in any minute; unset, as many as there are.
    """
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
