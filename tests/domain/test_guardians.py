"""Portals of people without a login, and what two guardians may do alone and together (decision 5)."""

import asyncio
from itertools import product

import pytest

from db.engine import run
from db.tables.access import Level, Role, Status
from domain import access, controllers, guardians
from domain.access import Agreement
from domain.errors import NotFound, NotPermitted, Refused
from domain.guardians import BASES_FOR_ADULTS, PARENTAL
from tests.cast import mails, someone
from tests.domain.sharing import (
    an_offer,
    decide,
    leo_of,
    let_in_leo,
    listed,
    row_of,
    seen_by,
    trail,
    trail_end,
    two_guardians,
)

LEAST, MOST = (Level.ADMINISTRATIVE, Role.VIEW), (Level.CLINICAL, Role.EDIT)


async def test_the_creator_is_guardian_at_once(database):
    mina = await someone("Mina Park", portal=False)
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Son", PARENTAL)
    visit = await mina.visit(leo)
    assert (visit.owns, visit.controls, visit.level, visit.role) == (False, True, *MOST)
    [person] = await listed(mina, leo)
    assert (person.name, person.status, person.basis) == ("Mina Park", Status.CURRENT, PARENTAL)
    [patient] = await seen_by(mina)
    assert (patient.name, patient.portal, patient.relationship, patient.guardian) == ("Leo Park", leo, "Son", True)
    assert await mails() == []
    assert await controllers.emails(leo) == [mina.email]


@pytest.mark.parametrize("relationship", ["Son", "Child", "Dependant", "Mother", "Friend"])
@pytest.mark.parametrize("basis", [PARENTAL, *BASES_FOR_ADULTS, "", "Because"])
async def test_the_ground_to_act_for_somebody_fits_who_they_are(database, relationship, basis):
    mina = await someone("Mina Park")
    child = relationship in ("Son", "Child", "Dependant")
    if basis in BASES_FOR_ADULTS or (basis == PARENTAL and child):
        assert await guardians.open_dependant(mina.session, "Leo Park", relationship, basis)
    else:
        with pytest.raises(Refused) as refused:
            await guardians.open_dependant(mina.session, "Leo Park", relationship, basis)
        assert (refused.value.field, await seen_by(mina)) == ("basis", [])


async def test_two_children_are_two_portals_under_one_login(database):
    mina = await someone("Mina Park")
    leo, ada = await leo_of(mina), await guardians.open_dependant(mina.session, "Ada Park", "Daughter", PARENTAL)
    assert {patient.portal for patient in await seen_by(mina)} == {leo, ada}


async def test_a_second_parent_of_two_children_sees_both(database):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    leo, ada = await leo_of(mina), await guardians.open_dependant(mina.session, "Ada Park", "Daughter", PARENTAL)
    for portal in (leo, ada):
        await guardians.offer(await mina.visit(portal), an_offer(theo.email, guardian=True))
        await guardians.accept_offer(theo.session, (await row_of(theo.email, portal))["id"], 1)
    assert {patient.name for patient in await seen_by(theo)} == {"Leo Park", "Ada Park"}


