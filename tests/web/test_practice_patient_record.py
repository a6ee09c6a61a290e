"""New Patient and Edit: who may, what is refused, and what is never touched."""

import re
from typing import Any
from uuid import uuid4

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import clock
from tests.cast import someone
from tests.clinic import Clinic, write
from tests.web.conftest import Browser, text

BASE = "/practice/harbour-street-clinic/patients"
GOOD = {
    "first_name": "Nadia", "last_name": "Rahman", "preferred_name": "Nadi", "birth_date": "1990-02-28",
    "gender": "Female", "phone": "0491 570 313", "email": "Nadia@example.com", "address": "1 Kent Street",
    "city": "Sydney", "postcode": "2000", "emergency_name": "Omar Rahman", "emergency_phone": "02 5550 9999",
    "practitioner": "", "status": "Active", "tags": "", "deceased_on": "",
}  # fmt: skip


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open((await someone("Mina Park")).portal)


@pytest.fixture
async def amara(browser: Browser, clinic: Clinic) -> Browser:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    return browser


async def patient(clinic: Clinic) -> dict[str, Any]:
    [row] = await run("SELECT * FROM patient WHERE id = $1", clinic.patient)
    return row


async def events(kind: str) -> int:
    return len(await run("SELECT FROM event WHERE kind = $1", kind))


async def test_a_change_is_kept_with_its_keys_and_the_portal_stays(amara: Browser, clinic: Clinic) -> None:
    portal = await run("SELECT * FROM portal")
    typed = {**GOOD, "practitioner": str(clinic.practitioner), "version": "1"}
    page = await amara.post(f"{BASE}/{clinic.patient}", data=typed)
    assert page.status_code == 200
    assert "Saved" in text(page)
    row = await patient(clinic)
    assert (row["first_name"], row["practitioner"], row["version"]) == ("Nadia", clinic.practitioner, 2)
    assert (row["last_key"], row["first_key"], row["preferred_key"], row["email_key"], row["phone_key"]) == (
        "rahman nadia", "nadia rahman", "nadi", "nadia@example.com", "0491570313",
    )  # fmt: skip
    assert await run("SELECT * FROM portal") == portal
    [event] = await run("SELECT * FROM event WHERE kind = 'patient:change'")
    assert (event["portal"], event["subject"]) == (portal[0]["id"], clinic.patient)


async def test_sent_twice_it_is_written_once(amara: Browser, clinic: Clinic) -> None:
    for _ in range(2):
        assert (await amara.post(f"{BASE}/{clinic.patient}", data={**GOOD, "version": "1"})).status_code == 200
    assert (await patient(clinic))["version"] == 2
    assert await events("patient:change") == 1


async def test_an_older_form_is_shown_what_stands_now(amara: Browser, clinic: Clinic) -> None:
    await amara.post(f"{BASE}/{clinic.patient}", data={**GOOD, "version": "1"})
    late = await amara.post(f"{BASE}/{clinic.patient}", data={**GOOD, "first_name": "Nora", "version": "1"})
    assert late.status_code == 409
    assert 'value="Nadia"' in late.text
    assert "This changed since you opened it" in late.text
    assert (await patient(clinic))["first_name"] == "Nadia"


async def test_a_new_patient_has_a_code_and_is_made_once(amara: Browser, clinic: Clinic) -> None:
    form = await amara.get(f"{BASE}/new")
    found = re.search(r'name="row" value="([^"]+)"', form.text)
    assert found
    for _ in range(2):
        page = await amara.post(BASE, data={**GOOD, "row": found.group(1)})
        assert page.url.path == f"{BASE}/{found.group(1)}"
    rows = await run("SELECT * FROM patient WHERE last_name = 'Rahman'")
    assert len(rows) == 1
    assert re.fullmatch("KT[0-9]{6}", rows[0]["code"])
    assert await events("patient:admit") == 1
    assert "Nadia Rahman" in (await amara.get(f"{BASE}?q=nadi")).text


