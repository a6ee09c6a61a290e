"""Asking for access: who is told, what the asker reads and when, and how often one may ask."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from db.engine import run
from db.tables.access import Level, Role, Status
from domain import access, clock, guardians, requests
from domain.errors import NotFound, Refused
from tests.cast import mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import (
    DAY,
    all_rows,
    an_offer,
    ask,
    decide,
    give,
    leo_of,
    listed,
    row_of,
    seen_by,
    shortly_before,
)


async def test_the_owner_is_mailed_and_the_request_stands_pending(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato", portal=False)
    await ask(kim, mina.email, Level.ADMINISTRATIVE, Role.EDIT)
    [person] = await listed(mina)
    assert (person.account, person.name, person.email) == (kim.account, "Kim Sato", "kim@example.com")
    assert (person.relationship, person.level, person.role) == ("Friend", Level.ADMINISTRATIVE, Role.EDIT)
    assert (person.status, person.reason, person.version) == (Status.PENDING, None, 1)
    assert await mails() == [{"kind": "access-request", "subject": person.id, "recipient": mina.email}]


async def test_whoever_asks_opens_nothing_yet(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    with pytest.raises(NotFound):
        await kim.visit(mina.portal)
    [patient] = await seen_by(kim)
    assert (patient.name, patient.portal, patient.status) == ("Mina", None, Status.PENDING)


async def test_the_portals_own_name_shows_once_it_can_be_opened_and_no_longer(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    row = await give(mina, kim)
    [patient] = await seen_by(kim)
    assert (patient.name, patient.portal) == ("Mina Park", mina.portal)
    await decide(mina, row, Status.DISABLED)
    [patient] = await seen_by(kim)
    assert (patient.name, patient.portal, patient.status) == ("Mina", None, Status.DISABLED)


@pytest.mark.parametrize("email", ["kim@example.com", " KIM@Example.com "])
async def test_nobody_asks_themselves(database, email):
    kim = await someone("Kim Sato")
    with pytest.raises(Refused) as refused:
        await ask(kim, email)
    assert (refused.value.field, await all_rows(), await mails()) == ("email", [], [])


async def test_one_open_request_for_an_email_however_it_is_typed(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    for email in (mina.email, "MINA@EXAMPLE.COM", " mina@example.com "):
        with pytest.raises(Refused) as refused:
            await ask(kim, email)
        assert refused.value.words == "You have asked them already. They have 14 days to answer"
    assert (len(await all_rows()), len(await mails())) == (1, 1)


async def test_two_people_may_ask_the_same(database):
    mina, kim, jun = await someone("Mina Park"), await someone("Kim Sato"), await someone("Jun Park")
    await ask(kim, mina.email)
    await ask(jun, mina.email)
    assert [person.name for person in await listed(mina)] == ["Jun Park", "Kim Sato"]


async def test_five_open_requests_and_no_sixth(database):
    kim = await someone("Kim Sato")
    for n in range(5):
        await ask(kim, f"p{n}@example.com")
    with pytest.raises(Refused) as refused:
        await ask(kim, "p5@example.com")
    assert refused.value.words == "5 of your requests wait for an answer. Withdraw one, or wait"
    await requests.withdraw(kim.session, (await row_of("p0@example.com"))["id"])
    await ask(kim, "p5@example.com")
    assert len(await mails("set-up")) == 6


async def test_a_grant_frees_a_place_and_a_denial_does_not_show_by_freeing_one(database):
    mina, theo, kim = await someone("Mina Park"), await someone("Theo Almeida"), await someone("Kim Sato")
    await ask(kim, mina.email)
    await ask(kim, theo.email)
    for n in range(3):
        await ask(kim, f"p{n}@example.com")
    await decide(mina, await row_of(kim, mina.portal), Status.DISABLED)
    with pytest.raises(Refused, match="wait for an answer"):
        await ask(kim, "p3@example.com")
    await decide(theo, await row_of(kim, theo.portal), Status.CURRENT)
    await ask(kim, "p3@example.com")


async def test_lapsed_requests_leave_their_places_before_anybody_sweeps(database):
    kim = await someone("Kim Sato")
    for n in range(5):
        await ask(kim, f"p{n}@example.com")
    set_clock((await all_rows())[-1]["expires_at"])
    for n in range(5):
        await ask(kim, f"p{n}@example.com")
    assert [row["status"] for row in await all_rows()] == ["Disabled"] * 5 + ["Pending"] * 5
    assert [patient.status for patient in await seen_by(kim)] == [Status.PENDING] * 5


async def test_ten_mails_a_day_and_no_eleventh(database):
    kim = await someone("Kim Sato")
    for n in range(10):
        await ask(kim, f"p{n}@example.com")
        await requests.withdraw(kim.session, (await row_of(f"p{n}@example.com"))["id"])
    with pytest.raises(Refused) as refused:
        await ask(kim, "p10@example.com")
    assert (refused.value.words, refused.value.field) == (
        "You have written to 10 people today. Try again tomorrow",
        "email",
    )
    assert len(await mails()) == 10
    clock.set_offset(DAY)
    await ask(kim, "p10@example.com")


async def test_what_a_guardian_offers_counts_as_mail_too(database):
    mina = await someone("Mina Park")
    leo = await leo_of(mina)
    for n in range(10):
        await guardians.offer(await mina.visit(leo), an_offer(f"p{n}@example.com"))
    with pytest.raises(Refused, match="10 people today"):
        await guardians.offer(await mina.visit(leo), an_offer("p10@example.com"))
    with pytest.raises(Refused, match="10 people today"):
        await ask(mina, "p10@example.com")


async def denied(mina, kim, **how):
    await ask(kim, mina.email)
    await decide(mina, await row_of(kim, mina.portal), Status.DISABLED, **how)


@pytest.mark.parametrize("withdrawn", [False, True])
async def test_asking_again_within_thirty_days_of_a_denial_is_heard_by_nobody(database, withdrawn):
    """Also when the asker, who reads Pending, withdraws in between: that would tell a denial and undo it."""
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await denied(mina, kim)
    row = await row_of(kim)
    if withdrawn:
        await requests.withdraw(kim.session, row["id"])
        assert [patient.status for patient in await seen_by(kim)] == [Status.DISABLED]
    for moment in (row["expires_at"], row["decided_at"] + 30 * DAY - timedelta(seconds=20)):
        set_clock(moment)
        heard, told = await listed(mina), await mails()
        await ask(kim, mina.email)
        assert (await listed(mina), await mails()) == (heard, told)
        assert [patient.status for patient in await seen_by(kim)] == [Status.PENDING]
        set_clock(moment + timedelta(seconds=5))
        await requests.withdraw(kim.session, (await all_rows())[-1]["id"])


async def test_after_thirty_days_a_new_request_is_heard(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await denied(mina, kim)
    set_clock((await row_of(kim))["decided_at"] + 30 * DAY)
    await ask(kim, mina.email)
    assert [person.status for person in await listed(mina)] == [Status.PENDING]
    assert len(await mails("access-request")) == 2


async def test_whoever_is_refused_for_good_is_never_heard_again(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await denied(mina, kim, for_good=True)
    for days in (15, 31, 4000):
        clock.set_offset(days * DAY)
        await ask(kim, mina.email)
        assert [patient.status for patient in await seen_by(kim)] == [Status.PENDING]
    assert [person.reason for person in await listed(mina)] == ["denied"]
    assert len(await mails()) == 1


async def test_a_refusal_for_good_at_a_revoke_holds_too(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await decide(mina, await give(mina, kim), Status.DISABLED, for_good=True)
    await ask(kim, mina.email)
    assert [person.status for person in await listed(mina)] == [Status.DISABLED]


@pytest.mark.parametrize("end", ["revoked", "left", "withdrawn", "lapsed"])
async def test_what_ended_without_a_denial_may_be_asked_again_at_once(database, end):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    row = await row_of(kim)
    if end == "withdrawn":
        await requests.withdraw(kim.session, row["id"])
    elif end == "lapsed":
        set_clock(row["expires_at"])
    else:
        await decide(mina, row, Status.CURRENT)
        if end == "left":
            await access.leave(await kim.visit(mina.portal))
        else:
            await decide(mina, row, Status.DISABLED)
    await ask(kim, mina.email)
    assert [person.status for person in await listed(mina)] == [Status.PENDING]
    assert len(await mails("access-request")) == 2


async def ignored(mina, kim):
    await ask(kim, mina.email)


async def denied_on_day_five(mina, kim):
    await ask(kim, mina.email)
    clock.set_offset(5 * DAY)
    await decide(mina, await row_of(kim, mina.portal), Status.DISABLED)


async def refused_for_good(mina, kim):
    await denied(mina, kim, for_good=True)


async def held_back(mina, kim):
    await denied(mina, kim)
    clock.set_offset(15 * DAY)
    await ask(kim, mina.email)


async def to_nobody(mina, kim):
    await ask(kim, "nobody@example.com")


@pytest.mark.parametrize("fate", [ignored, denied, denied_on_day_five, refused_for_good, held_back, to_nobody])
@pytest.mark.parametrize("swept", [False, True])
async def test_whatever_becomes_of_a_request_its_asker_reads_the_same(database, fate, swept):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await fate(mina, kim)
    newest = (await all_rows())[-1]
    told = [mail for mail in await mails() if mail["recipient"] == kim.email]
    for moment, status in (
        (newest["asked_at"] + 6 * DAY, Status.PENDING),
        (newest["expires_at"] - timedelta(seconds=10), Status.PENDING),
        (newest["expires_at"], Status.DISABLED),
        (newest["expires_at"] + 300 * DAY, Status.DISABLED),
    ):
        set_clock(moment)
        if swept:
            await access.sweep()
        [patient] = await seen_by(kim)
        assert patient == access.Patient(
            newest["id"], None, "Mina", "Friend", Level.CLINICAL, Role.VIEW, status, False, newest["asked_at"]
        )
    assert told == [] == [mail for mail in await mails() if mail["recipient"] == kim.email]


async def test_the_answer_is_the_same_whoever_the_email_belongs_to(database):
    """A portal's, an account's without one, nobody's, one's who denied, one's who refused for good."""
    mina, kim, jun = await someone("Mina Park"), await someone("Kim Sato"), await someone("Jun Park")
    await someone("Rosa Ibarra", portal=False)
    await denied(jun, kim)
    await denied(mina, kim, for_good=True)
    clock.set_offset(20 * DAY)
    await someone("Zed Novak")
    emails = ["zed@example.com", "rosa@example.com", "nobody@example.com", jun.email, mina.email]
    for email in emails:
        await ask(kim, email)
    shown = [replace(patient, id=kim.account, asked_at=clock.now()) for patient in await seen_by(kim)]
    assert len(shown) == 5
    assert {replace(patient, asked_at=shown[0].asked_at) for patient in shown} == {shown[0]}
    with pytest.raises(Refused, match="wait for an answer"):
        await ask(kim, "sixth@example.com")