async def test_the_last_guardian_cannot_leave(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    leo = await leo_of(mina)
    await let_in_leo(mina, leo, kim)
    with pytest.raises(Refused) as refused:
        await access.leave(await mina.visit(leo))
    assert refused.value.words == (
        "You are Leo's only guardian, so you cannot leave. Give access to another guardian first"
    )
    assert (await mina.visit(leo)).controls


async def test_a_guardian_who_only_waits_does_not_let_the_last_one_go(database):
    mina = await someone("Mina Park")
    leo = await leo_of(mina)
    await guardians.offer(await mina.visit(leo), an_offer("theo@example.com", guardian=True))
    with pytest.raises(Refused):
        await access.leave(await mina.visit(leo))


async def test_one_of_two_guardians_leaves_and_the_other_stays(database):
    mina, theo, leo = await two_guardians()
    await access.leave(await mina.visit(leo))
    with pytest.raises(NotFound):
        await mina.visit(leo)
    with pytest.raises(Refused):
        await access.leave(await theo.visit(leo))
    assert await controllers.emails(leo) == [theo.email]


async def test_of_the_two_last_guardians_leaving_at_once_one_stays(database):
    for _ in range(5):
        mina, theo, leo = await two_guardians()
        visits = [await mina.visit(leo), await theo.visit(leo)]
        results = await asyncio.gather(*(access.leave(visit) for visit in visits), return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]
        assert len(await controllers.emails(leo)) == 1
        # The same people again, with new names of their logins.
        await run("UPDATE account SET email = id::text, email_key = id::text")


async def test_one_guardian_alone_lets_a_third_person_in(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    leo = await leo_of(mina)
    assert await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("access-offer", kim.email)]


async def waiting_offer(**given):
    """Mina has offered Kim access to Leo's portal; Theo has not agreed yet."""
    mina, theo, leo = await two_guardians()
    kim = await someone("Kim Sato")
    await run("DELETE FROM mail")
    assert not await guardians.offer(await mina.visit(leo), an_offer(kim.email, **given))
    return mina, theo, leo, kim


async def test_a_third_person_waits_for_both_guardians(database):
    _, theo, leo, kim = await waiting_offer()
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("access-consent", theo.email)]
    [person] = [person for person in await listed(theo, leo) if person.email == kim.email]
    assert (person.status, person.agreed) == (Status.PENDING, (Agreement("Mina Park", *LEAST),))
    await decide(theo, await row_of(kim.email), Status.CURRENT)
    assert [mail["recipient"] for mail in await mails("access-offer")] == [kim.email]
    await guardians.accept_offer(kim.session, person.id, 1)
    assert (await kim.visit(leo)).level is Level.ADMINISTRATIVE
    assert await run("SELECT FROM access_consent") == []


@pytest.mark.parametrize("said", [(Level.ADMINISTRATIVE, Role.EDIT), (Level.CLINICAL, Role.VIEW), MOST])
async def test_both_must_say_the_same_level_and_role(database, said):
    mina, theo, _, kim = await waiting_offer()
    row = await row_of(kim.email)
    person = await decide(theo, row, Status.CURRENT, *said)
    assert (person.status, set(person.agreed)) == (
        Status.PENDING,
        {Agreement("Mina Park", *LEAST), Agreement("Theo Almeida", *said)},
    )
    assert await mails("access-offer") == []
    assert [mail["recipient"] for mail in await mails("access-consent")] == [theo.email, mina.email]
    await decide(mina, row, Status.CURRENT, *said)
    assert len(await mails("access-offer")) == 1
    agreed = await row_of(kim.email)
    assert (agreed["level"], agreed["role"], await run("SELECT FROM access_consent")) == (*said, [])


async def test_saying_the_same_twice_is_no_agreement_and_mails_once(database):
    mina, _, _, kim = await waiting_offer()
    for _ in range(3):
        await decide(mina, await row_of(kim.email), Status.CURRENT)
    assert (await mails("access-offer"), len(await mails("access-consent"))) == ([], 1)


async def test_either_guardian_alone_ends_an_offer(database):
    _, theo, _, kim = await waiting_offer()
    person = await decide(theo, await row_of(kim.email), Status.DISABLED)
    assert (person.status, person.reason, person.agreed) == (Status.DISABLED, "withdrawn", ())


async def test_a_third_guardian_needs_both_and_then_decides_too(database):
    mina, theo, leo, kim = await waiting_offer(guardian=True)
    await decide(theo, await row_of(kim.email), Status.CURRENT, *LEAST)
    await guardians.accept_offer(kim.session, (await row_of(kim.email))["id"], 1)
    visit = await kim.visit(leo)
    assert (visit.controls, visit.level, visit.role) == (True, *MOST)
    with pytest.raises(Refused, match="They are a guardian too"):
        await decide(theo, await row_of(kim, leo), Status.DISABLED)
    await guardians.offer(await mina.visit(leo), an_offer("zed@example.com"))
    row = await row_of("zed@example.com")
    await decide(theo, row, Status.CURRENT)
    assert [mail["recipient"] for mail in await mails("access-offer")] == [kim.email]
    await decide(kim, row, Status.CURRENT)
    assert [mail["recipient"] for mail in await mails("access-offer")] == [kim.email, "zed@example.com"]


async def test_when_the_other_guardian_leaves_the_one_who_stays_decides_alone(database):
    mina, theo, leo, kim = await waiting_offer()
    await access.leave(await theo.visit(leo))
    await decide(mina, await row_of(kim.email), Status.CURRENT)
    assert len(await mails("access-offer")) == 1


