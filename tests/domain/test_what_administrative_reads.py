"""Decision 9: a canary in every clinical field of a portal leaves no operation for an Administrative visitor."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, is_dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from db.tables.access import Level, Role
from domain import appointments, details, funding, home, invoices, records
from domain.errors import NotPermitted
from domain.funding import NewFunding
from domain.portals import Visit
from domain.records import NewEntry, RecordKind
from tests.cast import someone
from tests.clinic import NOW, Clinic, let_in, set_clock

MEDICARE, MEMBER = "2123456701", "778899001"


async def full_portal(level: Level, role: Role) -> tuple[Visit, dict[str, Callable[[Visit], Awaitable[Any]]]]:
    """A visit of somebody with this access to a portal with canaries, and every operation that reads."""
    set_clock(NOW)
    mina, jun = await someone("Mina Park"), await someone("Jun Park")
    await let_in(jun, mina, level, role)
    clinic, visit = await Clinic.open(mina.portal), await mina.visit()
    to_come, _ = await clinic.book(NOW + timedelta(hours=1)), await clinic.book(NOW - timedelta(days=1))
    billed = await clinic.bill(1, "5.00", "6.00")
    await clinic.note(detail="Canary detail")
    await records.add(visit, NewEntry(RecordKind.MEASUREMENT, "Canary", "Canary", "1", "Canary unit"))
    await funding.change(visit, NewFunding(MEDICARE, "1", "05/2027", "Canary fund", MEMBER, version=1))
    canaries = replace(
        await details.read(visit),
        gender="Canary",
        address="Canary",
        city="Canary",
        postcode="Canary",
        email="canary@example.com",
        emergency_name="Canary",
    )
    await details.change(visit, canaries)
    return await jun.visit(mina.portal), {
        "appointments": appointments.read,
        "an appointment": lambda who: appointments.one(who, to_come),
        "invoices": invoices.read,
        "an invoice": lambda who: invoices.one(who, billed),
        "home": home.read,
        "records": records.read,
        "details": details.read,
        "funding": funding.read,
    }


def words(shown: Any) -> str:
    return str(asdict(shown) if is_dataclass(shown) and not isinstance(shown, type) else shown).casefold()


@pytest.mark.parametrize("role", list(Role))
async def test_no_canary_leaves(database, role):
    visit, operations = await full_portal(Level.ADMINISTRATIVE, role)
    opened = set()
    for name, read in operations.items():
        try:
            shown = words(await read(visit))
        except NotPermitted:
            continue
        opened.add(name)
        assert not any(secret in shown for secret in ("canary", MEDICARE[:8], MEDICARE[:4], MEMBER))
    assert opened == {"appointments", "an appointment", "invoices", "an invoice", "home"}


async def test_clinical_reads_a_canary_everywhere_but_the_numbers(database):
    visit, operations = await full_portal(Level.CLINICAL, Role.VIEW)
    for name, read in operations.items():
        shown = words(await read(visit))
        assert ("canary" in shown) == (name != "invoices")
        assert not any(secret in shown for secret in (MEDICARE[:4], MEMBER))
