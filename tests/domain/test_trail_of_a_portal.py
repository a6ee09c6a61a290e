"""What is read leaves a line in the trail, and where none can be written nothing is shown or changed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from db.embedded_server import Addresses
from db.engine import run
from db.tables.access import Level, Role
from domain import appointments, details, funding, home, invoices, records
from domain.appointments import AppointmentStatus
from domain.errors import TrailUnwritable
from domain.records import NewEntry, RecordKind
from tests.cast import someone
from tests.clinic import NOW, Clinic, let_in, set_clock


@pytest.fixture
async def owner(database: None, addresses: Addresses) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the role that owns the tables; the site's role may write the trail again afterwards."""
    role = urlsplit(addresses.database_url).username
    connection = await asyncpg.connect(addresses.owner_database_url)
    yield connection
    await connection.execute(f'GRANT INSERT ON event TO "{role}"')
    await connection.close()


async def test_every_page_leaves_one_line_of_who_read_it(database):
    set_clock(NOW)
    mina, kim = await someone("Mina Park"), await someone("Kim Sato", portal=False)
    clinic = await Clinic.open(mina.portal)
    booked, billed = await clinic.book(NOW), await clinic.bill(1, "5.00")
    await let_in(kim, mina, Level.CLINICAL, Role.VIEW)
    visit = await kim.visit(mina.portal)
    [before] = await run("SELECT max(seq) AS seq FROM event")
    for read in (home.read, appointments.read, invoices.read, records.read, details.read, funding.read):
        await read(visit)
    await appointments.one(visit, booked)
    await invoices.one(visit, billed)
    lines = await run("SELECT * FROM event WHERE seq > $1 ORDER BY seq", before["seq"])
    assert [(line["kind"], line["subject"]) for line in lines] == [
        ("portal:view", None),
        ("appointments:view", None),
        ("invoices:view", None),
        ("records:view", None),
        ("details:view", None),
        ("funding:view", None),
        ("appointments:view", booked),
        ("invoices:view", billed),
    ]
    assert {(line["account"], line["portal"], line["access"]) for line in lines} == {
        (kim.account, mina.portal, visit.access)
    }


async def test_without_the_trail_nothing_is_shown_or_changed(owner, addresses):
    set_clock(NOW)
    mina = await someone("Mina Park")
    booked = await (await Clinic.open(mina.portal)).book(NOW + timedelta(hours=1))
    visit = await mina.visit()
    before, paid_by = await details.read(visit), await funding.read(visit)
    own = await records.add(visit, NewEntry(RecordKind.ALLERGY, "Peanuts"))
    card = funding.NewFunding("2123 45670 1", "", "", "", "", version=1)
    await owner.execute(f'REVOKE INSERT ON event FROM "{urlsplit(addresses.database_url).username}"')
    for tried in (
        home.read(visit),
        appointments.read(visit),
        appointments.one(visit, booked),
        appointments.cancel(visit, booked),
        invoices.read(visit),
        records.read(visit),
        records.add(visit, NewEntry(RecordKind.MEDICINE, "Iron")),
        records.remove(visit, own),
        details.read(visit),
        details.change(visit, replace(before, city="Manly")),
        funding.read(visit),
        funding.change(visit, card),
    ):
        with pytest.raises(TrailUnwritable):
            await tried
    await owner.execute(f'GRANT INSERT ON event TO "{urlsplit(addresses.database_url).username}"')
    assert (await appointments.one(visit, booked)).status is AppointmentStatus.BOOKED
    assert [entry.id for entries in (await records.read(visit)).values() for entry in entries] == [own]
    assert (await details.read(visit), await funding.read(visit)) == (before, paid_by)
