"""What tests of bulk invitations do again and again."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from db.engine import run
from domain import clock
from domain.invitations import bulk
from domain.invitations.bulk import BulkDraft
from domain.places import Place
from tests.clinic import Clinic, write
from tests.domain.inviting import BORN, practitioner

YOUNGER = date(2021, 3, 4)
SILENT = BulkDraft()


async def report_of(place: Place, patients: list[UUID]) -> UUID:
    """A Case Load that a member has run, and from which they have chosen these patients."""
    report = await write(
        "report", practice=place.practice.id, account=place.account, type="Case Load", created_at=clock.now(),
        changed_at=clock.now(),
    )  # fmt: skip
    await choose(place, report, patients)
    return report


async def choose(place: Place, report: UUID, patients: list[UUID]) -> None:
    """Chooses these too."""
    rows = await run("SELECT id FROM report_run WHERE report = $1 AND member = $2", report, place.member)
    ran = rows[0]["id"] if rows else await write(
        "report_run", report=report, member=place.member, report_version=1, reads="", many=len(patients),
        ran_at=clock.now(),
    )  # fmt: skip
    await run(
        "INSERT INTO chosen_patient (id, run, patient) SELECT gen_random_uuid(), $1, unnest($2::uuid[])", ran, patients
    )


async def adults(clinic: Clinic, many: int, **others: Any) -> list[UUID]:
    """Grown-up patients who can be invited."""
    return [
        await clinic.admit(
            None,
            **{"first_name": f"P{n}", "last_name": "Case", "birth_date": BORN, "email": f"p{n}@example.com"} | others,
        )
        for n in range(many)
    ]


async def child(clinic: Clinic, name: str = "Ana", email: str = "silva.family@example.com", **others: Any) -> UUID:
    row = {"first_name": name, "last_name": "Silva", "birth_date": date(2018, 5, 6), "email": email}
    return await clinic.admit(None, **{**row, **others})


async def invite(place: Place, report: UUID, draft: BulkDraft = SILENT, bulk_id: UUID | None = None) -> UUID:
    """Looks at the preview and presses Invite."""
    shown = (await bulk.preview(place, report)).shown
    made = bulk_id or uuid4()
    await bulk.invite(place, report, made, draft, shown)
    return made


async def counts(made: UUID) -> dict[str, int]:
    """How many patients have which outcome."""
    rows = await run("SELECT outcome FROM bulk_invitation_patient WHERE bulk_invitation = $1", made)
    return dict(Counter(row["outcome"] for row in rows))


async def owed() -> list[dict[str, Any]]:
    return await run("SELECT * FROM mail WHERE kind IN ('invitation', 'family-invitation') ORDER BY recipient, id")


async def invitations() -> list[dict[str, Any]]:
    return await run("SELECT * FROM invitation ORDER BY email, id")


async def clinic_and_place() -> tuple[Clinic, Place]:
    clinic = await Clinic.open(None)
    return clinic, await practitioner(clinic)


async def mixed(clinic: Clinic) -> list[UUID]:
    """Two who can be invited, a family of two, and one each who is inactive, has died and has no email."""
    others: list[dict[str, Any]] = [{"active": False}, {"deceased_on": clock.now().date()}, {"email": ""}]
    alone = [
        await clinic.admit(None, **{"first_name": f"X{n}", "birth_date": BORN, "email": f"x{n}@example.com", **row})
        for n, row in enumerate(others)
    ]
    return [*await adults(clinic, 2), await child(clinic, birth_date=YOUNGER), await child(clinic, "Beto"), *alone]
