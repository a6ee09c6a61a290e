"""What becomes of each chosen patient if they are invited now: one outcome each (decision 15).

The same rules as for one patient (`invitations.invitable`, `invitations.rations`), asked of all of them in two
statements whatever their number.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from db.engine import Prepared
from db.tables.bulk_invitation import BulkOutcome
from domain import clock
from domain.communication_templates import Template
from domain.dates import age_on
from domain.invitations import rations, staff
from domain.invitations.bulk.families import Letter, Weighed, letters, no_families
from domain.invitations.bulk.outcome import failure, outcome
from domain.invitations.opening import ADULT
from domain.permissions import Area
from domain.places import FOUND, Place, finding
from domain.portals import called

_facts = Prepared(
    f"SELECT chosen.patient, ({FOUND}) IS TRUE AS found, p.code, p.first_name, p.last_name, p.preferred_name,"  # noqa: S608 - words of ours
    " p.birth_date, p.active, p.deceased_on IS NOT NULL AS deceased, p.portal IS NOT NULL AS linked, p.email,"
    " p.email_key, coalesce(w.name, '') AS practitioner, works_here.email_key IS NOT NULL AS works_here,"
    " EXISTS (SELECT FROM invitation open WHERE open.patient = p.id AND open.state = 'Pending'"
    "  AND open.expires_at > $6) AS pending, before.*"
    " FROM unnest($5::uuid[]) AS chosen (patient) LEFT JOIN patient p ON p.id = chosen.patient AND p.practice = $1"
    " CROSS JOIN LATERAL (SELECT coalesce(sum(i.tries + i.wrong_before) FILTER (WHERE i.sent_at > $7), 0) AS wrong,"
    "  count(*) FILTER (WHERE i.state = 'Declined') > 0 AS declined,"
    "  count(*) FILTER (WHERE i.state = 'Locked') > 0 AS locked FROM invitation i WHERE i.patient = p.id) AS before"
    " LEFT JOIN member m ON m.id = p.practitioner LEFT JOIN account w ON w.id = m.account"
    f" LEFT JOIN ({staff.KEYS_HERE}) AS works_here ON p.email_key <> ''"
    '  AND works_here.email_key = p.email_key COLLATE "C"'
    " ORDER BY chosen.patient"
)

NAMED = 5
"""So many of a group are named; how many there are is said."""


@dataclass(frozen=True)
class Weighing:
    """Every chosen patient with one outcome, in the order of their ids, and the letters to those who get one."""

    patients: tuple[Weighed, ...]
    letters: tuple[Letter, ...]

    @cached_property
    def counts(self) -> Mapping[tuple[BulkOutcome, str], int]:
        """How many there are of each outcome and reason; Waiting are those who get a letter."""
        many = Counter((one.outcome, one.reason) for one in self.patients)
        order = list(BulkOutcome)
        return dict(sorted(many.items(), key=lambda item: (order.index(item[0][0]), item[0][1])))

    @cached_property
    def names(self) -> Mapping[tuple[BulkOutcome, str], tuple[str, ...]]:
        """The first few names of each of `counts` to whom no letter goes; none of whom the member does not find."""
        named: dict[tuple[BulkOutcome, str], list[Weighed]] = {}
        for one in self.patients:
            if one.name and not one.is_sent:
                named.setdefault((one.outcome, one.reason), []).append(one)
        return {
            group: tuple(one.name for one in heapq.nsmallest(NAMED, those, key=_by_name))
            for group, those in named.items()
        }

    def digest(self, templates: Sequence[Template]) -> str:
        """What tells what a form shows from another: who, to where, with what outcome, and which words can be chosen.
        Those of the member's own are in the form."""
        found = hashlib.sha256()
        for template in templates:
            found.update(f"{template.id}:{template.version}\n".encode())
        for one in self.patients:
            found.update(f"{one.patient}:{one.outcome}:{one.reason}:{one.email_key}\n".encode())
        return found.hexdigest()[:32]


async def weigh(place: Place, patients: Sequence[UUID]) -> Weighing:
    """Weighs chosen patients, whoever and wherever they are; in a transaction, after they were locked."""
    rows = await _facts.rows(*finding(place, Area.PROFILES), patients, clock.now(), clock.now() - rations.COUNTED_FOR)
    today = clock.now().astimezone(place.practice.zone).date()
    first = [_weighed(row, today, hides_names=place.hides_names) for row in rows]
    apart = no_families(first)
    spent = await rations.spent(place.practice.id, {one.email_key for one in first if one.is_sent})
    weighed = tuple(failure(one, spent) for one in apart)
    return Weighing(weighed, letters(weighed))


def _weighed(row: Mapping[str, Any], today: date, *, hides_names: bool) -> Weighed:
    """A patient on their own: what others who were chosen mean for them comes after."""
    age = age_on(today, row["birth_date"]) if row["found"] else None
    said = outcome(row, age, hides_names=hides_names)
    if said in (BulkOutcome.NO_ACCESS, BulkOutcome.NAME_HIDDEN):
        return Weighed(row["patient"], said, code=row["code"] if said is BulkOutcome.NAME_HIDDEN else "")
    return Weighed(
        patient=row["patient"],
        outcome=said,
        called=called(row["first_name"], row["preferred_name"]),
        first_name=row["first_name"],
        last_name=row["last_name"],
        practitioner=row["practitioner"],
        email=row["email"].strip(),
        email_key=row["email_key"],
        birth_date=row["birth_date"],
        adult=age is not None and age >= ADULT,
        guessed=row["wrong"] >= rations.MOST_WRONG,
        declined=row["declined"],
        locked=row["locked"],
    )


def _by_name(one: Weighed) -> tuple[str, str]:
    return one.last_name.casefold(), one.name.casefold()
