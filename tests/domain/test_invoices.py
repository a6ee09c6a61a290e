from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from db.engine import counting
from db.tables.access import Level, Role
from domain import invoices
from domain.errors import NotFound
from domain.invoices import InvoiceStatus, Line
from domain.paging import PAGE
from tests.cast import someone
from tests.clinic import NOW, TODAY, Clinic, events, let_in, set_clock


async def test_money_is_decimal_and_adds_up(database):
    set_clock(NOW)
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    billed = await clinic.bill(41, "0.10", "0.20", "120.00", paid="20.05", practitioner=clinic.practitioner)
    invoice = await invoices.one(await mina.visit(), billed)
    assert asdict(invoice) == {
        "id": billed,
        "practitioner": "Dr Amara of Harbour Street Clinic",
        "number": 41,
        "practice": "Harbour Street Clinic",
        "practice_phone": "02 5550 1234",
        "issued_on": date(2026, 11, 6),
        "due_on": date(2026, 11, 20),
        "total": Decimal("120.30"),
        "paid": Decimal("20.05"),
        "owing": Decimal("100.25"),
        "status": InvoiceStatus.OWING,
        "lines": (
            {"description": "Canary service 1", "amount": Decimal("0.10")},
            {"description": "Canary service 2", "amount": Decimal("0.20")},
            {"description": "Canary service 3", "amount": Decimal("120.00")},
        ),
    }
    assert (await events(mina.portal))[-1] == "invoices:view"


async def test_overdue_begins_with_the_practices_next_day(database):
    mina = await someone("Mina Park")
    sydney = await Clinic.open(mina.portal)
    perth = await Clinic.open(mina.portal, "Eastside Physio", "Australia/Perth")
    for clinic in (sydney, perth):
        await clinic.bill(1, "10.00", due_on=TODAY)
        await clinic.bill(2, "10.00", paid="10.00", due_on=TODAY)

    async def statuses(now: datetime) -> dict[tuple[str, int], str]:
        set_clock(now)
        return {(i.practice, i.number): i.status for i in (await invoices.read(await mina.visit())).invoices}

    paid = {("Harbour Street Clinic", 2): "Paid", ("Eastside Physio", 2): "Paid"}
    # Midnight in Sydney is 13:00 UTC in November, in Perth 16:00.
    for now, in_sydney, in_perth in (
        (datetime(2026, 11, 20, 12, 59, tzinfo=UTC), "Owing", "Owing"),
        (datetime(2026, 11, 20, 13, 1, tzinfo=UTC), "Overdue", "Owing"),
        (datetime(2026, 11, 20, 16, 1, tzinfo=UTC), "Overdue", "Overdue"),
    ):
        unpaid = {("Harbour Street Clinic", 1): in_sydney, ("Eastside Physio", 1): in_perth}
        assert await statuses(now) == {**unpaid, **paid}


async def test_they_come_by_pages_the_newest_first_of_every_practice(database):
    mina = await someone("Mina Park")
    first, second = await Clinic.open(mina.portal), await Clinic.open(mina.portal, "Eastside Physio")
    for number in range(1, PAGE + 1):
        await first.bill(number, "1.00", due_on=TODAY + timedelta(days=number))
    await second.bill(1, "1.00", due_on=TODAY + timedelta(days=3))
    visit = await mina.visit()
    newest, oldest = await invoices.read(visit), await invoices.read(visit, 2)
    assert (len(newest.invoices), newest.more, newest.invoices[0].number) == (PAGE, True, PAGE)
    assert {one.practice for one in newest.invoices} == {"Harbour Street Clinic", "Eastside Physio"}
    assert ([one.number for one in oldest.invoices], oldest.more) == ([1], False)
    assert newest.invoices[0].lines == ()
    with pytest.raises(NotFound):
        await invoices.read(visit, 0)


async def test_administrative_reads_the_descriptions_for_others(database):
    mina, jun = await someone("Mina Park"), await someone("Jun Park")
    billed = await (await Clinic.open(mina.portal)).bill(1, "5.00", paid="5.00")
    await let_in(jun, mina, Level.ADMINISTRATIVE, Role.VIEW)
    seen = await invoices.one(await jun.visit(mina.portal), billed)
    assert (seen.lines, seen.status) == ((Line("Service 1", Decimal("5.00")),), InvoiceStatus.PAID)


async def test_another_portals_invoice_is_not_found(database):
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    clinic = await Clinic.open(mina.portal)
    billed = await clinic.bill(1, "5.00")
    unlinked = await clinic.bill(2, "5.00", patient=await clinic.admit(None))
    for visit, invoice in ((await zed.visit(), billed), (await mina.visit(), unlinked), (await mina.visit(), uuid4())):
        assert invoice not in {one.id for one in (await invoices.read(visit)).invoices}
        with pytest.raises(NotFound):
            await invoices.one(visit, invoice)


async def test_a_page_asks_three_times_at_most(database):
    mina = await someone("Mina Park")
    billed = await (await Clinic.open(mina.portal)).bill(1, "5.00", "6.00", "7.00")
    visit = await mina.visit()
    with counting() as asked:
        await invoices.read(visit)
    assert len(asked) == 2
    with counting() as asked:
        await invoices.one(visit, billed)
    assert len(asked) == 3
