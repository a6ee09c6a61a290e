"""Nobody comes in whom a Current guardian has not said yes to; everybody acts on a ground that fits (decision 5)."""

from datetime import timedelta

import pytest

from db.engine import run
from db.tables.access import Level, Role, Status
from domain import access, guardians
from domain.access import Agreement
from domain.errors import LinkClosed, NotFound, Refused
from domain.guardians import BASES_FOR_ADULTS, PARENTAL, Offer
from tests.cast import mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import an_offer, decide, leo_of, let_in_leo, listed, row_of, trail, trail_end, two_guardians

BOTH = (Level.CLINICAL, Role.EDIT)


async def test_an_offer_that_is_out_ends_when_somebody_becomes_a_guardian(database):
    mina, theo, kim = await someone("Mina Park"), await someone("Theo Almeida"), await someone("Kim Sato")
    leo = await leo_of(mina)
    visit = await mina.visit(leo)
    await guardians.offer(visit, an_offer(kim.email))
    await guardians.offer(visit, an_offer(theo.email, guardian=True))
    row, lines = (await row_of(kim.email))["id"], await trail_end()
    await guardians.accept_offer(theo.session, (await row_of(theo.email))["id"], 1)
    with pytest.raises(LinkClosed):
        await guardians.accept_offer(kim.session, row, 1)
    with pytest.raises(NotFound):
        await kim.visit(leo)
    assert [(p.status, p.reason) for p in await listed(theo, leo) if p.id == row] == [(Status.DISABLED, "withdrawn")]
    assert [(line["account"], line["subject"]) for line in await trail(lines) if line["kind"] == "access:end"] == [
        (None, row)
    ]
    assert not await guardians.offer(visit, an_offer(kim.email))
    assert [mail["recipient"] for mail in await mails("access-consent")] == [theo.email]


async def test_a_yes_that_waits_ends_when_somebody_becomes_a_guardian(database):
    mina, theo, leo = await two_guardians()
    ada, kim = await someone("Ada Lind"), await someone("Kim Sato")
    visit = await mina.visit(leo)
    await guardians.offer(visit, an_offer(kim.email))
    await decide(theo, await row_of(kim.email), Status.CURRENT)
    await guardians.accept_offer(kim.session, (await row_of(kim.email))["id"], 1)
    await guardians.offer(visit, an_offer(ada.email, guardian=True))
    await decide(theo, await row_of(ada.email), Status.CURRENT)
    await decide(mina, await row_of(kim.email), Status.CURRENT, *BOTH)
    await guardians.accept_offer(ada.session, (await row_of(ada.email))["id"], 1)
    assert [person.agreed for person in await listed(mina, leo)] == [()] * 4
    await decide(theo, await row_of(kim.email), Status.CURRENT, *BOTH)
    await decide(ada, await row_of(kim.email), Status.CURRENT, *BOTH)
    assert (await kim.visit(leo)).role is Role.VIEW
    await decide(mina, await row_of(kim.email), Status.CURRENT, *BOTH)
    assert (await kim.visit(leo)).role is Role.EDIT


async def test_a_guardian_who_comes_back_ends_them_too(database):
    mina, theo, leo = await two_guardians()
    back, kim = await row_of(theo, leo), await someone("Kim Sato")
    await run("UPDATE access SET status = 'Disabled', reason = 'revoked' WHERE id = $1", back["id"])
    await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    await decide(mina, back, Status.CURRENT)
    with pytest.raises(LinkClosed):
        await guardians.accept_offer(kim.session, (await row_of(kim.email))["id"], 1)


async def test_somebody_who_is_no_guardian_ends_nothing(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    leo = await leo_of(mina)
    await guardians.offer(await mina.visit(leo), an_offer("zed@example.com"))
    await let_in_leo(mina, leo, kim)
    assert (await row_of("zed@example.com"))["status"] == Status.PENDING


@pytest.mark.parametrize("swept", [False, True])
async def test_a_yes_from_before_the_lapse_counts_for_nothing_after_it(database, swept):
    """A row that waits with an account: as a request for a portal whose person had a login once."""
    mina, theo, leo = await two_guardians()
    kim = await someone("Kim Sato")
    await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    await run("UPDATE access SET account = $2 WHERE id = $1", (await row_of(kim.email))["id"], kim.account)
    row = await row_of(kim.email)
    set_clock(row["expires_at"] + timedelta(minutes=1))
    if swept:
        await access.sweep()
        assert await run("SELECT FROM access_consent") == []
    assert [person.agreed for person in await listed(mina, leo) if person.id == row["id"]] == [()]
    assert (await decide(theo, row, Status.CURRENT)).agreed == (
        Agreement("Theo Almeida", Level.ADMINISTRATIVE, Role.VIEW),
    )
    with pytest.raises(NotFound):
        await kim.visit(leo)
    await access.sweep()
    await decide(mina, row, Status.CURRENT)
    assert (await kim.visit(leo)).level is Level.ADMINISTRATIVE


async def test_a_yes_that_is_older_than_the_asking_counts_for_nothing(database):
    mina, theo, leo = await two_guardians()
    await guardians.offer(await mina.visit(leo), an_offer("kim@example.com"))
    row = await row_of("kim@example.com")
    await run("UPDATE access_consent SET at = $1", row["asked_at"] - timedelta(days=1))
    assert [person.agreed for person in await listed(mina, leo) if person.id == row["id"]] == [()]
    await decide(theo, row, Status.CURRENT)
    assert await mails("access-offer") == [
        {"kind": "access-offer", "subject": (await row_of(theo.email))["id"], "recipient": theo.email}
    ]


@pytest.mark.parametrize(
    ("relationship", "basis", "fits"),
    [
        ("Son", PARENTAL, True),
        ("Son", BASES_FOR_ADULTS[1], True),
        ("Father", PARENTAL, False),
        ("Father", BASES_FOR_ADULTS[0], True),
        ("Father", "", False),
        ("Son", "Because", False),
    ],
)
async def test_a_guardian_who_is_offered_acts_on_a_ground_that_fits(database, relationship, basis, fits):
    mina = await someone("Mina Park")
    jun = await guardians.open_dependant(mina.session, "Jun Park", "Father", BASES_FOR_ADULTS[0])
    given = Offer("Theo", "theo@example.com", relationship, Level.CLINICAL, Role.EDIT, basis)
    if fits:
        await guardians.offer(await mina.visit(jun), given)
        assert (await row_of("theo@example.com"))["basis"] == basis
    else:
        with pytest.raises(Refused) as refused:
            await guardians.offer(await mina.visit(jun), given)
        assert (refused.value.field, len(await listed(mina, jun))) == ("basis", 1)
