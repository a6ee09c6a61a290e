"""`kith admin`: what only the platform's administrators do."""

import asyncio
from collections.abc import Callable
from typing import Any

import click

from kith_database import Failure, on_database, with_database


@click.group()
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
    with with_database() as settings:
        from domain.members.activity import deactivate_from_outside

        asyncio.run(on_database(settings, lambda: deactivate_from_outside(slug, email)))
    click.echo(f"{email} is deactivated at {slug}.")


@admin.command()
@click.argument("slug")
@click.argument("email")
def activate_member(slug: str, email: str) -> None:
    """Give EMAIL their place in the practice SLUG back."""
    with with_database() as settings:
        from domain.members.activity import activate_from_outside

        asyncio.run(on_database(settings, lambda: activate_from_outside(slug, email)))
    click.echo(f"{email} is active at {slug}.")


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
