"""Practices: the clinics that run Kith."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from db.engine import run, transaction
from db.ids import new_id
from db.tables.practice import UpdateMode
from domain import audit, clock
from domain.errors import NotFound, Refused

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG, LONGEST_NAME = 60, 120


COLUMNS = (
    "id", "slug", "name", "timezone", "phone", "email", "address", "invitations", "updates", "note_sharing",
    "settings_version",
)  # fmt: skip


@dataclass(frozen=True)
class Practice:
    """A clinic as its pages name it. Its times are in `timezone`, a name of the IANA database. The last four are what
    Settings > General decides for everyone, and the version of that."""

    id: UUID
    slug: str
    name: str
    timezone: str
    phone: str
    email: str
    address: str
    invitations: bool
    updates: UpdateMode
    note_sharing: bool
    settings_version: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def practice_of(row: Mapping[str, Any]) -> Practice:
    """The practice of a row with COLUMNS."""
    return Practice(**{**row, "updates": UpdateMode(row["updates"])})


async def find(slug: str) -> Practice:
    """The practice with this name in addresses. Raises NotFound."""
    rows = await run(f"SELECT {', '.join(COLUMNS)} FROM practice WHERE slug = $1", slug)  # noqa: S608 - names of ours
    if not rows:
        raise NotFound
    return practice_of(rows[0])


async def create(name: str, slug: str, timezone: str, *, phone: str = "", email: str = "", address: str = "") -> UUID:
    """Opens a practice, for the platform's administrators. Gives its id.

    Raises Refused at the field 'name', 'slug' or 'timezone'.
    """
    _demand_sound(name, slug, timezone)
    practice = new_id()
    async with transaction():
        made = await run(
            "INSERT INTO practice (id, slug, name, timezone, phone, email, address, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (slug) DO NOTHING RETURNING id",
            practice,
            slug,
            name.strip(),
            timezone,
            phone,
            email,
            address,
            clock.now(),
        )
        if not made:
            raise Refused(f"There is a practice {slug} already. Choose another slug", "slug")
        await audit.record("practice:create", account=None, practice=practice, subject=practice)
    return practice


async def hold(practice: UUID) -> None:
    """Makes whoever else holds the practice wait for the end of the caller's transaction."""
    await run("SELECT FROM practice WHERE id = $1 FOR NO KEY UPDATE", practice)


def _demand_sound(name: str, slug: str, timezone: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(f"The name must have 1 to {LONGEST_NAME} characters, and no control characters", "name")
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise Refused("The slug must be small letters, digits and single hyphens, such as harbour-street", "slug")
    if timezone not in available_timezones():
        raise Refused("The time zone must be a name such as Australia/Sydney", "timezone")
