"""Access that a guardian offers to an email, and how it is taken up."""

import asyncio

import pytest

from db.engine import run
from db.tables.access import Level, Role, Status
from domain import access, accounts, guardians
from domain.errors import Changed, LinkClosed, Refused
from domain.guardians import PARENTAL
from tests.cast import PASSWORD, mails, someone
from tests.clinic import set_clock
from tests.domain.sharing import (
    ADDRESS,
    an_offer,
    ask,
    decide,
    doors_of,
    leo_of,
    listed,
    row_of,
    seen_by,
    shortly_before,
    two_guardians,
)

NEW = "new@example.com"


async def offered(email: str = NEW, **given):
    """Mina has offered access to Leo's portal; gives her, the portal and the row's id."""
    mina = await someone("Mina Park")
    leo = await leo_of(mina)
    await guardians.offer(await mina.visit(leo), an_offer(email, **given))
    return mina, leo, (await row_of(email))["id"]


async def test_an_offer_waits_until_it_is_accepted(database):
    mina, leo, row = await offered()
    [waits] = [person for person in await listed(mina, leo) if person.email == NEW]
    assert (waits.account, waits.name, waits.status, waits.offered) == (None, "Kim", Status.PENDING, True)
    assert [(mail["kind"], mail["subject"], mail["recipient"]) for mail in await mails()] == [
        ("access-offer", row, NEW)
    ]
    shown = await guardians.offer_of(row, 1)
    assert (shown["giver"], shown["portal_name"], shown["known"]) == ("Mina Park", "Leo Park", None)


async def test_it_is_accepted_with_the_login_that_it_was_sent_to(database):
    kim = await someone("Kim Sato", portal=False)
    mina, leo, row = await offered(kim.email)
    assert await seen_by(kim) == []
    assert await guardians.accept_offer(kim.session, row, 1) == leo
    visit = await kim.visit(leo)
    assert (visit.level, visit.role, visit.controls) == (Level.ADMINISTRATIVE, Role.VIEW, False)
    assert [(patient.name, patient.status) for patient in await seen_by(kim)] == [("Leo Park", Status.CURRENT)]
    assert [mail["recipient"] for mail in await mails("access-widened")] == [mina.email]


async def test_another_login_leaves_the_offer_as_it_was(database):
    kim, zed = await someone("Kim Sato"), await someone("Zed Novak")
    mina, leo, row = await offered(kim.email)
    before = await row_of(kim.email)
    for wrong in (zed, mina):
        with pytest.raises(LinkClosed) as closed:
            await guardians.accept_offer(wrong.session, row, 1)
        assert closed.value.why == "wrong account"
    assert await row_of(kim.email) == before
    assert await guardians.accept_offer(kim.session, row, 1) == leo


async def test_a_new_email_gets_an_account_without_a_portal(database):
    _, leo, row = await offered()
    assert await guardians.set_up_and_accept(row, 1, "Nadia Rahman", PASSWORD) == NEW
    done = await accounts.log_in(NEW, PASSWORD, address=ADDRESS, device="")
    assert await doors_of(done.account) == [leo]
    assert await run("SELECT FROM portal WHERE owner = $1", done.account) == []


async def test_whoever_has_a_login_does_not_set_up_another(database):
    kim = await someone("Kim Sato")
    _, _, row = await offered(kim.email)
    with pytest.raises(Refused, match="There is a login with this email already"):
        await guardians.set_up_and_accept(row, 1, "Kim", PASSWORD)
    assert (await row_of(kim.email))["status"] == "Pending"


async def test_a_second_parent_becomes_a_guardian_with_everything(database):
    """Level and role say nothing of a guardian, so that no page shows less than they have."""
    theo = await someone("Theo Almeida")
    mina, leo, row = await offered(theo.email, guardian=True)
    assert ((await guardians.offer_of(row, 1))["level"], (await guardians.offer_of(row, 1))["basis"]) == (
        "Clinical",
        PARENTAL,
    )
    await guardians.accept_offer(theo.session, row, 1)
    visit = await theo.visit(leo)
    assert (visit.controls, visit.level, visit.role) == (True, Level.CLINICAL, Role.EDIT)
    assert len(await listed(theo, leo)) == 2
    told = [mail["recipient"] for mail in await mails("access-widened")]
    assert told == [mina.email, theo.email]


