"""Mina's portal with something of everything in it, those who stand at its door, and what their browser was told."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx

from db.tables.access import Level, Role
from domain import clock, funding, guardians, records
from domain.funding import NewFunding
from domain.records import NewEntry, RecordKind
from tests.cast import Someone, someone
from tests.clinic import NOW, Clinic, let_in

STANDINGS = {
    "clinical edit": (Level.CLINICAL, Role.EDIT),
    "clinical view": (Level.CLINICAL, Role.VIEW),
    "administrative edit": (Level.ADMINISTRATIVE, Role.EDIT),
    "administrative view": (Level.ADMINISTRATIVE, Role.VIEW),
}
MEDICARE, FUND = "2123 45670 1", "HM 4471 902"
FUNDING = NewFunding(MEDICARE, "1", "05/2027", "Harbour Mutual", FUND, 1)


@dataclass(frozen=True)
class Household:
    """What stands in Mina's portal. Every clinical word of it is a canary."""

    mina: Someone
    clinic: Clinic
    appointment: UUID
    """On Fri 27 November 2026 at 2:00 pm."""
    past: UUID
    invoice: UUID
    own: UUID
    noted: UUID

    @property
    def base(self) -> str:
        return f"/portal/{self.mina.portal}"


async def household() -> Household:
    """On Fri 20 November 2026."""
    await clock.move(NOW - datetime.now(UTC))
    mina = await someone("Mina Park")
    clinic, visit = await Clinic.open(mina.portal), await mina.visit()
    entry = NewEntry(RecordKind.MEDICINE, "Canary iron", "Canary detail", happened_on=date(2026, 9, 22))
    await funding.change(visit, FUNDING)
    return Household(
        mina=mina,
        clinic=clinic,
        appointment=await clinic.book(NOW + timedelta(days=7)),
        past=await clinic.book(NOW - timedelta(days=7)),
        invoice=await clinic.bill(1004, "80.00", "9.50", paid="40.00", due_on=date(2026, 11, 26)),
        own=await records.add(visit, entry),
        noted=await clinic.note(happened_on=date(2017, 11, 8)),
    )


async def standing_as(standing: str, mina: Someone) -> Someone:
    """The owner, or somebody new who stands so; a "stranger" has a portal of their own."""
    if standing == "owner":
        return mina
    who = await someone("Theo Almeida", portal=standing == "stranger")
    if standing in STANDINGS:
        await let_in(who, mina, *STANDINGS[standing])
    return who


async def child_of(mina: Someone) -> UUID:
    """Leo's portal, whose guardian Mina is."""
    return await guardians.open_dependant(mina.session, "Leo Park", "Child", guardians.PARENTAL)


def errors_in(response: httpx.Response) -> dict[str, str]:
    """What a form says is wrong, by field: the same in the summary and at the fields."""
    body = response.text
    summary = dict(re.findall(r'<li><a href="#(\w+)">(.*?)</a></li>', body))
    assert summary == dict(re.findall(r'id="(\w+)-error">(.*?)</span>', body))
    assert all(f'id="{field}"' in body for field in summary)
    return {field: html.unescape(words) for field, words in summary.items()}


def kept_in(response: httpx.Response, field: str) -> str:
    """What a text field holds."""
    one = re.search(rf'<input id="{field}"[^>]*? value="(.*?)"', response.text)
    many = re.search(rf'<textarea id="{field}"[^>]*>(.*?)</textarea>', response.text, re.DOTALL)
    found = one or many
    assert found, field
    return html.unescape(found[1])


def as_kept(typed: object) -> str:
    """What a field holds of what was sent: the first of many, and nothing that cannot be seen."""
    return str(typed[0] if isinstance(typed, list) else typed).replace("\x00", "")