BAD = {
    "first_name": ("", "   ", "x" * 101, "a\0b", "a\x1bb", "see http://x.example", "=?utf-8?q?x?="),
    "last_name": ("x" * 101, "a\0b"),
    "preferred_name": ("x" * 101, "\x1b"),
    "birth_date": ("31/2/2020", "yesterday", "1800-01-01", "2999-01-01", "\0"),
    "gender": ("x" * 51,),
    "phone": ("call me", "1" * 41, "\0"),
    "email": ("nobody", "a@b", "a b@example.com", "x" * 250 + "@example.com"),
    "address": ("x" * 201,),
    "city": ("x" * 101,),
    "postcode": ("x" * 21,),
    "emergency_name": ("x" * 201,),
    "emergency_phone": ("soon",),
    "deceased_on": ("never", "1980-01-01", "2999-01-01"),
    "practitioner": ("none such", "00000000-0000-0000-0000-000000000000", "7"),
    "status": ("", "Deceased", "active", "x" * 1000, "\0"),
    "tags": ("x" * 41, ",".join(map(str, range(11))), "a\0b", "see http://x.example", "=?utf-8?q?x?="),
}


@pytest.mark.parametrize("where", ["new", "edit"])
@pytest.mark.parametrize("field", BAD)
async def test_what_is_wrong_is_said_at_its_field(amara: Browser, clinic: Clinic, field: str, where: str) -> None:
    address = BASE if where == "new" else f"{BASE}/{clinic.patient}"
    before = await run("SELECT * FROM patient")
    for wrong in (*BAD[field], [GOOD[field] or "x", "y"]):
        page = await amara.post(address, data={**GOOD, "version": "1", "row": str(uuid4()), field: wrong})
        assert page.status_code == 422, (field, wrong)
        assert f'id="{field}-error"' in page.text, (field, wrong)
        assert "<title>Error: " in page.text
    assert await run("SELECT * FROM patient") == before


async def test_status_and_tags_are_kept_shown_and_typed_again(amara: Browser, clinic: Clinic) -> None:
    typed = {**GOOD, "status": "Inactive", "tags": " portal launch , Diabetes recall,, PORTAL LAUNCH", "version": "1"}
    page = await amara.post(f"{BASE}/{clinic.patient}", data=typed)
    assert "Status Inactive" in text(page)
    assert "Tags Diabetes recall, portal launch" in text(page)
    assert '<span class="chip disabled">Inactive</span>' in page.text
    form = (await amara.get(f"{BASE}/{clinic.patient}/edit")).text
    assert "<option selected>Inactive</option>" in form
    assert 'value="Diabetes recall, portal launch"' in form
    listed = (await amara.get(f"{BASE}?status=Inactive")).text
    assert '<span class="chip disabled">Inactive</span>' in listed
    assert "Nadia Rahman" not in (await amara.get(f"{BASE}?status=Active")).text


async def test_where_names_are_hidden_tags_stand_nowhere(browser: Browser, amara: Browser, clinic: Clinic) -> None:
    tagged = {**GOOD, "status": "Inactive", "tags": "Mina's cousin", "version": "1"}
    assert (await amara.post(f"{BASE}/{clinic.patient}", data=tagged)).status_code == 200
    await browser.log_in(await clinic.hire("Tom W", MemberLevel.CLINICAL, hides_names=True, read_only=True))
    page = await browser.get(f"{BASE}/{clinic.patient}")
    assert "Status Inactive" in text(page)
    for hidden in ("cousin", "Tags"):
        assert hidden not in page.text
    assert "cousin" not in (await browser.get(f"{BASE}?status=Inactive&q=cousin")).text.replace("q=cousin", "").replace(
        'value="cousin"', ""
    )


