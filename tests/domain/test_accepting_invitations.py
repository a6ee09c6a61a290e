"""Accepting an invitation: what it asks, what it opens and links, and who is told."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from db.engine import run
from domain import clock, guardians, invitations
from domain.errors import DomainError, LinkClosed, Refused
from domain.guardians import PARENTAL
from domain.invitations import Answer, Dependant, Draft
from domain.portals import visit
from tests.cast import PASSWORD, Someone, mails, someone
from tests.clinic import Clinic, set_clock
from tests.domain.inviting import (
    BORN,
    CHILD_BORN,
    EMAIL,
    PARENT,
    clinic_with_owen,
    confirmations_of,
    invited,
    logged_in,
    notified,
    patient_row,
    practitioner,
    row_of,
    send,
    set_up,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("database")
RIGHT, WRONG = Answer(BORN), Answer(date(1974, 9, 25))
ADULT = Dependant("Owen Tait", "Father", "Power of attorney, self-declared")


async def account_of(email: str) -> UUID:
    account: UUID = (await run("SELECT id FROM account WHERE email_key = $1", email))[0]["id"]
    return account


async def with_leo() -> Clinic:
    return await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN)


async def nothing_done(invitation: UUID) -> None:
    assert (await row_of(invitation))["state"] == "Pending"
    assert [row["portal"] for row in await run("SELECT portal FROM patient")] == [None]


async def test_a_new_login_gets_its_own_portal_linked_to_the_patient() -> None:
    clinic = await clinic_with_owen(phone="02 5550", address="1 Canary Street")
    _, invitation = await invited(clinic)
    email, portal = await set_up(invitation, RIGHT, name="Owen J Tait")
    [kept] = await run("SELECT * FROM portal WHERE id = $1", portal)
    owner = await account_of(EMAIL)
    assert (email, kept["owner"], kept["name"], kept["birth_date"]) == (EMAIL, owner, "Owen J Tait", BORN)
    assert (kept["phone"], kept["address"]) == ("", ""), "details never travel from the practice"
    assert (await patient_row(clinic.patient))["portal"] == portal
    assert (await visit(owner, "Owen", portal)).patients == (clinic.patient,)
    row = await row_of(invitation)
    assert (row["state"], row["accepted_by"], row["portal"]) == ("Accepted", owner, portal)
    assert await notified(clinic.practice) == ["invitation-accepted"]
    assert [mail["recipient"] for mail in await mails("practice-linked")] == [EMAIL]
    [event] = await run("SELECT * FROM event WHERE kind = 'invitation:accept'")
    assert (event["portal"], event["practice"], event["account"]) == (portal, clinic.practice, owner)


async def test_nothing_is_made_before_and_opening_changes_nothing() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    before = await run("SELECT * FROM invitation")
    shown = await invitations.invited_by(invitation, 1)
    assert (shown.called, shown.practice.name, shown.tries_left) == ("Owen", "Harbour Street Clinic", 5)
    assert await run("SELECT * FROM invitation") == before
    assert await run("SELECT FROM account WHERE email_key = $1", EMAIL) == []


async def test_five_wrong_birth_dates_lock_it_and_the_practice_is_told() -> None:
    clinic = await clinic_with_owen()
    place, invitation = await invited(clinic)
    for left in ("4 tries", "3 tries", "2 tries", "one try"):
        with pytest.raises(Refused, match=left) as wrong:
            await set_up(invitation, WRONG)
        assert wrong.value.field == "birth_date"
    with pytest.raises(LinkClosed, match="locked"):
        await set_up(invitation, WRONG)
    with pytest.raises(LinkClosed, match="locked"):
        await set_up(invitation, RIGHT)
    assert (await row_of(invitation))["state"] == "Locked"
    assert await notified(clinic.practice) == ["invitation-locked"]
    assert await run("SELECT FROM account WHERE email_key = $1", EMAIL) == []
    await invitations.resend(place, invitation, 1)
    assert await notified(clinic.practice) == [], "it is dealt with"
    await set_up(invitation, RIGHT, version=2)


async def test_no_more_than_five_guesses_at_once() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    guesses = [Answer(date(1950, 1, day)) for day in range(1, 21)]
    done = await asyncio.gather(*(set_up(invitation, guess) for guess in guesses), return_exceptions=True)
    assert sum(isinstance(answer, Refused) for answer in done) == 4
    assert (await row_of(invitation))["tries"] == 5


async def test_a_bad_password_costs_no_try() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    with pytest.raises(Refused) as refused:
        await invitations.set_up_and_accept(invitation, 1, "Owen", "harbour street", WRONG)
    assert (refused.value.field, (await row_of(invitation))["tries"]) == ("password", 0)


@pytest.mark.parametrize("many", [2, 50])
async def test_of_many_acceptances_at_once_one_wins(many: int) -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    owen = await logged_in()
    done = await asyncio.gather(
        *(invitations.accept(owen.session, invitation, 1, RIGHT) for _ in range(many)), return_exceptions=True
    )
    assert done.count(owen.portal) == 1
    assert {answer.why for answer in done if isinstance(answer, LinkClosed)} == {"used"}
    assert len([answer for answer in done if isinstance(answer, LinkClosed)]) == many - 1
    assert len(await run("SELECT FROM event WHERE kind = 'invitation:accept'")) == 1
    assert (await patient_row(clinic.patient))["portal"] == owen.portal


async def test_two_new_logins_at_once_are_one() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    done = await asyncio.gather(*(set_up(invitation, RIGHT) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(answer, tuple) for answer in done) == 1
    assert sum(isinstance(answer, DomainError) for answer in done) == 1
    assert len(await run("SELECT FROM portal")) == 1


async def test_accepting_while_it_is_cancelled_is_one_or_the_other() -> None:
    for _ in range(5):
        clinic = await clinic_with_owen(f"Clinic {uuid4().hex[:6]}", email="x@example.com")
        place = await practitioner(clinic, f"Rhys{uuid4().hex[:6]} L")
        owen = await logged_in(f"Owen{uuid4().hex[:6]} Tait")
        invitation = await send(clinic, place, owen.email)
        await asyncio.gather(
            invitations.accept(owen.session, invitation, 1, RIGHT), invitations.cancel(place, invitation),
            return_exceptions=True,
        )  # fmt: skip
        state, portal = (await row_of(invitation))["state"], (await patient_row(clinic.patient))["portal"]
        assert (state, portal) in (("Accepted", owen.portal), ("Cancelled", None))


async def test_a_portal_that_is_there_is_linked_and_everybody_who_reads_it_is_told() -> None:
    clinic = await clinic_with_owen()
    owen, kim = await logged_in(), await logged_in("Kim Sato", portal=False)
    from db.tables.access import Level, Role
    from tests.domain.sharing import give

    await give(owen, kim, Level.ADMINISTRATIVE, Role.VIEW)
    _, invitation = await invited(clinic)
    assert await invitations.accept(owen.session, invitation, 1, RIGHT) == owen.portal
    assert [mail["recipient"] for mail in await mails("practice-linked")] == [kim.email, owen.email]
    assert (await owen.visit()).patients == (clinic.patient,)


async def test_an_account_without_a_portal_gets_one() -> None:
    clinic = await clinic_with_owen()
    owen = await logged_in(portal=False)
    _, invitation = await invited(clinic)
    portal = await invitations.accept(owen.session, invitation, 1, RIGHT)
    [kept] = await run("SELECT owner, birth_date FROM portal WHERE id = $1", portal)
    assert (kept["owner"], kept["birth_date"]) == (owen.account, BORN)


async def test_the_wrong_login_burns_nothing() -> None:
    clinic = await clinic_with_owen()
    await logged_in()
    zed = await logged_in("Zed Novak")
    _, invitation = await invited(clinic)
    with pytest.raises(LinkClosed, match="wrong account") as closed:
        await invitations.accept(zed.session, invitation, 1, WRONG)
    assert closed.value.email == EMAIL
    await nothing_done(invitation)
    assert (await row_of(invitation))["tries"] == 0


async def test_a_portal_with_another_birth_date_is_another_persons() -> None:
    clinic = await clinic_with_owen()
    owen = await logged_in()
    await run("UPDATE portal SET birth_date = '1990-01-01'")
    _, invitation = await invited(clinic)
    with pytest.raises(Refused, match="another birth date"):
        await invitations.accept(owen.session, invitation, 1, RIGHT)
    await nothing_done(invitation)


async def test_a_portal_is_linked_to_one_patient_of_a_practice() -> None:
    clinic = await clinic_with_owen()
    owen = await logged_in()
    twin = await clinic.admit(owen.portal, birth_date=BORN)
    _, invitation = await invited(clinic)
    with pytest.raises(Refused, match="linked to a patient of Harbour Street Clinic already"):
        await invitations.accept(owen.session, invitation, 1, RIGHT)
    assert (await row_of(invitation))["state"] == "Pending"
    assert (await patient_row(twin))["portal"] == owen.portal
    assert (await patient_row(clinic.patient))["portal"] is None


async def test_who_works_anywhere_by_now_is_told_so_and_nothing_is_done() -> None:
    clinic, other = await clinic_with_owen(), await Clinic.open(None, "Eastside Physio")
    _, invitation = await invited(clinic)
    owen = await other.hire("Owen Tait")
    with pytest.raises(Refused, match="Ask Harbour Street Clinic to send the invitation to another one") as refused:
        await invitations.accept(owen.session, invitation, 1, RIGHT)
    assert "Eastside" not in refused.value.words
    assert (await row_of(invitation))["state"] == "Pending"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE invitation SET state = 'Cancelled', link_version = 2", "cancelled"),
        ("UPDATE invitation SET link_version = 2", "ended"),
        ("UPDATE invitation SET expires_at = sent_at", "expired"),
        ("UPDATE invitation SET state = 'Undeliverable'", "expired"),
        ("UPDATE invitation SET state = 'Locked'", "locked"),
        ("UPDATE patient SET deceased_on = '2026-01-01'", "cancelled"),
        ("DELETE FROM invitation", "malformed"),
    ],
)
async def test_links_that_open_nothing_say_why(change: str, why: str) -> None:
    clinic = await clinic_with_owen()
    owen = await logged_in()
    _, invitation = await invited(clinic)
    await run(change)
    for doing in (
        invitations.invited_by(invitation, 1), invitations.accept(owen.session, invitation, 1, RIGHT),
        set_up(invitation, RIGHT),
    ):  # fmt: skip
        with pytest.raises(LinkClosed, match=why):
            await doing


async def test_a_link_stays_good_when_invitations_are_turned_off() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    await run("UPDATE practice SET invitations = false")
    await set_up(invitation, RIGHT)
    assert await run("SELECT state FROM invitation WHERE id = $1", invitation) == [{"state": "Accepted"}]


async def test_a_childs_guardian_opens_a_portal_and_is_confirmed_by_the_invitation() -> None:
    clinic = await with_leo()
    _, invitation = await invited(clinic, "mina@example.com")
    with pytest.raises(Refused, match="too young") as refused:
        await set_up(invitation, Answer(CHILD_BORN), name="Mina Park")
    assert refused.value.field == "guardian"
    _, portal = await set_up(invitation, Answer(CHILD_BORN, PARENT), name="Mina Park")
    mina = await account_of("mina@example.com")
    assert await confirmations_of(clinic.patient) == {"Mina Park": "Confirmed"}
    assert (await visit(mina, "Mina", portal)).patients == (clinic.patient,)
    assert await run("SELECT FROM portal WHERE owner = $1", mina) == []
    assert await notified(clinic.practice) == ["invitation-accepted"]


async def test_a_portal_that_one_looks_after_is_linked_and_its_other_guardian_waits() -> None:
    from tests.domain.sharing import two_guardians

    mina, theo, leo = await two_guardians()
    clinic = await with_leo()
    _, invitation = await invited(clinic, mina.email)
    assert [one.id for one in await invitations.linkable(mina.account, clinic.practice)] == [leo]
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, leo))
    assert await confirmations_of(clinic.patient) == {"Mina Park": "Confirmed", "Theo Almeida": "Waiting"}
    assert (await mina.visit(leo)).patients == (clinic.patient,)
    assert (await theo.visit(leo)).patients == ()
    assert await notified(clinic.practice) == ["guardians-waiting", "invitation-accepted"]
    assert await invitations.linkable(mina.account, clinic.practice) == []


async def test_a_guardian_of_an_adult_waits_for_the_practice() -> None:
    clinic = await clinic_with_owen()
    mina = await logged_in("Mina Park")
    _, invitation = await invited(clinic, mina.email)
    with pytest.raises(Refused) as parental:
        await invitations.accept(mina.session, invitation, 1, Answer(BORN, Dependant("Owen Tait", "Son", PARENTAL)))
    assert parental.value.field == "basis"
    portal = await invitations.accept(mina.session, invitation, 1, Answer(BORN, ADULT))
    assert await confirmations_of(clinic.patient) == {"Mina Park": "Waiting"}
    assert (await mina.visit(portal)).patients == ()


async def test_only_a_portal_that_one_looks_after_can_be_chosen() -> None:
    clinic = await with_leo()
    mina, zed = await logged_in("Mina Park"), await logged_in("Zed Novak")
    other = await guardians.open_dependant(zed.session, "Kit Novak", "Son", PARENTAL)
    _, invitation = await invited(clinic, mina.email)
    for forged in (other, zed.portal, uuid4()):
        with pytest.raises(Refused) as refused:
            await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, forged))
        assert refused.value.field == "guardian"
    await nothing_done(invitation)


async def test_a_guardian_who_comes_later_waits_too() -> None:
    from tests.domain.sharing import an_offer
    from tests.domain.sharing import row_of as access_row

    clinic = await with_leo()
    mina, theo = await logged_in("Mina Park"), await logged_in("Theo Almeida")
    _, invitation = await invited(clinic, mina.email)
    leo = await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, PARENT))
    await guardians.offer(await mina.visit(leo), an_offer(theo.email, guardian=True))
    await guardians.accept_offer(theo.session, (await access_row(theo.email))["id"], 1)
    assert await confirmations_of(clinic.patient) == {"Mina Park": "Confirmed", "Theo Almeida": "Waiting"}
    assert (await theo.visit(leo)).patients == ()
    assert "guardians-waiting" in await notified(clinic.practice)


async def test_a_patient_linked_meanwhile_is_linked_once() -> None:
    clinic = await clinic_with_owen()
    owen: Someone = await logged_in()
    _, invitation = await invited(clinic)
    zed = await logged_in("Zed Novak")
    await run("UPDATE patient SET portal = $1", zed.portal)
    with pytest.raises(LinkClosed, match="linked"):
        await invitations.accept(owen.session, invitation, 1, RIGHT)
    assert (await patient_row(clinic.patient))["portal"] == zed.portal


async def test_an_email_that_has_a_login_by_now_is_told_to_log_in() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    await someone("Owen Tait")
    with pytest.raises(Refused, match="There is a login with this email already"):
        await invitations.set_up_and_accept(invitation, 1, "Owen Tait", PASSWORD, RIGHT)
    await nothing_done(invitation)


async def test_two_practices_link_one_portal_each() -> None:
    first, second = await clinic_with_owen(), await clinic_with_owen("Eastside Physio")
    owen = await logged_in()
    for n, clinic in enumerate((first, second)):
        place = await practitioner(clinic, f"Rhys{n} L")
        invitation = await invitations.send(place, clinic.patient, Draft(EMAIL))
        await invitations.accept(owen.session, invitation, 1, RIGHT)
    assert set((await owen.visit()).patients) == {first.patient, second.patient}


async def test_it_lapses_after_fourteen_days() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    set_clock(clock.now() + timedelta(days=14))
    with pytest.raises(LinkClosed, match="expired"):
        await set_up(invitation, RIGHT)
