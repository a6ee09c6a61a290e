"""What a practice itself writes down of a patient: a new one, and changes. The portal is never changed from here."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from db.keys import patient_keys
from domain import audit, clock, codes, days, invitations
from domain.details import LONGEST_BESIDE_NAME, text_faults
from domain.errors import Changed, NotFound, Refused
from domain.patients import tags
from domain.patients.found import find
from domain.permissions import Area, PlacePermission, demand
from domain.places import Place

LONGEST = {"first_name": 100, "last_name": 100, **LONGEST_BESIDE_NAME}
MOST_TRIES = 20
"""So often a code is drawn that turns out to be taken."""


@dataclass(frozen=True)
class Record:
    """A patient as their practice has written them down. What is not known is '' or None; `version` is that of the row
    as it was read. Some people have one name, which is their first."""

    first_name: str
    last_name: str
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
    deceased_on: date | None
    practitioner: UUID | None
    version: int
    active: bool = True
    tags: tuple[str, ...] = ()


COLUMNS = tuple(column for column in Record.__dataclass_fields__ if column != "tags")


def faults(new: Record) -> list[Refused]:
    """Everything wrong with what was typed, each at its field."""
    unnamed = [] if new.first_name.strip() else [Refused("Type the first name", "first_name")]
    return [*unnamed, *text_faults(asdict(new), LONGEST), *_wrong_days(new), *tags.faults(new.tags)]


def _wrong_days(new: Record) -> list[Refused]:
    wrong = {field: days.wrong_with(getattr(new, field)) for field in ("birth_date", "deceased_on")}
    if new.birth_date and new.deceased_on and new.deceased_on < new.birth_date:
        wrong["deceased_on"] = "This is before the birth date. Check both"
    return [Refused(words, field) for field, words in wrong.items() if words]


async def read(place: Place, patient: UUID) -> Record:
    """What stands now, for those who may change it. Raises NotPermitted and NotFound."""
    demand(place, PlacePermission.CHANGE_PATIENTS)
    await find(place, patient, Area.PROFILES)
    return await _present(place, patient)


async def _present(place: Place, patient: UUID, *, hold: bool = False) -> Record:
    sql = f"SELECT {', '.join(COLUMNS)} FROM patient WHERE id = $1 AND practice = $2"  # noqa: S608 - names of ours
    rows = await run(f"{sql} FOR UPDATE" if hold else sql, patient, place.practice.id)
    if not rows:
        raise NotFound
    # Not in one statement: this one shows what stood before whoever held the row.
    return Record(**rows[0], tags=await tags.of(place.practice.id, patient))


async def change(place: Place, patient: UUID, new: Record) -> None:
    """Replaces what stands; `new.version` is that of what the form was drawn from. Nothing is written, and no version
    raised, when it is the same.

    Raises NotPermitted, NotFound, Refused for the first of `faults` or a practitioner who cannot be chosen, and Changed
    when somebody was quicker.
    """
    demand(place, PlacePermission.CHANGE_PATIENTS)
    for fault in faults(new):
        raise fault
    async with transaction():
        found = await find(place, patient, Area.PROFILES)
        present = await _present(place, patient, hold=True)
        if _is_same(new, present):
            return
        if new.version != present.version:
            raise Changed
        if new.practitioner != present.practitioner:
            await _demand_choosable(place, new.practitioner, patient)
        await _write(place, patient, new)
        if new.deceased_on:
            await invitations.cancel_for_the_dead(place.practice.id, place.account)
        await audit.record(
            "patient:change", account=place.account, practice=place.practice.id, portal=found.portal, subject=patient
        )


def _is_same(new: Record, present: Record) -> bool:
    same = tags.same(new.tags, present.tags)
    return same and replace(new, version=present.version, tags=present.tags) == present


async def _write(place: Place, patient: UUID, new: Record) -> None:
    row = {**_row(new), "version": new.version + 1}
    set_to = ", ".join(f"{column} = ${n}" for n, column in enumerate(row, 3))
    sql = f"UPDATE patient SET {set_to} WHERE id = $1 AND practice = $2"  # noqa: S608 - names of ours
    await run(sql, patient, place.practice.id, *row.values())
    await tags.write(place.practice.id, {patient: new.tags})


def _row(new: Record) -> dict[str, Any]:
    row: Mapping[str, Any] = {column: getattr(new, column) for column in COLUMNS}
    return {**row, **patient_keys(row)}


async def _demand_choosable(place: Place, practitioner: UUID | None, patient: UUID | None) -> None:
    """A practitioner of the practice who works there and is not kept from the patient."""
    if practitioner is None:
        return
    rows = await run(
        "SELECT EXISTS (SELECT FROM patient_revocation r WHERE r.member = m.id AND r.patient = $3) AS kept"
        " FROM member m WHERE m.id = $1 AND m.practice = $2 AND m.role_type = 'Practitioner' AND m.active FOR SHARE",
        practitioner,
        place.practice.id,
        patient,
    )
    if not rows:
        raise Refused("Choose a practitioner who works here", "practitioner")
    if rows[0]["kept"]:
        raise Refused("They cannot see this patient. Give that back first, or choose another", "practitioner")


def draw_id() -> UUID:
    """The id that a form for a new patient carries, so that sent twice it makes one."""
    return new_id()


async def admit(place: Place, patient: UUID, new: Record) -> None:
    """Writes a new patient down under an id that `draw_id` gave. Sent again, it is done already.

    Raises NotPermitted, Refused for the first of `faults`, a practitioner who cannot be chosen or too many patients,
    and NotFound for the id of somebody else's patient.
    """
    demand(place, PlacePermission.ADMIT_PATIENTS)
    for fault in faults(new):
        raise fault
    for _ in range(MOST_TRIES):
        with suppress(*codes.TAKEN):
            async with transaction():
                await _demand_choosable(place, new.practitioner, None)
                await _admit(place, patient, new)
            return
    raise Refused("Many patients are being added at this moment. Press the button again")


async def _admit(place: Place, patient: UUID, new: Record) -> None:
    """Raises one of codes.TAKEN, after which another code is to be drawn."""
    [code] = await codes.draw(place.practice.id, 1)
    first = {"id": patient, "practice": place.practice.id, "code": code, "created_at": clock.now()}
    row = {**first, **_row(new), "version": 1}
    sql = (
        f"INSERT INTO patient ({', '.join(row)}) VALUES ({', '.join(f'${n}' for n in range(1, len(row) + 1))})"  # noqa: S608 - names of ours
        " ON CONFLICT (id) DO NOTHING RETURNING id"
    )
    await codes.wait_no_longer()
    if not await run(sql, *row.values()):
        await _present(place, patient)
        return
    await tags.write(place.practice.id, {patient: new.tags})
    await audit.record("patient:admit", account=place.account, practice=place.practice.id, subject=patient)