async def test_a_forged_id_of_a_new_patient_changes_nobody(amara: Browser, clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    assert (await amara.post(BASE, data={**GOOD, "row": str(other.patient)})).status_code == 404
    assert await run("SELECT first_name FROM patient WHERE id = $1", other.patient) == [{"first_name": "Mina"}]
    for row in ("", "none", "7"):
        assert (await amara.post(BASE, data={**GOOD, "row": row})).status_code == 200


async def test_only_practitioners_who_work_there_are_offered(amara: Browser, clinic: Clinic) -> None:
    ines = await clinic.hire("Ines Duarte")
    member = (await clinic.place(ines)).member
    await clinic.hire("Bea C", MemberLevel.FULL, RoleType.ADMINISTRATOR)
    other = await Clinic.open(None, "Eastside Physio")
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", clinic.patient, member)
    await run("UPDATE member SET active = false WHERE id = $1", member)
    edit, new = [(await amara.get(f"{BASE}/{which}")).text for which in (f"{clinic.patient}/edit", "new")]
    assert f'<option value="{member}" selected>Ines Duarte' in edit
    assert "Ines Duarte" not in new
    assert "Bea C" not in new
    for wrong in (other.practitioner, member):
        page = await amara.post(BASE, data={**GOOD, "practitioner": str(wrong)})
        assert page.status_code == 422
    kept = await amara.post(f"{BASE}/{clinic.patient}", data={**GOOD, "practitioner": str(member), "version": "1"})
    assert kept.status_code == 200
    assert (await patient(clinic))["practitioner"] == member


@pytest.mark.parametrize(
    ("level", "others", "edit", "new"),
    [
        (MemberLevel.FULL, {}, 200, 200),
        (MemberLevel.CLINICAL, {}, 200, 200),
        (MemberLevel.OWN_AND_CONTACT, {}, 403, 403),
        (MemberLevel.PERSONAL, {}, 404, 403),
        (MemberLevel.FULL, {"read_only": True}, 403, 403),
        (MemberLevel.FULL, {"hides_names": True}, 403, 403),
        (MemberLevel.FULL, {"has_patients": False}, 403, 403),
        (MemberLevel.FULL, {"profiles": "own"}, 404, 200),
    ],
)
async def test_who_may(
    browser: Browser, clinic: Clinic, level: MemberLevel, others: dict[str, Any], edit: int, new: int
) -> None:
    await browser.log_in(await clinic.hire("Rhys Lindqvist", level, **others))
    before = await patient(clinic)
    assert (await browser.get(f"{BASE}/{clinic.patient}/edit")).status_code == edit
    assert (await browser.get(f"{BASE}/new")).status_code == new
    sent = await browser.post(f"{BASE}/{clinic.patient}", data={**GOOD, "version": "1"})
    assert sent.status_code == edit
    assert (await browser.post(BASE, data=GOOD)).status_code == new
    assert (await patient(clinic) != before) == (edit == 200)


async def test_somebody_who_gives_their_own_away_is_told(browser: Browser, clinic: Clinic) -> None:
    rhys = await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL)
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", clinic.patient, (await clinic.place(rhys)).member)
    await browser.log_in(rhys)
    typed = {**GOOD, "practitioner": str(clinic.practitioner), "version": "1"}
    page = await browser.post(f"{BASE}/{clinic.patient}", data=typed)
    assert (page.status_code, page.url.path) == (200, BASE)
    assert "They are not one of your own patients" in text(page)


async def test_htmx_swaps_the_details_or_leads_to_the_page(amara: Browser, clinic: Clinic) -> None:
    same = {**GOOD, "first_name": "Mina", "last_name": "Park", "preferred_name": "", "version": "1"}
    swapped = await amara.htmx("POST", f"{BASE}/{clinic.patient}", "edit-patient-form", data=same)
    assert swapped.headers["HX-Retarget"] == "#patient-details"
    assert "1 Kent Street" in swapped.text
    renamed = await amara.htmx("POST", f"{BASE}/{clinic.patient}", data={**GOOD, "version": "2"})
    assert renamed.headers["HX-Redirect"] == f"{BASE}/{clinic.patient}"


async def test_a_form_that_is_a_page_of_its_own_is_sent_as_one(amara: Browser, clinic: Clinic) -> None:
    for path in ("new", f"{clinic.patient}/edit"):
        assert "data-hx-ignore" in (await amara.get(f"{BASE}/{path}")).text
        assert "data-hx-ignore" not in (await amara.htmx("GET", f"{BASE}/{path}")).text


async def test_who_is_kept_from_a_patient_cannot_be_their_practitioner(amara: Browser, clinic: Clinic) -> None:
    rhys = await clinic.hire("Rhys Lindqvist")
    member = (await clinic.place(rhys)).member
    await write(
        "patient_revocation", patient=clinic.patient, member=member, revoked_by=rhys.account, revoked_at=clock.now()
    )
    page = await amara.post(f"{BASE}/{clinic.patient}", data={**GOOD, "practitioner": str(member), "version": "1"})
    assert page.status_code == 422
    assert "They cannot see this patient" in page.text
