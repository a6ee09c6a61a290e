"""One practitioner kept from one patient: at their next request, in the profile, the list and the search."""

from uuid import UUID, uuid4

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from tests.cast import Someone, someone
from tests.clinic import Clinic
from tests.web.conftest import Browser, text

BASE = "/practice/harbour-street-clinic/patients"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open((await someone("Mina Park")).portal)


@pytest.fixture
async def rhys(clinic: Clinic) -> Someone:
    return await clinic.hire("Rhys Lindqvist", MemberLevel.CLINICAL)


async def member_of(clinic: Clinic, who: Someone) -> UUID:
    return (await clinic.place(who)).member


async def kinds() -> list[str]:
    return [row["kind"] for row in await run("SELECT kind FROM event WHERE kind ~ 'revoke|give' ORDER BY seq")]


async def test_revoked_and_given_back(browser: Browser, other_browser: Browser, clinic: Clinic, rhys: Someone) -> None:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    await other_browser.log_in(rhys)
    here, member = f"{BASE}/{clinic.patient}", await member_of(clinic, rhys)
    assert (await other_browser.get(here)).status_code == 200
    for _ in range(2):
        page = await browser.post(f"{here}/revocations", data={"member": str(member)})
        assert "Revoked. They no longer find this patient" in text(page)
    assert "Give back to Rhys Lindqvist" in page.text
    assert (await other_browser.get(here)).status_code == 404
    assert (await other_browser.get(f"{here}/edit")).status_code == 404
    for address in (BASE, f"{BASE}?q=park"):
        assert "Mina" not in text(await other_browser.get(address))
    for _ in range(2):
        page = await browser.post(f"{here}/revocations/{member}/removal")
        assert page.status_code == 200
    assert (await other_browser.get(here)).status_code == 200
    assert await kinds() == ["practitioner:revoke", "patient:revoke", "practitioner:give-back", "patient:give-back"]


async def test_who_cannot_be_revoked(browser: Browser, clinic: Clinic) -> None:
    amara = await clinic.hire("Amara Okafor")
    bea = await clinic.hire("Bea C", MemberLevel.FULL, RoleType.ADMINISTRATOR)
    finn = await clinic.hire("Finn Low", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR)
    await clinic.hire("Rhys Lindqvist", MemberLevel.CLINICAL)
    other = await Clinic.open(None, "Eastside Physio")
    await browser.log_in(amara)
    here = f"{BASE}/{clinic.patient}/revocations"
    mine, full = await member_of(clinic, amara), await member_of(clinic, await clinic.hire("Zed Full"))
    shown = await browser.get(f"{BASE}/{clinic.patient}")
    assert "Whoever has Full Access sees every patient and is not listed" in text(shown)
    for member in (clinic.practitioner, full):
        assert f'value="{member}"' not in shown.text
    for member in (clinic.practitioner, full, mine, await member_of(clinic, bea), await member_of(clinic, finn)):
        assert (await browser.post(here, data={"member": str(member)})).status_code == 422
    for member in (other.practitioner, uuid4()):
        assert (await browser.post(here, data={"member": str(member)})).status_code == 404
    assert await run("SELECT FROM patient_revocation") == []


@pytest.mark.parametrize("sent", ["", "   ", "none such", "7", "\0", ["a", "b"], "x" * 3000])
async def test_what_is_no_practitioner_is_said(browser: Browser, clinic: Clinic, rhys: Someone, sent: object) -> None:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    here = f"{BASE}/{clinic.patient}/revocations"
    for page in (await browser.post(here, data={"member": sent}), await browser.post(here)):
        assert page.status_code == 422
        assert 'id="member-error"' in page.text


async def test_another_practices_patient_is_absent(browser: Browser, clinic: Clinic, rhys: Someone) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    await browser.log_in(await clinic.hire("Amara Okafor"))
    member = await member_of(clinic, rhys)
    page = await browser.post(f"{BASE}/{other.patient}/revocations", data={"member": str(member)})
    assert page.status_code == 404
    assert (await browser.post(f"{BASE}/{other.patient}/revocations/{member}/removal")).status_code == 404


@pytest.mark.parametrize("level", [MemberLevel.CLINICAL, MemberLevel.OWN_AND_CONTACT, MemberLevel.PERSONAL])
async def test_only_full_access_sees_and_does_it(browser: Browser, clinic: Clinic, level: MemberLevel) -> None:
    who = await clinic.hire("Finn Low", level)
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", clinic.patient, await member_of(clinic, who))
    await browser.log_in(who)
    page = await browser.get(f"{BASE}/{clinic.patient}")
    assert page.status_code == 200
    assert "Practitioners who cannot see this patient" not in page.text
    sent = await browser.post(f"{BASE}/{clinic.patient}/revocations", data={"member": str(clinic.practitioner)})
    assert sent.status_code == 403


async def test_htmx_swaps_the_section(browser: Browser, clinic: Clinic, rhys: Someone) -> None:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    here, member = f"{BASE}/{clinic.patient}/revocations", await member_of(clinic, rhys)
    for address in (here, f"{here}/{member}/removal"):
        piece = await browser.htmx("POST", address, data={"member": str(member)})
        assert piece.headers["HX-Retarget"] == "#patient-revocations"
        assert piece.text.lstrip().startswith("<section")
