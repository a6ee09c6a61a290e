"""What the link of an invitation is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from db.engine import run
from domain import clock
from domain.dates import age_on, there
from domain.errors import LinkClosed
from domain.links import demand_open
from domain.portals import called
from domain.practices import COLUMNS, Practice, practice_of

MOST_TRIES = 5
MOST_OF_A_FAMILY = 10
"""More patients with one email are no family: it is an address that a practice types for want of one."""
CHILD, ADULT = 14, 18


@dataclass(frozen=True)
class Invited:
    """An invitation that waits. Of the patient nothing is told to whoever holds the link but what to call them."""

    id: UUID
    link_version: int
    practice: Practice
    patient: UUID
    called: str
    email: str
    email_key: str
    message: str
    tries_left: int
    birth_date: date
    known: UUID | None
    """The account that the email has by now."""
    portal: UUID | None
    """The portal that this account owns."""
    portal_name: str

    @property
    def is_child(self) -> bool:
        """Too young for a login: only somebody who looks after them accepts."""
        return is_younger(CHILD, self.birth_date, self.practice.zone)

    @property
    def is_adult(self) -> bool:
        return not is_younger(ADULT, self.birth_date, self.practice.zone)


def is_younger(age: int, birth_date: date | None, zone: str | ZoneInfo) -> bool:
    """Whether somebody is younger than `age` today, in a practice's zone. Not, where the birth date is not known."""
    years = age_on(there(clock.now(), zone).date(), birth_date)
    return years is not None and years < age


@dataclass(frozen=True)
class Linkable:
    """A portal that an account looks after and that is linked to no patient of the practice."""

    id: UUID
    name: str


_COLUMNS = ", ".join(f"c.{column} AS practice_{column}" for column in COLUMNS)
INVITED = (
    "SELECT i.id, i.link_version, i.expires_at, i.used_at, i.state, i.tries, i.email, i.email_key, i.message,"  # noqa: S608 - names of ours
    " i.patient, p.first_name, p.preferred_name, p.birth_date,"
    " p.deceased_on IS NOT NULL OR p.birth_date IS NULL AS needless, p.portal IS NOT NULL AS linked,"
    f" known.id AS known, o.id AS portal, coalesce(o.name, '') AS portal_name, i.accepted_by, i.portal AS opened,"
    f" {_COLUMNS} FROM invitation i JOIN patient p ON p.id = i.patient JOIN practice c ON c.id = i.practice"
    " LEFT JOIN account known ON known.email_key = i.email_key LEFT JOIN portal o ON o.owner = known.id"
)
"""What `invited` is made of."""


async def invited_by(row: UUID, version: int) -> Invited:
    """The invitation that a link names. Raises LinkClosed."""
    rows = await run(f"{INVITED} WHERE i.id = $1", row)
    if not rows:
        raise LinkClosed("malformed")
    try:
        found = _demand_open(rows[0], version)
    except LinkClosed as closed:
        raise LinkClosed(
            closed.why, practice=whom_to_ask(rows[0]["practice_name"], rows[0]["practice_phone"])
        ) from None
    return invited(found)


def invited(row: Mapping[str, Any]) -> Invited:
    """The invitation of a row of INVITED."""
    taken = ("id", "link_version", "patient", "email", "email_key", "message", "birth_date", "known", "portal")
    return Invited(
        **{name: row[name] for name in taken},
        portal_name=row["portal_name"],
        practice=practice_of({column: row[f"practice_{column}"] for column in COLUMNS}),
        called=called(row["first_name"], row["preferred_name"]),
        tries_left=MOST_TRIES - row["tries"],
    )


def _demand_open(row: dict[str, Any], version: int) -> Mapping[str, Any]:
    cancelled = row["state"] == "Cancelled" or row["needless"]
    if row["linked"] and row["used_at"] is None and not cancelled:
        raise LinkClosed("linked")
    found = demand_open({**row, "cancelled": cancelled}, version)
    if found["state"] != "Pending":
        raise LinkClosed({"Locked": "locked", "Declined": "declined"}.get(found["state"], "expired"))
    return found


def whom_to_ask(name: str, phone: str) -> str:
    """A practice with its phone number, such as "Harbour Street Clinic (02 5550 0110)"."""
    return f"{name} ({phone})" if phone else name


async def linkable(account: UUID, practice: UUID) -> list[Linkable]:
    """The portals without a login that an account is guardian of and that this practice's patients are not linked
    to, by name."""
    rows = await run(
        "SELECT p.id, p.name FROM access a JOIN portal p ON p.id = a.portal WHERE a.account = $1"
        " AND a.status = 'Current' AND a.basis IS NOT NULL AND p.owner IS NULL"
        " AND NOT EXISTS (SELECT FROM patient t WHERE t.portal = p.id AND t.practice = $2) ORDER BY p.name, p.id",
        account,
        practice,
    )
    return [Linkable(**row) for row in rows]
