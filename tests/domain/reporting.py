"""A clinic whose patients differ in everything that Case Load asks, for the tests of reports."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from db.engine import run
from db.keys import key
from db.tables.member import MemberLevel
from domain import clock
from domain.places import Place
from domain.reports.case_load import CaseLoad
from domain.reports.report_type import Counted
from tests.cast import someone
from tests.clinic import NOW, Clinic, write

CASE_LOAD = CaseLoad()
FEW, MANY = Counted(5, ()), None
"""How many there were at the last run: few are all put in order, and where nobody knows it goes along an index."""
SORTS = ("name", "-name", "practitioner", "-practitioner", "last", "-last", "next", "-next", "-owing")


class People:
    """A clinic of two practitioners and one who has left, and patients who differ."""

    clinic: Clinic
    members: dict[str, UUID]
    patients: dict[str, UUID]
    amara: Place
    tag: UUID

    @classmethod
    async def admit(cls) -> "People":
        self = cls()
        self.clinic = clinic = await Clinic.open(None)
        amara = await clinic.place(await clinic.hire("Amara Okafor"))
        rhys = await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL))
        ines = await clinic.place(await clinic.hire("Ines Duarte"))
        await run("UPDATE member SET active = false, deactivated_at = $2 WHERE id = $1", ines.member, clock.now())
        self.amara, self.members = amara, {"amara": amara.member, "rhys": rhys.member, "ines": ines.member}
        await run("DELETE FROM patient")
        zed = await someone("Zed Novak")
        anna = await self.patient(
            "Anna", "amara", email="anna@example.com", city="Nèwtown", birth_date=date(1990, 11, 20)
        )
        ben = await self.patient("Ben", "rhys", birth_date=date(2015, 11, 21), active=False)
        cleo = await self.patient("Cleo", None, email="c@example.com", portal=zed.portal, city="Glebe")
        dov = await self.patient("Dov", "ines", deceased_on=date(2026, 1, 2), birth_date=date(1940, 2, 29))
        await self.visit(anna, "amara", days=-10)
        await self.visit(anna, "amara", days=-300)
        await self.visit(anna, "amara", days=3)
        await self.visit(anna, "amara", days=90)
        await self.visit(ben, "rhys", days=-100)
        await self.visit(ben, "rhys", days=2, status="Cancelled", cancelled_at=clock.now())
        await self.visit(cleo, "rhys", days=20)
        await self.visit(dov, "ines", days=-400)
        await clinic.bill(1, "20.50", patient=anna, paid="0.50", practitioner=amara.member)
        await clinic.bill(2, "30", patient=anna, paid="30")
        await clinic.bill(3, "5", patient=cleo)
        await clinic.bill(4, "500", patient=ben)
        tag = await write("tag", practice=clinic.practice, name="Recall", name_key=key("Recall"))
        await write("patient_tag", patient=dov, tag=tag)
        await write(
            "invitation", practice=clinic.practice, patient=anna, email="a@example.com", email_key="a@example.com",
            state="Pending", sent_by=amara.account, created_at=clock.now(), sent_at=clock.now(),
            expires_at=clock.now() + timedelta(days=14),
        )  # fmt: skip
        self.tag, self.patients = tag, {"Anna": anna, "Ben": ben, "Cleo": cleo, "Dov": dov}
        return self

    async def patient(self, name: str, practitioner: str | None, **others: Any) -> UUID:
        member = self.members[practitioner] if practitioner else None
        others = {"portal": None, "practitioner": member, **others}
        patient: UUID = await self.clinic.admit(first_name=name, last_name="Z", **others)
        return patient

    async def visit(self, patient: UUID, whose: str, *, days: int, **others: Any) -> None:
        at = NOW + timedelta(days=days)
        await self.clinic.book(at, patient=patient, practitioner=self.members[whose], **others)


async def found(place: Place, sort: str = "name", **said: object) -> list[str]:
    """First names in order, which is the same whatever way they are looked for."""
    asked = {name: str(value) for name, value in said.items()}
    pages = [await CASE_LOAD.page(place, asked, sort, 1, counted) for counted in (FEW, MANY)]
    assert pages[0] == pages[1], sort
    return [str(row.cells["name"]).split()[0] for row in pages[0].rows]


async def cells(place: Place, patient: UUID) -> dict[str, object]:
    page = await CASE_LOAD.page(place, {}, "name", 1, None)
    return dict(next(row.cells for row in page.rows if row.patient == patient))


async def hired(people: People, name: str, level: MemberLevel = MemberLevel.FULL, **others: Any) -> Place:
    who = await people.clinic.hire(name, level, **others)
    return await people.clinic.place(who)


async def own(people: People, **others: Any) -> Place:
    """Somebody whose one own patient is Anna, within a limit."""
    place = await hired(people, "Olive Own", **others)
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", people.patients["Anna"], place.member)
    return place
