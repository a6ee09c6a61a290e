"""What a guardian sees of a practice once the portal's person has a login of their own (decision 5)."""

from uuid import UUID

import pytest

from db.engine import run
from db.ids import new_id
from db.tables.access import Level, Role, Status
from db.tables.guardian_confirmation import ConfirmationState
from domain import invitations
from domain.invitations import Answer, Draft
from tests.cast import Someone, someone
from tests.domain.inviting import CHILD_BORN, clinic_with_owen, practitioner
from tests.domain.sharing import decide, row_of, two_guardians

pytestmark = pytest.mark.usefixtures("database")


async def leo_has_a_login() -> tuple[UUID, Someone, Someone, Someone, UUID]:
    """The patient, Mina who is confirmed, Theo who is not, Leo, and the portal that is Leo's now."""
    mina, theo, portal = await two_guardians()
    clinic = await clinic_with_owen(first_name="Leo", last_name="Park", birth_date=CHILD_BORN)
    invitation = await invitations.send(await practitioner(clinic), clinic.patient, Draft(mina.email))
    await invitations.accept(mina.session, invitation, 1, Answer(CHILD_BORN, portal))
    leo = await someone("Leo Park", portal=False)
    await run("UPDATE portal SET owner = $2 WHERE id = $1", portal, leo.account)
    return clinic.patient, mina, theo, leo, portal


@pytest.mark.parametrize("state", [ConfirmationState.WAITING, ConfirmationState.REFUSED])
async def test_who_was_not_confirmed_sees_no_more_than_before(state: ConfirmationState) -> None:
    patient, mina, theo, leo, portal = await leo_has_a_login()
    await run("UPDATE guardian_confirmation SET state = $1 WHERE state = 'Waiting'", state.value)
    assert (await leo.visit(portal)).patients == (patient,)
    assert (await mina.visit(portal)).patients == (patient,)
    assert (await theo.visit(portal)).patients == ()


async def test_what_the_owner_decides_holds_for_every_practice() -> None:
    patient, _, theo, leo, portal = await leo_has_a_login()
    await decide(leo, await row_of(theo, portal), Status.CURRENT, Level.ADMINISTRATIVE, Role.VIEW)
    visit = await theo.visit(portal)
    assert (visit.patients, visit.level) == ((patient,), Level.ADMINISTRATIVE)


async def test_whom_an_unconfirmed_guardian_let_in_sees_no_more_than_before() -> None:
    patient, _, theo, leo, portal = await leo_has_a_login()
    kim = await someone("Kim Sato", portal=False)
    await access_from(theo, kim, portal)
    assert (await kim.visit(portal)).patients == ()
    await decide(leo, await row_of(kim, portal), Status.CURRENT, Level.CLINICAL, Role.VIEW)
    assert (await kim.visit(portal)).patients == (patient,)


async def access_from(guardian: Someone, who: Someone, portal: UUID) -> None:
    """As an offer stands that has been taken up."""
    await run(
        "INSERT INTO access (id, account, portal, asked_by, name, relationship, level, role, status, offered, asked_at,"
        " expires_at, decided_at, decided_by) SELECT $1, $2, portal, $3, name, 'Friend', 'Administrative', 'View',"
        " 'Current', true, asked_at, expires_at, decided_at, $2 FROM access WHERE portal = $4 AND account = $3",
        new_id(),
        who.account,
        guardian.account,
        portal,
    )