async def test_nobody_widens_their_own_access_by_asking_again(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await give(mina, kim, Level.ADMINISTRATIVE, Role.VIEW)
    with pytest.raises(Refused) as refused:
        await ask(kim, mina.email, Level.CLINICAL, Role.EDIT)
    assert refused.value.words == "You can open their portal already. To see or do more there, ask them to change it"
    visit = await kim.visit(mina.portal)
    assert (visit.level, visit.role) == (Level.ADMINISTRATIVE, Role.VIEW)


async def test_another_email_of_an_owner_is_not_found_out_by_asking(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await give(mina, kim, Level.ADMINISTRATIVE, Role.VIEW)
    await run("UPDATE account SET email = $2, email_key = $2 WHERE id = $1", mina.account, "private@example.com")
    told = await mails()
    await ask(kim, "private@example.com")
    assert [(patient.name, patient.status) for patient in await seen_by(kim)] == [
        ("Mina Park", Status.CURRENT),
        ("Mina", Status.PENDING),
    ]
    assert ([person.status for person in await listed(mina)], await mails()) == ([Status.CURRENT], told)


async def test_the_access_goes_to_the_account_logged_in_whichever_portal_it_works_in(database):
    mina, ivy = await someone("Mina Park"), await someone("Ivy Park")
    leo = await leo_of(mina)
    visit = await mina.visit(leo)
    await give(ivy, mina)
    row = await row_of(mina, ivy.portal)
    assert (row["account"], row["asked_by"]) == (visit.account, mina.account)
    assert [person.name for person in await listed(mina, leo)] == ["Mina Park"]
    assert {patient.name for patient in await seen_by(mina)} == {"Leo Park", "Ivy Park"}


async def test_withdrawing_ends_a_request_for_both(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    await requests.withdraw(kim.session, (await row_of(kim))["id"])
    assert [(person.status, person.reason) for person in await listed(mina)] == [(Status.DISABLED, "withdrawn")]
    assert [patient.status for patient in await seen_by(kim)] == [Status.DISABLED]


@pytest.mark.parametrize("state", ["another's", "twice", "granted", "lapsed", "denied and lapsed", "offered"])
async def test_only_ones_own_request_that_waits_can_be_withdrawn(database, state):
    mina, kim, zed = await someone("Mina Park"), await someone("Kim Sato"), await someone("Zed Novak")
    await ask(kim, mina.email)
    row, who = await row_of(kim), kim
    if state == "another's":
        who = zed
    elif state == "twice":
        await requests.withdraw(kim.session, row["id"])
    elif state == "granted":
        await decide(mina, row, Status.CURRENT)
    elif state == "offered":
        await run("UPDATE access SET offered = true")
    else:
        if state == "denied and lapsed":
            await decide(mina, row, Status.DISABLED)
        set_clock(row["expires_at"])
    before = await all_rows()
    with pytest.raises(NotFound):
        await requests.withdraw(who.session, row["id"])
    assert await all_rows() == before


async def test_a_request_may_be_withdrawn_until_the_last_moment_denied_or_not(database):
    mina, kim, jun = await someone("Mina Park"), await someone("Kim Sato"), await someone("Jun Park")
    await denied(mina, kim)
    await ask(jun, mina.email)
    shortly_before((await row_of(kim))["expires_at"])
    for who in (kim, jun):
        await requests.withdraw(who.session, (await row_of(who))["id"])
        with pytest.raises(Refused, match="ended this themselves"):
            await decide(mina, await row_of(who), Status.CURRENT)


async def test_of_fifty_askings_at_once_one_is_written_and_mailed(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    results = await asyncio.gather(*(ask(kim, mina.email) for _ in range(50)), return_exceptions=True)
    assert [type(result) for result in results if result] == [Refused] * 49
    assert (len(await all_rows()), len(await mails()), len(await listed(mina))) == (1, 1, 1)


async def test_five_places_are_five_also_when_asked_for_at_once(database):
    kim = await someone("Kim Sato")
    results = await asyncio.gather(*(ask(kim, f"p{n}@example.com") for n in range(30)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType"] * 5 + ["Refused"] * 25
    assert len(await all_rows()) == 5