@pytest.mark.parametrize("state", ["waits", "current", "oneself"])
async def test_somebody_on_the_list_already_is_not_offered_again(database, state):
    kim = await someone("Kim Sato")
    mina, leo, row = await offered(kim.email)
    if state == "current":
        await guardians.accept_offer(kim.session, row, 1)
    email = mina.email if state == "oneself" else " KIM@example.com"
    with pytest.raises(Refused) as refused:
        await guardians.offer(await mina.visit(leo), an_offer(email))
    assert (refused.value.words, refused.value.field) == (
        "They are on the list already. Choose Edit beside their name",
        "email",
    )
    assert len(await mails("access-offer")) == 1


@pytest.mark.parametrize("end", ["revoked", "left", "taken back"])
async def test_somebody_whose_access_ended_is_offered_anew_and_stands_once_on_the_list(database, end):
    kim = await someone("Kim Sato")
    mina, leo, row = await offered(kim.email)
    if end == "taken back":
        await decide(mina, await row_of(kim.email), Status.DISABLED)
    else:
        await guardians.accept_offer(kim.session, row, 1)
        if end == "left":
            await access.leave(await kim.visit(leo))
        else:
            await decide(mina, await row_of(kim), Status.DISABLED)
    await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    assert [(p.email, p.status) for p in await listed(mina, leo)] == [
        (kim.email, Status.PENDING),
        (mina.email, Status.CURRENT),
    ]
    await guardians.accept_offer(kim.session, (await row_of(kim.email))["id"], 1)
    assert [patient.status for patient in await seen_by(kim)] == [Status.CURRENT]


async def test_an_owner_has_another_way(database):
    mina = await someone("Mina Park")
    with pytest.raises(Refused) as refused:
        await guardians.offer(await mina.visit(), an_offer(NEW))
    assert "Add Patient" in refused.value.words
    assert await mails() == []


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("accepted", "used"),
        ("taken back", "cancelled"),
        ("lapsed", "expired"),
        ("unknown", "malformed"),
        ("older", "ended"),
    ],
)
async def test_a_closed_offer_says_why_whether_or_not_anybody_swept(database, end, why, swept):
    kim = await someone("Kim Sato")
    mina, _, row = await offered(kim.email)
    if end == "accepted":
        await guardians.accept_offer(kim.session, row, 1)
    elif end == "taken back":
        await decide(mina, await row_of(kim.email), Status.DISABLED)
    elif end == "lapsed":
        set_clock((await row_of(kim.email))["expires_at"])
    elif end == "older":
        await run("UPDATE access SET link_version = 2 WHERE id = $1", row)
    if swept:
        await access.sweep()
    subject = kim.account if end == "unknown" else row
    for closed_to in (
        lambda: guardians.offer_of(subject, 1),
        lambda: guardians.accept_offer(kim.session, subject, 1),
        lambda: guardians.set_up_and_accept(subject, 1, "Kim", PASSWORD),
    ):
        with pytest.raises(LinkClosed) as closed:
            await closed_to()
        assert closed.value.why == why


async def test_a_request_is_no_offer(database):
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    await ask(kim, mina.email)
    with pytest.raises(LinkClosed) as closed:
        await guardians.offer_of((await row_of(kim))["id"], 1)
    assert closed.value.why == "malformed"


async def test_an_offer_is_good_until_its_last_moment_and_a_bad_password_leaves_it_so(database):
    _, _, row = await offered()
    shortly_before((await row_of(NEW))["expires_at"])
    with pytest.raises(Refused):
        await guardians.set_up_and_accept(row, 1, "Nadia Rahman", "nadia")
    assert await guardians.set_up_and_accept(row, 1, "Nadia Rahman", PASSWORD) == NEW


