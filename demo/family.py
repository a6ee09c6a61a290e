"""The cast's logins, portals and accesses, brought about by the operations that bring them about in the product."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date

from db.engine import run
from db.ids import next_are
from db.tables.access import Level, Role, Status
from demo.people import PEOPLE, WORKERS, Person, known_id
from domain import access, accounts, audit, clock, details, guardians, portals, requests
from domain.errors import NotFound
from domain.requests import Asking
from domain.sessions import Session


async def open_logins(password_hash: str) -> None:
    """An account for everybody who logs in: the family, their friends and the practices' staff."""
    everybody: Iterable[tuple[str, str, str]] = [(p.short, p.name, p.email) for p in PEOPLE if p.login]
    staff = {worker.short: (worker.short, worker.name, worker.email) for worker in WORKERS}
    for short, name, email in (*everybody, *staff.values()):
        next_are(known_id("account", short))
        await accounts.create(name, email, password_hash)


async def open_portals(today: date) -> None:
    """Everybody's portal with their details; Leo's and Ivy's are opened by Mina, their guardian."""
    for person in PEOPLE:
        if not person.portal:
            continue
        next_are(known_id("portal", person.short))
        if person.short in ("leo", "ivy"):
            relationship = "Son" if person.short == "leo" else "Daughter"
            await guardians.open_dependant(session_of("mina"), person.name, relationship, guardians.PARENTAL)
        else:
            await portals.open_for(known_id("account", person.short), person.name, person.email)
        await _write_details(person, today)


async def _write_details(person: Person, today: date) -> None:
    visit = await visit_of(person.short)
    present = await details.read(visit)
    typed = replace(
        present,
        birth_date=person.birth_date(today),
        gender=person.gender,
        phone=person.phone,
        email=person.email,
        address=person.address,
        city=person.city,
        postcode=person.postcode,
        emergency_name=EMERGENCY.get(person.short, ("", ""))[0],
        emergency_phone=EMERGENCY.get(person.short, ("", ""))[1],
    )
    await details.change(visit, typed)


async def visit_of(short: str) -> portals.Visit:
    """Somebody of the cast in their own portal; in Leo's, Mina, and in Ivy's until it is hers."""
    portal = known_id("portal", short)
    for who in (short, "mina"):
        with suppress(NotFound):
            return await portals.visit(known_id("account", who), session_of(who).name, portal)
    raise NotFound


EMERGENCY = {
    "mina": ("Theo Almeida", "0491 570 158"),
    "leo": ("Mina Park", "0491 570 156"),
    "ivy": ("Mina Park", "0491 570 156"),
    "jun": ("Kim Sato", "0491 571 266"),
}


def session_of(short: str) -> Session:
    """Somebody of the cast as a page would have them, logged in."""
    person = next(person for person in PEOPLE if person.short == short)
    account = known_id("account", short)
    own = known_id("portal", short) if person.portal else None
    return Session(account, account, person.name, person.email, own, clock.now())


async def share() -> None:
    """Who can open whose portal, and who asked: each state of the cast's table."""
    await _ivy_turns_fourteen()
    await _ask("jun", "mina", "Daughter", Level.ADMINISTRATIVE, Role.EDIT)
    await _decide("mina", "jun", Status.CURRENT, Level.ADMINISTRATIVE, Role.EDIT)
    await _ask("kim", "jun", "Client", Level.CLINICAL, Role.VIEW)
    await _decide("jun", "kim", Status.CURRENT, Level.CLINICAL, Role.VIEW)
    await _ask("rosa", "mina", "Friend", Level.CLINICAL, Role.VIEW)
    await _decide("mina", "rosa", Status.CURRENT, Level.CLINICAL, Role.VIEW)
    await _decide("mina", "rosa", Status.DISABLED, Level.CLINICAL, Role.VIEW)
    await _ask("theo", "mina", "Spouse", Level.CLINICAL, Role.VIEW)


async def _ivy_turns_fourteen() -> None:
    """Ivy takes her portal over with a login of her own, and her mother's access ends by the rule of age."""
    ivy, portal = known_id("account", "ivy"), known_id("portal", "ivy")
    await run("UPDATE portal SET owner = $2 WHERE id = $1", portal, ivy)
    [ended] = await run(
        "UPDATE access SET status = 'Disabled', reason = 'age limit', decided_at = $2, decided_by = NULL,"
        " version = version + 1 WHERE portal = $1 RETURNING id",
        portal,
        clock.now(),
    )
    await audit.record("access:end", account=None, portal=portal, subject=ended["id"])


async def _ask(asker: str, asked: str, relationship: str, level: Level, role: Role) -> None:
    owner = session_of(asked)
    await requests.ask(session_of(asker), Asking(owner.name, relationship, level, role, owner.email))


async def _decide(owner: str, asker: str, status: Status, level: Level, role: Role) -> None:
    visit = await visit_of(owner)
    [person] = [p for p in await access.people(visit) if p.account == known_id("account", asker)]
    await access.decide(visit, person.id, access.Decision(status, level, role, person.version))


async def forget_the_building() -> None:
    """Nobody is mailed about what the cast did to come about, and nobody's rations are touched by it."""
    await run("DELETE FROM mail")
    await run("DELETE FROM attempt")
