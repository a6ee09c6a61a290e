"""Whose portal an invitation may link, and whom the practice confirms first (decision 5)."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from db.engine import run
from domain import clock, guardians, invitations
from domain.errors import LinkClosed, Refused
from domain.guardians import PARENTAL
from domain.invitations import Answer, Dependant
from tests.cast import Someone
from tests.clinic import Clinic
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


async def with_leo(born: date = CHILD_BORN) -> Clinic:
    return await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=born)


def years_ago(years: int) -> date:
    return clock.now().date().replace(month=1, day=1, year=clock.now().year - years)


async def portal_row(portal: UUID) -> dict[str, object]:
    return (await run("SELECT * FROM portal WHERE id = $1", portal))[0]


async def unlinked(clinic: Clinic, invitation: UUID) -> None:
    assert ((await row_of(invitation))["state"], (await row_of(invitation))["tries"]) == ("Pending", 0)
    assert (await patient_row(clinic.patient))["portal"] is None


@pytest.mark.parametrize("about", [CHILD_BORN, BORN])
async def test_ones_own_portal_is_not_one_that_one_looks_after(about: date) -> None:
    clinic, mina = await with_leo(about), await logged_in("Mina Park")
    _, invitation = await invited(clinic, mina.email)
    with pytest.raises(Refused) as refused:
        await invitations.accept(mina.session, invitation, 1, Answer(about, mina.portal))
    assert refused.value.field == "guardian"
    await unlinked(clinic, invitation)


async def test_a_portal_that_gets_an_owner_meanwhile_is_not_linked_by_its_guardian() -> None:
    clinic, mina, leo = await with_leo(), await logged_in("Mina Park"), await logged_in("Leo Park", portal=False)
    portal = await guardians.open_dependant(mina.session, "Leo Park", "Son", PARENTAL)
    _, invitation = await invited(clinic, mina.email)
    await run("UPDATE portal SET owner = $2 WHERE id = $1", portal, leo.account)
    with pytest.raises(Refused) as refused:
        await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, portal))
    assert refused.value.field == "guardian"
    await unlinked(clinic, invitation)


async def test_a_new_login_looks_after_no_portal_yet() -> None:
    clinic = await with_leo()
    _, invitation = await invited(clinic, "mina@example.com")
    with pytest.raises(Refused) as refused:
        await set_up(invitation, Answer(CHILD_BORN, uuid4()), name="Mina Park")
    assert refused.value.field == "guardian"
    await unlinked(clinic, invitation)


@pytest.mark.parametrize("years", [14, 17])
@pytest.mark.parametrize("basis", [PARENTAL, "They asked me to, self-declared"])
async def test_whoever_looks_after_a_teenager_waits_for_the_practice(years: int, basis: str) -> None:
    clinic = await with_leo(born := years_ago(years))
    mina = await logged_in("Mina Park")
    _, invitation = await invited(clinic, mina.email)
    portal = await invitations.accept(mina.session, invitation, 1, Answer(born, Dependant("Leo Park", "Son", basis)))
    assert await confirmations_of(clinic.patient) == {"Mina Park": "Waiting"}
    assert (await mina.visit(portal)).patients == ()
    assert await notified(clinic.practice) == ["guardians-waiting", "invitation-accepted"]
    assert await invitations.awaits_word(invitation)


async def test_only_parental_responsibility_is_confirmed_by_the_invitation() -> None:
    clinic, mina = await with_leo(), await logged_in("Mina Park")
    _, invitation = await invited(clinic, mina.email)
    friend = Dependant("Leo Park", "Friend", "They asked me to, self-declared")
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, friend))
    assert await confirmations_of(clinic.patient) == {"Mina Park": "Waiting"}
    assert await invitations.awaits_word(invitation)


async def test_a_parent_of_a_child_waits_for_nobody() -> None:
    clinic, mina = await with_leo(), await logged_in("Mina Park")
    _, invitation = await invited(clinic, mina.email)
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, PARENT))
    assert not await invitations.awaits_word(invitation)


async def test_two_practices_at_once_open_one_portal() -> None:
    for n in range(5):
        clinics = [await clinic_with_owen(f"{name} {n}") for name in ("Harbour", "Eastside")]
        owen = await logged_in(f"Owen{n} Tait", portal=False)
        waiting = [
            await send(clinic, await practitioner(clinic, f"Rhys{n}{k} L"), owen.email)
            for k, clinic in enumerate(clinics)
        ]
        portals = await asyncio.gather(
            *(invitations.accept(owen.session, one, 1, Answer(BORN, sure=True)) for one in waiting)
        )
        assert portals[0] == portals[1]
        assert set((await owen.visit(portals[0])).patients) == {clinic.patient for clinic in clinics}


async def test_a_portal_without_a_birth_date_has_the_patients_from_now_on() -> None:
    clinic, owen = await clinic_with_owen(), await logged_in()
    _, invitation = await invited(clinic)
    await invitations.accept(owen.session, invitation, 1, RIGHT)
    kept = await portal_row(owen.portal)
    assert (kept["birth_date"], kept["version"]) == (BORN, 2), "a form that was drawn before is older"
    other = await clinic_with_owen("Eastside Physio", birth_date=date(1980, 1, 1))
    another = await send(other, await practitioner(other, "Priya Nair"))
    with pytest.raises(Refused, match="ask Eastside Physio"):
        await invitations.accept(owen.session, another, 1, Answer(date(1980, 1, 1)))
    await unlinked(other, another)


async def husband() -> tuple[Clinic, Someone, UUID]:
    """Owen's record has the email of Mina, who has a portal of her own."""
    clinic, mina = await clinic_with_owen(), await logged_in("Mina Park")
    _, invitation = await invited(clinic, mina.email)
    return clinic, mina, invitation


