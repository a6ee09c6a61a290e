"""Communication templates: a practice's reusable message texts, with terms such as [Patient First Name]."""

from dataclasses import dataclass
from uuid import UUID

from db.engine import Prepared, run, transaction
from db.ids import new_id
from db.keys import key
from domain import audit, clock, practices, terms, web_addresses
from domain.errors import Changed, NotFound, Refused
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.terms import LONGEST, TERMS, TOO_LONG, preview, resolve

__all__ = [
    "LONGEST", "LONGEST_NAME", "TERMS", "Template", "available", "change", "create", "faults", "one", "preview", "read",
    "remove", "resolve", "text_of",
]  # fmt: skip

LONGEST_NAME = 100
AT_MOST = 100
"""Templates of one practice."""
TAKEN = "There is a template with this name already. Choose another name, or edit that one"


@dataclass(frozen=True)
class Template:
    """A message text, unresolved."""

    id: UUID
    name: str
    body: str
    version: int


_available = Prepared(
    "SELECT id, name, body, version FROM communication_template WHERE practice = $1 AND removed_at IS NULL"
)


async def available(place: Place) -> list[Template]:
    """Every template of the practice by name, for whoever writes to a patient."""
    demand(place, PlacePermission.OPEN_PRACTICE)
    found = [Template(**row) for row in await _available.rows(place.practice.id)]
    return sorted(found, key=lambda template: (key(template.name), template.id))


async def text_of(place: Place, message: str, template: str) -> tuple[str, str]:
    """What a member sends who writes a message or chooses a template by its name, its terms not resolved, and the field
    that it comes from. Raises Refused at 'message' or 'template'."""
    if message and template:
        raise Refused("Write a message or choose a template, not both", "template")
    if len(message) > LONGEST:
        raise Refused(TOO_LONG, "message")
    text, field = message, "message"
    if template:
        known = {one.name: one.body for one in await available(place)}
        if template not in known:
            raise Refused("Choose a template of the list", "template")
        text, field = known[template], "template"
    web_addresses.demand_none(text, place.practice, field)
    return text, field


async def read(place: Place) -> list[Template]:
    """The same for the settings. Raises NotPermitted."""
    demand(place, PlacePermission.VIEW_SETTINGS)
    return await available(place)


async def one(place: Place, template: UUID) -> Template:
    """One of them, for who changes it. Raises NotPermitted, and NotFound for one that is gone or another practice's."""
    demand(place, PlacePermission.CHANGE_SETTINGS)
    found = [known for known in await available(place) if known.id == template]
    if not found:
        raise NotFound
    return found[0]


async def create(place: Place, name: str, body: str) -> UUID:
    """Writes a template and gives its id; the same twice is written once.

    Raises NotPermitted, and Refused at 'name' or 'message'.
    """
    demand(place, PlacePermission.CHANGE_SETTINGS)
    async with transaction():
        await practices.hold(place.practice.id)
        known = await available(place)
        for template in known:
            if (template.name, template.body) == (name, body):
                return template.id
        _demand_sound(place, known, name, body)
        if len(known) >= AT_MOST:
            raise Refused(f"There are {AT_MOST} templates. Remove one to add another")
        template_id = new_id()
        await run(
            "INSERT INTO communication_template (id, practice, name, body, created_at) VALUES ($1, $2, $3, $4, $5)",
            template_id,
            place.practice.id,
            name,
            body,
            clock.now(),
        )
        await _record("template:create", place, template_id)
    return template_id


async def change(place: Place, template: UUID, name: str, body: str, version: int) -> Template:
    """Writes a template anew, and gives it as it is then.

    Raises NotPermitted, NotFound, Changed when it is newer than the form, and Refused at 'name' or 'message'.
    """
    demand(place, PlacePermission.CHANGE_SETTINGS)
    async with transaction():
        await practices.hold(place.practice.id)
        before = await one(place, template)
        if (before.name, before.body) == (name, body):
            return before
        if before.version != version:
            raise Changed
        _demand_sound(place, [other for other in await available(place) if other.id != template], name, body)
        await run(
            "UPDATE communication_template SET name = $3, body = $4, version = version + 1 WHERE id = $1"
            " AND practice = $2 AND removed_at IS NULL",
            template,
            place.practice.id,
            name,
            body,
        )
        await _record("template:change", place, template)
    return Template(template, name, body, version + 1)


async def remove(place: Place, template: UUID) -> None:
    """Takes a template out of the list; once more changes nothing. What was sent with it stays.

    Raises NotPermitted, and NotFound for another practice's.
    """
    demand(place, PlacePermission.CHANGE_SETTINGS)
    async with transaction():
        await practices.hold(place.practice.id)
        removed = await run(
            "UPDATE communication_template SET removed_at = $3 WHERE id = $1 AND practice = $2 AND removed_at IS NULL"
            " RETURNING id",
            template,
            place.practice.id,
            clock.now(),
        )
        if removed:
            await _record("template:remove", place, template)
    if not removed and not await run(
        "SELECT FROM communication_template WHERE id = $1 AND practice = $2", template, place.practice.id
    ):
        raise NotFound


def faults(name: str, body: str) -> list[Refused]:
    """Everything wrong with what was typed, each at its field 'name' or 'message'."""
    found = []
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        found.append(Refused(f"Type a name of at most {LONGEST_NAME} characters", "name"))
    if not body.strip():
        found.append(Refused("Type the message", "message"))
    return found + terms.faults(body)


def _demand_sound(place: Place, others: list[Template], name: str, body: str) -> None:
    for fault in faults(name, body):
        raise fault
    web_addresses.demand_none(body, place.practice)
    if any(key(other.name) == key(name) for other in others):
        raise Refused(TAKEN, "name")


async def _record(kind: str, place: Place, template: UUID) -> None:
    await audit.record(kind, account=place.account, practice=place.practice.id, subject=template)
