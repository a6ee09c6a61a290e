"""`kith import`: patients come in from files."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from kith_database import on_database, with_database


@click.group(name="import")
def import_() -> None:
    """Bring patients in from files."""


def practice_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--practice", required=True, metavar="SLUG", help="the practice's name in addresses")(command)


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@practice_option
def patients(file: Path, practice: str) -> None:
    """Bring in patients from a CSV FILE; those that exist already are brought up to date."""
    with with_database() as settings:
        from domain.patient_import import import_patients

        work = partial(import_patients, file, practice, show_progress)
        say(asyncio.run(on_database(settings, work)), "Patients")


@import_.command()
@click.argument("folder", type=click.Path(path_type=Path))
@practice_option
def synthea(folder: Path, practice: str) -> None:
    """Bring in made-up patients from a FOLDER that Synthea wrote."""
    with with_database() as settings:
        from domain.patient_import import import_synthea

        work = partial(import_synthea, folder, practice, show_progress)
        say(asyncio.run(on_database(settings, work)), "Patients", "Allergies", "Immunisations")


def say(outcome: Any, *kinds: str) -> None:
    """Say what became of an import, of each of `kinds`; exit 1 when a line was refused."""
    if sys.stderr.isatty():
        click.echo(err=True)
    for fault in outcome.errors:
        click.echo(f"{fault.file} line {fault.line}: {fault.reason}", err=True)
    tallies = {"Patients": outcome, "Allergies": outcome.allergies, "Immunisations": outcome.immunisations}
    for kind in kinds:
        tally = tallies[kind]
        click.echo(f"{kind}: {tally.created} created, {tally.updated} updated, {tally.unchanged} unchanged")
    click.echo(f"Refused: {len(outcome.errors)}")
    if outcome.errors:
        sys.exit(1)


def show_progress(done: int, total: int) -> None:
    """Redraw one line on the terminal; elsewhere each is a line of its own."""
    at_terminal = sys.stderr.isatty()
    again = "\r" if at_terminal else ""
    click.echo(f"{again}{done} of {total}", nl=not at_terminal, err=True)