async def test_whose_name_is_another_is_asked_before_anything_is_linked() -> None:
    clinic, mina, invitation = await husband()
    with pytest.raises(Refused, match=r"This invitation is for Owen\. Are you Owen\?") as refused:
        await invitations.accept(mina.session, invitation, 1, RIGHT)
    assert (refused.value.field, "Tait" in refused.value.words) == ("sure", False)
    await unlinked(clinic, invitation)
    assert (await portal_row(mina.portal))["birth_date"] is None
    assert await invitations.accept(mina.session, invitation, 1, Answer(BORN, sure=True)) == mina.portal


async def test_whoever_does_not_know_the_birth_date_is_not_told_that_the_names_differ() -> None:
    _, mina, invitation = await husband()
    with pytest.raises(Refused) as refused:
        await invitations.accept(mina.session, invitation, 1, WRONG)
    assert refused.value.field == "birth_date"


async def test_a_new_login_of_another_name_is_asked_too_and_none_is_made() -> None:
    clinic = await clinic_with_owen()
    _, invitation = await invited(clinic)
    with pytest.raises(Refused, match=r"Are you Owen\?"):
        await set_up(invitation, RIGHT, name="Mina Park")
    assert await run("SELECT FROM account WHERE email_key = $1", EMAIL) == []
    await unlinked(clinic, invitation)
    await set_up(invitation, Answer(BORN, sure=True), name="Mina Park")


async def test_another_childs_portal_is_asked_about() -> None:
    clinic, mina = await with_leo(), await logged_in("Mina Park")
    ada = await guardians.open_dependant(mina.session, "Ada Park", "Daughter", PARENTAL)
    _, invitation = await invited(clinic, mina.email)
    with pytest.raises(Refused, match=r"for Leo\. Is Leo the one whom you chose\?") as refused:
        await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, ada))
    assert (refused.value.field, "Ada" in refused.value.words) == ("sure", False)
    await unlinked(clinic, invitation)


@pytest.mark.parametrize(
    ("name", "preferred"),
    [("OWEN  tait", ""), ("Ówen Täit", ""), ("Owen James Tait", ""), ("Bobby Tait", ""), ("O. Tait", "Owen")],
)
async def test_the_same_name_written_otherwise_is_the_same(name: str, preferred: str) -> None:
    clinic, owen = await clinic_with_owen(preferred_name="Bobby"), await logged_in()
    await run("UPDATE portal SET name = $1, preferred_name = $2", name, preferred)
    _, invitation = await invited(clinic)
    assert await invitations.accept(owen.session, invitation, 1, RIGHT) == owen.portal


async def test_a_portal_opened_as_a_parent_is_not_an_adults() -> None:
    clinic, mina = await clinic_with_owen(), await logged_in("Mina Park")
    portal = await guardians.open_dependant(mina.session, "Owen Tait", "Son", PARENTAL)
    _, invitation = await invited(clinic, mina.email)
    with pytest.raises(Refused, match=r"an adult needs another ground\. Ask Harbour Street Clinic") as refused:
        await invitations.accept(mina.session, invitation, 1, Answer(BORN, portal))
    assert refused.value.field == "guardian"
    await unlinked(clinic, invitation)


async def test_an_email_with_a_login_is_told_so_before_the_birth_date_is_looked_at() -> None:
    clinic = await clinic_with_owen()
    await logged_in()
    _, invitation = await invited(clinic)
    for _ in range(6):
        with pytest.raises(Refused, match="There is a login with this email already"):
            await set_up(invitation, WRONG)
    await unlinked(clinic, invitation)


async def test_an_old_link_of_a_patient_who_is_linked_says_that_there_is_a_portal() -> None:
    clinic, other = await clinic_with_owen(), await logged_in("Zed Novak")
    _, invitation = await invited(clinic)
    await run("UPDATE patient SET portal = $1", other.portal)
    for state, why in (("Pending", "linked"), ("Expired", "linked"), ("Cancelled", "cancelled")):
        await run("UPDATE invitation SET state = $1", state)
        with pytest.raises(LinkClosed, match=why):
            await invitations.invited_by(invitation, 1)


async def test_who_accepted_is_known_and_nobody_else() -> None:
    clinic, owen, zed = await clinic_with_owen(), await logged_in(), await logged_in("Zed Novak")
    _, invitation = await invited(clinic)
    assert await invitations.accepted(owen.session, invitation) is None
    await invitations.accept(owen.session, invitation, 1, RIGHT)
    assert await invitations.accepted(owen.session, invitation) == owen.portal
    assert await invitations.accepted(zed.session, invitation) is None
