"""How a practice begins, and gets another account owner: by the platform's administrators (`kith admin`)."""

from dataclasses import dataclass
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from db.engine import run, transaction
from db.tables.member import MemberLevel, RoleType
from domain import addresses, audit, clock, names, practices
from domain.errors import Refused
from domain.members.asking import NewUser, demand_new, write
from domain.members.rights import Rights

LONGEST_NAME = 100


@dataclass(frozen=True)
class Owner:
    """Who is asked to be an account owner, with Full Access."""

    name: str
    email: str
    role_type: str = RoleType.PRACTITIONER


async def open_practice(name: str, slug: str, timezone: str, owner: Owner | None) -> UUID:
    """Opens a practice and asks its first account owner, both or neither. Gives its id. Raises Refused."""
    async with transaction():
        practice = await practices.create(name, slug, timezone)
        if owner:
            await ask_owner(slug, owner)
    return practice


async def ask_owner(slug: str, owner: Owner) -> UUID:
    """Asks an account owner to join a practice by mail; an asking of the same email that waits is taken back for this
    one. Gives the member's id. Raises NotFound and Refused."""
    _demand_sound(owner)
    practice, key = (await practices.find(slug)).id, addresses.email_key(owner.email)
    rights = Rights(RoleType(owner.role_type), MemberLevel.FULL, owner=True)
    async with transaction():
        await addresses.hold(key)
        await run(
            "UPDATE member SET declined_at = $3 WHERE practice = $1 AND email_key = $2 AND accepted_at IS NULL"
            " AND declined_at IS NULL",
            practice,
            key,
            clock.now(),
        )
        await demand_new(practice, key)
        row = await write(practice, NewUser(owner.name.strip(), owner.email, rights), None)
        await audit.record("member:ask", account=None, practice=practice, subject=row)
    return row


def _demand_sound(owner: Owner) -> None:
    if not owner.name.strip() or len(owner.name) > LONGEST_NAME or not names.is_plain(owner.name):
        raise Refused(f"The owner's name must have 1 to {LONGEST_NAME} characters, without a web address", "name")
    try:
        validate_email(owner.email.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Refused("The owner's email is not an email address", "email") from error
