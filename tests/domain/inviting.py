"""What tests of invitations do again and again."""

from datetime import date
from typing import Any
from uuid import UUID

from db.engine import run
from db.tables.member import MemberLevel
from domain import clock, invitations
from domain.invitations import Answer, Dependant, Draft
from domain.links import OPEN_FOR
from domain.mail import MailKind, owe
from domain.places import Place
from tests.cast import PASSWORD, Someone, someone
from tests.clinic import Clinic, write

BORN, CHILD_BORN = date(1974, 9, 24), date(2019, 9, 20)
PARENT = Dependant("Leo Park", "Son", "Parental responsibility, self-declared")
EMAIL = "owen@example.com"


async def clinic_with_owen(name: str = "Harbour Street Clinic", **others: Any) -> Clinic:
    """A practice whose one patient is Owen Tait, born on BORN, with no portal."""
    clinic = await Clinic.open(None, name)
    row = {"birth_date": BORN, "first_name": "Owen", "last_name": "Tait", "email": EMAIL, **others}
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(row, 2))
    await run(f"UPDATE patient SET {sets} WHERE id = $1", clinic.patient, *row.values())
    return clinic


async def practitioner(clinic: Clinic, name: str = "Rhys Lindqvist") -> Place:
    """The place of somebody with Full Access."""
    return await clinic.place(await clinic.hire(name, MemberLevel.FULL))


async def send(clinic: Clinic, place: Place, email: str = EMAIL, message: str = "", **others: Any) -> UUID:
    patient = others.get("patient", clinic.patient)
    return await invitations.send(place, patient, Draft(email, message))


async def invited(clinic: Clinic, email: str = EMAIL, **others: Any) -> tuple[Place, UUID]:
    """A practitioner who has invited the clinic's patient, and the invitation."""
    place = await practitioner(clinic)
    return place, await send(clinic, place, email, **others)


async def row_of(invitation: UUID) -> dict[str, Any]:
    return (await run("SELECT * FROM invitation WHERE id = $1", invitation))[0]


async def patient_row(patient: UUID) -> dict[str, Any]:
    return (await run("SELECT * FROM patient WHERE id = $1", patient))[0]


async def set_up(invitation: UUID, answer: Answer, version: int = 1, name: str = "Owen Tait") -> tuple[str, UUID]:
    return await invitations.set_up_and_accept(invitation, version, name, PASSWORD, answer)


async def logged_in(name: str = "Owen Tait", *, portal: bool = True) -> Someone:
    return await someone(name, portal=portal)


async def notified(practice: UUID) -> list[str]:
    """The kinds of what nobody has archived, oldest first."""
    rows = await run(
        "SELECT kind FROM notification WHERE practice = $1 AND archived_at IS NULL ORDER BY created_at, id", practice
    )
    return [row["kind"] for row in rows]


async def confirmations_of(patient: UUID) -> dict[str, str]:
    """Each guardian's name, and how the practice stands to them."""
    rows = await run(
        "SELECT w.name, c.state FROM guardian_confirmation c JOIN access a ON a.id = c.access"
        " JOIN account w ON w.id = a.account WHERE c.patient = $1",
        patient,
    )
    return {row["name"]: row["state"] for row in rows}


SILVAS = {"Ana": date(2021, 3, 4), "Beto": date(2018, 5, 6), "Caro": date(2015, 7, 8)}
FAMILYS_EMAIL = "silva.family@example.com"


async def family(
    clinic: Clinic, born: dict[str, date] | None = None, *, email: str = FAMILYS_EMAIL, message: str = "", **others: Any
) -> tuple[UUID, dict[str, UUID]]:
    """The rows of one mail about several new patients of a clinic: the family's id, and the invitation of each by first
    name."""
    now = clock.now()
    [member] = await run("SELECT account FROM member WHERE id = $1", clinic.practitioner)
    sent = {
        "practice": clinic.practice, "email": email, "email_key": email.casefold(), "message": message,
        "sent_by": member["account"], "created_at": now, "sent_at": now, "expires_at": now + OPEN_FOR,
    }  # fmt: skip
    row = await write("family_invitation", **sent)
    found = {}
    for name, birth_date in (born or SILVAS).items():
        patient = await clinic.admit(
            None, **{"first_name": name, "last_name": "Silva", "birth_date": birth_date, "email": email, **others}
        )
        found[name] = await write("invitation", **sent, patient=patient, state="Pending", family=row)
    await owe(MailKind.FAMILY_INVITATION, row, email, once="1")
    return row, found
