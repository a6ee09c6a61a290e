"""A portal's person's own details. Practices' patients are not written here: details travel to them by updates."""

import re
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, replace
from datetime import date
from typing import Any

from db.engine import Prepared, transaction
from domain import audit, days, names, updates
from domain.errors import Changed, NotFound, Refused
from domain.permissions import Permission, demand
from domain.portals import Visit
from domain.updates import Sent

INVISIBLE = "There are characters here that cannot be kept. Type it again"
LINKS = "Leave out web addresses"
LONGEST_BESIDE_NAME = {
    "preferred_name": 100, "gender": 50, "phone": 40, "email": 254, "address": 200, "city": 100, "postcode": 20,
    "emergency_name": 200, "emergency_phone": 40,
}  # fmt: skip
LONGEST = {"name": 200, **LONGEST_BESIDE_NAME}
PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{3,}(ext?\.? ?[0-9]+)?")
EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")


@dataclass(frozen=True)
class Details:
    """What a person says of themselves. `email` is where they want to be written to, not a login. What is not known is
    '' or None; `version` is that of the row as it was read."""

    name: str
    preferred_name: str
    birth_date: date | None
    gender: str
    phone: str
    email: str
    address: str
    city: str
    postcode: str
    emergency_name: str
    emergency_phone: str
    version: int


_COLUMNS = (
    "SELECT name, preferred_name, birth_date, gender, phone, email, address, city, postcode, emergency_name,"
    " emergency_phone, version FROM portal WHERE id = $1"
)
_read = Prepared(_COLUMNS)
_lock = Prepared(f"{_COLUMNS} FOR NO KEY UPDATE")
_write = Prepared(
    "UPDATE portal SET name = $2, preferred_name = $3, birth_date = $4, gender = $5, phone = $6, email = $7,"
    " address = $8, city = $9, postcode = $10, emergency_name = $11, emergency_phone = $12, version = $13 + 1"
    " WHERE id = $1"
)


async def read(visit: Visit) -> Details:
    """The details as they are. Raises NotPermitted."""
    demand(visit, Permission.VIEW_DETAILS)
    row = await _read.first(visit.portal)
    if row is None:
        raise NotFound
    await audit.record("details:view", account=visit.account, portal=visit.portal, access=visit.access)
    return Details(**row)


def faults(new: Details) -> list[Refused]:
    """Everything wrong with what was typed, each at its field."""
    found = text_faults(asdict(new), LONGEST)
    if not new.name.strip():
        found.append(Refused("Type the person's name", "name"))
    if words := days.wrong_with(new.birth_date):
        found.append(Refused(words, "birth_date"))
    return found


def text_faults(typed: Mapping[str, Any], longest: Mapping[str, int]) -> list[Refused]:
    """What is wrong with the fields that `longest` names, as texts, and with the phones and the email among them."""
    found = []
    for field, most in longest.items():
        if len(typed[field]) > most:
            found.append(Refused(f"Use at most {most} characters", field))
        elif not names.is_plain(typed[field]):
            found.append(Refused(LINKS if "://" in typed[field] else INVISIBLE, field))
    found += [
        Refused("Type a phone number, such as 0412 345 678", field)
        for field in ("phone", "emergency_phone")
        if typed[field] and not PHONE.fullmatch(typed[field])
    ]
    if typed["email"] and not EMAIL.fullmatch(typed["email"]):
        found.append(Refused("Type an email address, such as name@example.com", "email"))
    return found


async def change(visit: Visit, new: Details) -> tuple[Sent, ...]:
    """Replaces the details; `new.version` is that of what the form was drawn from. Nothing is written, and no version
    raised, when they are the same. Gives what became of the change in each practice that takes any.

    Raises NotPermitted, Refused for the first of `faults`, and Changed when somebody was quicker.
    """
    demand(visit, Permission.CHANGE_DETAILS)
    for fault in faults(new):
        raise fault
    async with transaction():
        row = await _lock.first(visit.portal)
        if row is None:
            raise NotFound
        present = Details(**row)
        if replace(new, version=present.version) == present:
            return ()
        if new.version != present.version:
            raise Changed
        await _write.rows(visit.portal, *astuple(new))
        sent = await updates.send(visit, present, new)
        await audit.record("details:change", account=visit.account, portal=visit.portal, access=visit.access)
    return sent
