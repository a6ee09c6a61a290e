"""Practices and what they keep of their patients, as rows: the operations that make them come with a later issue."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from db.engine import run
from db.ids import new_id
from db.keys import patient_keys
from db.tables.access import Level, Role
from db.tables.member import MemberLevel, RoleType
from db.tables.record_entry import RecordKind
from domain import access, clock, codes, places, requests
from domain.places import Place
from domain.requests import Asking
from tests.cast import Someone, someone

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""When the tests that speak of dates take place: Friday 20 November 2026, 2 pm in Sydney."""
TODAY = NOW.date()


def set_clock(now: datetime) -> None:
    """Makes it `now`; the fixture `database` sets the clock right again."""
    clock.set_offset(now - datetime.now(UTC))


async def write(table: str, **values: Any) -> UUID:
    """A row with a new id, which is given back. Whatever is not named is the table's default."""
    values = {"id": new_id(), **values}
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    await run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", *values.values())
    identity: UUID = values["id"]
    return identity


class Clinic:
    """One practice with one practitioner, and one patient of theirs, linked to `portal`."""

    practice: UUID
    practitioner: UUID
    type: UUID
    patient: UUID

    @classmethod
    async def open(
        cls, portal: UUID | None, name: str = "Harbour Street Clinic", zone: str = "Australia/Sydney"
    ) -> "Clinic":
        """Writes the practice, its practitioner "Dr Amara of {name}", a type of appointment and the patient."""
        self = cls()
        now, slug = clock.now(), name.lower().replace(" ", "-")
        self.practice = await write(
            "practice", slug=slug, name=name, timezone=zone, phone="02 5550 1234", created_at=now
        )
        account = (await someone(f"{slug} Amara", portal=False)).account
        await run("UPDATE account SET name = $2 WHERE id = $1", account, f"Dr Amara of {name}")
        self.practitioner = await write(
            "member",
            practice=self.practice,
            account=account,
            role_type="Practitioner",
            level="Full Access",
            owner=True,
            created_at=now,
            accepted_at=now,
        )
        self.type = await write(
            "appointment_type", practice=self.practice, name="Canary type", name_for_others="Consultation"
        )
        self.patient = await self.admit(portal)
        return self

    async def admit(self, portal: UUID | None, **others: Any) -> UUID:
        """Another patient of the practice, whose guardians it has confirmed."""
        row = {"first_name": "Mina", "last_name": "Park", "phone": "kept by the practice", **others}
        [code] = await codes.draw(self.practice, 1)
        patient = await write(
            "patient",
            practice=self.practice,
            portal=portal,
            code=code,
            created_at=clock.now(),
            **row,
            **patient_keys(row),
        )
        if portal:
            await confirm_guardians(self.practice, patient)
        return patient

    async def hire(
        self,
        name: str,
        level: MemberLevel = MemberLevel.FULL,
        role_type: RoleType = RoleType.PRACTITIONER,
        *,
        views: tuple[UUID, ...] = (),
        **others: Any,
    ) -> Someone:
        """A new account with an active place here; `views` are members, the first of whom is viewed."""
        who = await someone(name, portal=False)
        member = await write(
            "member",
            **{
                "practice": self.practice,
                "account": who.account,
                "name": name,
                "email": who.email,
                "email_key": who.email,
                "role_type": role_type.value,
                "level": level.value,
                "viewing": views[0] if views else None,
                "created_at": clock.now(),
                "accepted_at": clock.now(),
                **others,
            },
        )
        for practitioner in views:
            await write("member_view", member=member, practitioner=practitioner)
        return who

    async def place(self, who: Someone) -> Place:
        """How they stand in this practice now."""
        [row] = await run("SELECT slug FROM practice WHERE id = $1", self.practice)
        return await places.place(who.account, who.session.name, row["slug"])

    async def book(self, starts_at: datetime, minutes: int = 30, **others: Any) -> UUID:
        """An appointment, whose reason is a canary."""
        return await write(
            "appointment",
            **{
                "practice": self.practice,
                "patient": self.patient,
                "practitioner": self.practitioner,
                "type": self.type,
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=minutes),
                "place": "Room 2",
                "reason": "Canary reason",
                **others,
            },
        )

    async def bill(self, number: int, *amounts: str, paid: str = "0", due_on: date = TODAY, **others: Any) -> UUID:
        """An invoice of a line for each amount, whose descriptions are canaries."""
        money = [Decimal(amount) for amount in amounts]
        invoice = await write(
            "invoice",
            **{
                "practice": self.practice,
                "patient": self.patient,
                "number": number,
                "issued_on": due_on - timedelta(days=14),
                "due_on": due_on,
                "total": sum(money, Decimal(0)),
                "paid": Decimal(paid),
                **others,
            },
        )
        for position, amount in enumerate(money, start=1):
            await write(
                "invoice_line",
                invoice=invoice,
                position=position,
                description=f"Canary service {position}",
                description_for_others=f"Service {position}",
                amount=amount,
            )
        return invoice

    async def note(self, name: str = "Canary penicillin", kind: RecordKind = RecordKind.ALLERGY, **others: Any) -> UUID:
        """An entry in the practice's own record of the patient."""
        return await write(
            "record_entry",
            **{"patient": self.patient, "kind": kind.value, "name": name, "added_at": clock.now(), **others},
        )


async def confirm_guardians(practice: UUID, patient: UUID) -> None:
    """The practice has confirmed everybody who is a guardian of the patient's portal now."""
    rows = await run(
        "SELECT a.id FROM access a JOIN patient p ON p.portal = a.portal WHERE p.id = $1 AND a.basis IS NOT NULL"
        " AND a.status = 'Current'",
        patient,
    )
    for row in rows:
        await write(
            "guardian_confirmation",
            practice=practice,
            patient=patient,
            access=row["id"],
            state="Confirmed",
            asked_at=clock.now(),
            decided_at=clock.now(),
        )


async def let_in(who: Someone, owner: Someone, level: Level, role: Role) -> None:
    """Gives `who` a Current access to the portal of `owner`, by the way that people take."""
    await requests.ask(who.session, Asking("Mina", "Friend", level, role, owner.email))
    visit = await owner.visit()
    row = next(person for person in await access.people(visit) if person.account == who.account)
    await access.decide(visit, row.id, access.Decision(access.Status.CURRENT, level, role, row.version))


async def events(portal: UUID) -> list[str]:
    """The kinds of a portal's lines in the trail, oldest first."""
    return [row["kind"] for row in await run("SELECT kind FROM event WHERE portal = $1 ORDER BY seq", portal)]