async def test_of_fifty_accepting_at_once_one_does(database):
    kim = await someone("Kim Sato")
    mina, leo, row = await offered(kim.email)
    results = await asyncio.gather(
        *(guardians.accept_offer(kim.session, row, 1) for _ in range(50)), return_exceptions=True
    )
    assert [result for result in results if not isinstance(result, LinkClosed)] == [leo]
    assert {result.why for result in results if isinstance(result, LinkClosed)} == {"used"}
    assert len(await mails("access-widened")) == 1
    assert len(await listed(mina, leo)) == 2


async def test_of_many_setting_up_and_accepting_at_once_one_does(database):
    _, _, row = await offered()
    results = await asyncio.gather(
        *(guardians.set_up_and_accept(row, 1, "Nadia", PASSWORD) for _ in range(8)), return_exceptions=True
    )
    assert [result for result in results if isinstance(result, str)] == [NEW]
    assert {result.why for result in results if isinstance(result, LinkClosed)} == {"used"}


async def test_two_guardians_offering_the_same_email_at_once_write_one_offer(database):
    mina, theo, leo = await two_guardians()
    visits = [await mina.visit(leo), await theo.visit(leo)] * 10
    results = await asyncio.gather(*(guardians.offer(visit, an_offer(NEW)) for visit in visits), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Refused"] * 19 + ["bool"]


async def test_an_offer_that_is_out_is_narrowed_alone_and_widened_together(database):
    mina, theo, leo = await two_guardians()
    await guardians.offer(await mina.visit(leo), an_offer(NEW, Level.CLINICAL, Role.VIEW))
    row = await row_of(NEW)
    await decide(theo, row, Status.CURRENT)
    await run("DELETE FROM mail")
    for by in (mina, theo):
        await decide(by, row, Status.CURRENT)
    assert ((await row_of(NEW))["version"], await mails()) == (2, [])
    await decide(mina, row, Status.CURRENT, Level.ADMINISTRATIVE, Role.VIEW)
    assert ((await row_of(NEW))["level"], await mails()) == ("Administrative", [])
    await decide(mina, row, Status.CURRENT, Level.CLINICAL, Role.EDIT)
    assert ((await row_of(NEW))["level"], [mail["recipient"] for mail in await mails()]) == (
        "Administrative",
        [theo.email],
    )


async def test_accepting_ends_what_was_being_agreed_about_the_offer(database):
    mina, theo, leo = await two_guardians()
    kim = await someone("Kim Sato")
    await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    row = await row_of(kim.email)
    await decide(theo, row, Status.CURRENT)
    await decide(mina, row, Status.CURRENT, Level.CLINICAL, Role.EDIT)
    await guardians.accept_offer(kim.session, row["id"], 1)
    await decide(theo, row, Status.CURRENT, Level.CLINICAL, Role.EDIT)
    visit = await kim.visit(leo)
    assert (visit.level, visit.role) == (Level.ADMINISTRATIVE, Role.VIEW)


async def test_two_guardians_agreeing_at_once_agree(database):
    """Each said something else before; both now say what the other had said."""
    mina, theo, leo = await two_guardians()
    await guardians.offer(await mina.visit(leo), an_offer(NEW))
    row = await row_of(NEW)
    results = await asyncio.gather(
        *(decide(by, row, Status.CURRENT, Level.CLINICAL, Role.EDIT) for by in (mina, theo)), return_exceptions=True
    )
    for by in (mina, theo):
        await decide(by, row, Status.CURRENT, Level.CLINICAL, Role.EDIT)
    assert {type(result) for result in results} <= {access.Person, Changed}
    assert ((await row_of(NEW))["level"], (await row_of(NEW))["role"]) == ("Clinical", "Edit")
    assert [mail["recipient"] for mail in await mails("access-offer")] == [theo.email, NEW]