async def with_kim(level: Level, role: Role):
    """Kim has access to Leo's portal, which has two guardians."""
    mina, theo, leo = await two_guardians()
    kim = await someone("Kim Sato")
    await guardians.offer(await mina.visit(leo), an_offer(kim.email, level, role))
    await decide(theo, await row_of(kim.email), Status.CURRENT)
    await guardians.accept_offer(kim.session, (await row_of(kim.email))["id"], 1)
    await run("DELETE FROM mail")
    return mina, theo, leo, kim


GRANTS = list(product(Level, Role))
WIDER = [
    (have, want)
    for have, want in product(GRANTS, repeat=2)
    if (want[0] is Level.CLINICAL and have[0] is not Level.CLINICAL)
    or (want[1] is Role.EDIT and have[1] is not Role.EDIT)
]
NARROWER = [(have, want) for have, want in product(GRANTS, repeat=2) if have != want and (have, want) not in WIDER]


@pytest.mark.parametrize(("have", "want"), WIDER)
async def test_widening_takes_both(database, have, want):
    mina, theo, leo, kim = await with_kim(*have)
    row = await row_of(kim, leo)
    await decide(mina, row, Status.CURRENT, *want)
    visit = await kim.visit(leo)
    assert (visit.level, visit.role) == have
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("access-consent", theo.email)]
    await decide(theo, row, Status.CURRENT, *want)
    visit = await kim.visit(leo)
    assert (visit.level, visit.role) == want
    told = sorted(str(mail["recipient"]) for mail in await mails("access-widened"))
    assert told == [mina.email, theo.email]


@pytest.mark.parametrize(("have", "want"), NARROWER)
async def test_narrowing_works_alone(database, have, want):
    mina, _, leo, kim = await with_kim(*have)
    await decide(mina, await row_of(kim, leo), Status.CURRENT, *want)
    visit = await kim.visit(leo)
    assert (visit.level, visit.role) == want
    assert await mails() == []


async def test_revoking_works_alone_and_giving_back_takes_both(database):
    mina, theo, leo, kim = await with_kim(*MOST)
    row = await row_of(kim, leo)
    await decide(theo, row, Status.DISABLED)
    with pytest.raises(NotFound):
        await kim.visit(leo)
    assert await mails() == []
    await decide(theo, row, Status.CURRENT)
    with pytest.raises(NotFound):
        await kim.visit(leo)
    await decide(mina, row, Status.CURRENT)
    assert (await kim.visit(leo)).level is Level.CLINICAL


async def test_a_yes_can_be_taken_back_by_submitting_what_is_there(database):
    mina, theo, leo, kim = await with_kim(*LEAST)
    row = await row_of(kim, leo)
    await decide(mina, row, Status.CURRENT, *MOST)
    lines = await trail_end()
    assert (await decide(mina, row, Status.CURRENT, *LEAST)).agreed == ()
    assert [line["kind"] for line in await trail(lines)] == ["access:take-back"]
    await decide(theo, row, Status.CURRENT, *MOST)
    assert (await kim.visit(leo)).level is Level.ADMINISTRATIVE


async def test_an_agreement_once_decided_counts_for_nothing_afterwards(database):
    mina, theo, leo, kim = await with_kim(*LEAST)
    row = await row_of(kim, leo)
    await decide(mina, row, Status.CURRENT, *MOST)
    await decide(theo, row, Status.DISABLED)
    await decide(theo, row, Status.CURRENT, *MOST)
    with pytest.raises(NotFound):
        await kim.visit(leo)


async def test_a_third_person_with_edit_decides_and_gives_nothing(database):
    mina, _, leo, kim = await with_kim(*MOST)
    visit = await kim.visit(leo)
    for attempt in (access.people(visit), guardians.offer(visit, an_offer("zed@example.com"))):
        with pytest.raises(NotPermitted):
            await attempt
    with pytest.raises(NotPermitted):
        await decide(kim, await row_of(mina, leo), Status.DISABLED)


async def test_the_person_themselves_once_they_own_it_ends_a_guardians_access(database):
    mina, ivy = await someone("Mina Park"), await someone("Ivy Park", portal=False)
    portal = await guardians.open_dependant(mina.session, "Ivy Park", "Daughter", PARENTAL)
    await run("UPDATE portal SET owner = $2 WHERE id = $1", portal, ivy.account)
    visit = await mina.visit(portal)
    assert (visit.controls, visit.role) == (False, Role.EDIT)
    await decide(ivy, await row_of(mina, portal), Status.DISABLED)
    with pytest.raises(NotFound):
        await mina.visit(portal)
