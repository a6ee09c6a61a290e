"""How a command of `kith` comes to its settings and its database, and how it says that it cannot."""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import click

from settings import Settings, SettingsError

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
