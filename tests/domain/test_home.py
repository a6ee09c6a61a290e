from datetime import timedelta
from decimal import Decimal

import pytest

from db.engine import counting
from db.tables.access import Level, Role
from domain import appointments, guardians, home, invoices, records, requests
from domain.guardians import Offer
from domain.records import NewEntry, RecordKind
from domain.requests import Asking
from tests.cast import someone
from tests.clinic import NOW, Clinic, events, let_in, set_clock
from tests.domain.sharing import an_offer, two_guardians

HOUR = timedelta(hours=1)


async def test_an_empty_portal_has_nothing_and_says_so(database):
    mina = await someone("Mina Park")
    shown = await home.read(await mina.visit())
    assert (shown.next_appointments, shown.owing_invoices, shown.owing, shown.waiting) == ((), 0, Decimal(0), 0)
    assert shown.records == dict.fromkeys(RecordKind, 0)
    assert not shown.linked
    assert (await events(mina.portal))[-1] == "portal:view"


async def test_the_counts_are_those_of_the_pages(database):
    set_clock(NOW)
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    first, second = await Clinic.open(mina.portal), await Clinic.open(mina.portal, "Eastside Physio")
    booked = [await clinic.book(NOW + HOUR * n) for n, clinic in enumerate((first, second, first, second), start=1)]
    await appointments.cancel(await mina.visit(), booked[1])
    await first.book(NOW - HOUR)
    await first.bill(1, "0.10", "0.20")
    await second.bill(1, "100.00", paid="99.99")
    await second.bill(2, "7.00", paid="7.00")
    await first.note()
    await first.note("Removed", removed_at=NOW)
    await records.add(await mina.visit(), NewEntry(RecordKind.ALLERGY, "Peanuts"))
    await records.add(await mina.visit(), NewEntry(RecordKind.MEDICINE, "Iron"))
    await requests.ask(theo.session, Asking("Mina", "Spouse", Level.CLINICAL, Role.VIEW, mina.email))
    visit = await mina.visit()
    shown = await home.read(visit)
    assert [one.id for one in shown.next_appointments] == [booked[0], booked[2], booked[3]]
    assert (shown.owing_invoices, shown.owing, shown.waiting) == (2, Decimal("0.31"), 1)
    owing = [one.owing for one in (await invoices.read(visit)).invoices if one.owing]
    assert (len(owing), sum(owing)) == (shown.owing_invoices, shown.owing)
    assert shown.records == {kind: len(entries) for kind, entries in (await records.read(visit)).items()}
    assert shown.records[RecordKind.ALLERGY] == 2


async def test_a_portal_is_linked_by_a_practices_patient(database):
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    await Clinic.open(mina.portal)
    assert (await home.read(await mina.visit())).linked
    assert not (await home.read(await zed.visit())).linked


async def test_a_request_that_has_lapsed_waits_no_more(database):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await requests.ask(theo.session, Asking("Mina", "Spouse", Level.CLINICAL, Role.VIEW, mina.email))
    assert (await home.read(await mina.visit())).waiting == 1
    set_clock(NOW + timedelta(days=3650))
    assert (await home.read(await mina.visit())).waiting == 0


async def test_what_a_guardian_offers_waits_for_somebody_else(database):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Child", guardians.PARENTAL)
    visit = await mina.visit(leo)
    await guardians.offer(visit, Offer("Theo", theo.email, "Child", Level.CLINICAL, Role.EDIT, guardians.PARENTAL))
    assert (await home.read(visit)).waiting == 0


@pytest.mark.parametrize("role", list(Role))
async def test_what_each_level_is_not_told(database, role):
    mina, jun, kim = await someone("Mina Park"), await someone("Jun Park"), await someone("Kim Sato", portal=False)
    await (await Clinic.open(mina.portal)).note()
    await let_in(jun, mina, Level.ADMINISTRATIVE, role)
    await let_in(kim, mina, Level.CLINICAL, role)
    administrative = await home.read(await jun.visit(mina.portal))
    assert (administrative.records, administrative.waiting) == (None, None)
    clinical = await home.read(await kim.visit(mina.portal))
    assert (clinical.records or {})[RecordKind.ALLERGY] == 1
    assert clinical.waiting is None


async def test_another_portals_things_are_not_counted(database):
    set_clock(NOW)
    mina, zed = await someone("Mina Park"), await someone("Zed Novak")
    clinic = await Clinic.open(mina.portal)
    await clinic.book(NOW + HOUR)
    await clinic.bill(1, "5.00")
    await clinic.note()
    shown = await home.read(await zed.visit())
    assert (shown.next_appointments, shown.owing_invoices, shown.records) == ((), 0, dict.fromkeys(RecordKind, 0))


async def test_the_page_asks_three_times(database):
    mina = await someone("Mina Park")
    visit = await mina.visit()
    with counting() as asked:
        await home.read(visit)
    assert len(asked) == 3


async def test_what_waits_for_another_guardians_yes(database):
    mina, theo, leo = await two_guardians()
    await guardians.offer(await mina.visit(leo), an_offer("kim@example.com"))
    assert (await home.read(await theo.visit(leo))).waiting == 1
    assert (await home.read(await mina.visit(leo))).waiting == 0
