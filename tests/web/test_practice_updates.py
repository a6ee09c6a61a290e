"""What patients changed, on the practice's pages and on the patient's."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from db.engine import counting, run
from db.tables.member import MemberLevel, RoleType
from domain import clock
from tests.cast import Someone, someone
from tests.clinic import Clinic
from tests.domain.updating import agree, change, mode, open_update, row
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import errors_in

APPROVAL = "checks what is changed here before it takes it over."


@dataclass(frozen=True)
class Desk:
    """Mina has a new phone, city and birth date; Amara has not looked yet."""

    mina: Someone
    clinic: Clinic
    amara: Someone
    update: UUID

    @property
    def here(self) -> str:
        return f"/practice/harbour-street-clinic/updates/{self.update}"

    @property
    def profile(self) -> str:
        return f"/portal/{self.mina.portal}/profile"


@pytest.fixture
async def desk(database: None) -> Desk:
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    await agree(await mina.visit())
    await change(await mina.visit(), phone="0491 570 158", city="<i>Manly</i>", emergency_name="Theo Almeida")
    update = await open_update(clinic)
    assert update is not None
    return Desk(mina, clinic, await clinic.hire("Amara Okafor"), update)


FORM = {"version": "1", "patient_version": "1"}


async def states() -> dict[str, str]:
    rows = await run("SELECT field, state FROM patient_update_field")
    return {one["field"]: one["state"] for one in rows}


async def test_reading_a_list_and_one(browser: Browser, desk: Desk) -> None:
    await browser.log_in(desk.amara)
    listed = await browser.get("/practice/harbour-street-clinic/updates")
    assert "Mina Park Phone, Suburb or town, Emergency contact" in text(listed)
    assert desk.here in listed.text
    page = await browser.get(desk.here)
    assert "<title>Mina Park’s changed details" in page.text
    said = text(page)
    assert "by Mina Park, the patient." in said
    assert "Phone 0491 570 156 0491 570 158 Approve Reject" in said
    assert "Emergency contact Not given Theo Almeida Approve Reject" in said
    assert "<i>Manly" not in page.text
    assert " checked>" not in page.text, "nothing is preselected"
    assert (await run("SELECT count(*) AS n FROM event WHERE kind = 'update:view'"))[0]["n"] == 1


async def test_deciding_on_pages(browser: Browser, other_browser: Browser, desk: Desk) -> None:
    await browser.log_in(desk.amara)
    done = await browser.post(
        f"{desk.here}/decision", data={**FORM, "phone": "approve", "city": "reject", "reason": "Where <b>is</b> that?"}
    )
    assert ([one.status_code for one in done.history], done.url.path) == ([303], desk.here)
    assert "Mina Park: approved Phone; rejected Suburb or town" in text(done)
    assert "Rejected Amara Okafor" in text(done)
    assert (await row(desk.clinic.patient))["phone"] == "0491 570 158"
    await other_browser.log_in(desk.mina)
    said = await other_browser.get(desk.profile)
    assert f"Harbour Street Clinic {APPROVAL} Waiting for Harbour Street Clinic: Emergency contact." in text(said)
    assert "Harbour Street Clinic did not take over: Suburb or town. Reason: Where &lt;b&gt;is" in text(said)
    assert "Amara" not in text(said)
    done = await browser.post(f"{desk.here}/decision", data={"version": "2", "patient_version": "2", "all": "approve"})
    assert done.url.path == "/practice/harbour-street-clinic/updates"
    assert "Mina Park: approved Emergency contact" in text(done)
    assert "Nothing waits." in text(done)
    over = await browser.get(desk.here)
    assert "Nothing waits for a decision." in text(over)
    assert "<button>Save" not in over.text
    profile = text(await browser.get(f"/practice/harbour-street-clinic/patients/{desk.clinic.patient}"))
    assert "Phone: 0491 570 156 → 0491 570 158 · approved by Amara Okafor" in profile


@pytest.mark.parametrize("partial", [False, True])
async def test_whoever_comes_second_is_told(browser: Browser, desk: Desk, partial: bool) -> None:
    bea = await desk.clinic.hire("Bea Castellanos", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR)
    await browser.log_in(desk.amara)
    await browser.post(f"{desk.here}/decision", data={**FORM, "all": "approve"})
    await browser.log_in(bea)
    form = {**FORM, "all": "reject"}
    if partial:
        answer = await browser.htmx("POST", f"{desk.here}/decision", "decide-update", data=form)
        assert answer.text.lstrip().startswith('<form class="card" id="decide-update"')
    else:
        answer = await browser.post(f"{desk.here}/decision", data=form)
    assert answer.status_code == 409
    assert "Amara Okafor decided this a moment ago. Here it is as it stands now." in text(answer)
    assert set((await states()).values()) == {"Approved"}


async def test_pressing_twice_is_once(browser: Browser, desk: Desk) -> None:
    await browser.log_in(desk.amara)
    for _ in range(2):
        done = await browser.htmx("POST", f"{desk.here}/decision", "decide-update", data={**FORM, "all": "reject"})
        assert done.headers["HX-Redirect"] == "/practice/harbour-street-clinic/updates"
    assert len(await run("SELECT FROM event WHERE kind = 'update:decide'")) == 1


async def test_what_the_practice_changed_meanwhile_is_said(browser: Browser, desk: Desk) -> None:
    await run("UPDATE patient SET phone = '02 5550 0000', version = 2 WHERE id = $1", desk.clinic.patient)
    await browser.log_in(desk.amara)
    assert "Changed here since. Now: 02 5550 0000" in text(await browser.get(desk.here))
    answer = await browser.post(f"{desk.here}/decision", data={**FORM, "phone": "approve"})
    assert answer.status_code == 409
    assert "This changed a moment ago. Here it is as it stands now." in text(answer)
    done = await browser.post(f"{desk.here}/decision", data={**FORM, "patient_version": "2", "phone": "approve"})
    assert "approved Phone" in text(done)


NOTHING = "Choose Approve or Reject for at least one detail"


@pytest.mark.parametrize(
    ("typed", "wrong", "whole"),
    [
        ({}, {}, NOTHING),
        ({"name": "approve", "gender": "reject"}, {}, NOTHING),
        ({"all": "everything"}, {}, NOTHING),
        ({"all": ["approve", "reject"]}, {}, NOTHING),
        ({"nonsense": "approve"}, {}, NOTHING),
        ({"phone": "maybe"}, {"phone": "Choose Approve or Reject"}, ""),
        ({"phone": ["approve", "reject"]}, {"phone": "Choose Approve or Reject"}, ""),
        ({"phone": "Approved", "city": "reject"}, {"phone": "Choose Approve or Reject"}, ""),
        ({"phone": "app\x00rove"}, {"phone": "There are characters here that cannot be kept. Type it again"}, ""),
        ({"city": "reject", "reason": "x" * 501}, {"reason": "Use at most 500 characters"}, ""),
        (
            {"city": "reject", "reason": "why\x00"},
            {"reason": "There are characters here that cannot be kept. Type it again"}, "",
        ),
        ({"city": "reject", "reason": ["a", "b"]}, {"reason": "Type the reason as text"}, ""),
        (
            {"phone": "approve", "reason": "Why"},
            {"reason": "A reason goes out with a rejection alone. Reject a detail, or empty this"}, "",
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_comes_back(
    browser: Browser, desk: Desk, typed: dict[str, str], wrong: dict[str, str], whole: str
) -> None:
    await browser.log_in(desk.amara)
    before = await row(desk.clinic.patient)
    for answer in (
        await browser.post(f"{desk.here}/decision", data={**FORM, **typed}),
        await browser.htmx("POST", f"{desk.here}/decision", "decide-update", data={**FORM, **typed}),
    ):
        assert answer.status_code == 422
        assert errors_in(answer) == wrong
        assert whole in text(answer)
    assert set((await states()).values()) == {"Waiting"}
    assert await row(desk.clinic.patient) == before


async def test_an_error_where_nothing_is_asked_does_not_dangle(browser: Browser, desk: Desk) -> None:
    await browser.log_in(desk.amara)
    answer = await browser.post(f"{desk.here}/decision", data={**FORM, "gender": "maybe"})
    assert answer.status_code == 422
    assert errors_in(answer) == {}
    assert NOTHING in text(answer)


@pytest.mark.parametrize("version", ["", "0", "2", "-1", "one", "²", "9" * 30])
@pytest.mark.parametrize("which", ["version", "patient_version"])
async def test_a_form_of_another_version_decides_nothing(
    browser: Browser, desk: Desk, version: str, which: str
) -> None:
    await browser.log_in(desk.amara)
    answer = await browser.post(f"{desk.here}/decision", data={**FORM, which: version, "all": "approve"})
    assert answer.status_code == 409
    assert set((await states()).values()) == {"Waiting"}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"level": MemberLevel.PERSONAL}, 404),
        ({"level": MemberLevel.OWN_AND_CONTACT}, 403),
        ({"read_only": True}, 403),
        ({"hides_names": True}, 403),
        ({"has_patients": False}, 403),
        ({"active": False}, 404),
    ],
)
async def test_who_may_not(browser: Browser, desk: Desk, who: dict[str, object], status: int) -> None:
    level = who.pop("level", MemberLevel.CLINICAL)
    other = await desk.clinic.hire("Rhys Lindqvist", level, **who)  # type: ignore[arg-type]  # columns of the member
    await browser.log_in(other)
    for answer in (
        await browser.get(desk.here),
        await browser.post(f"{desk.here}/decision", data={**FORM, "all": "approve"}),
    ):
        assert answer.status_code == status
        assert "0491" not in answer.text
    assert set((await states()).values()) == {"Waiting"}


async def test_another_practices_update_is_not_found(browser: Browser, desk: Desk) -> None:
    east = await Clinic.open(None, "Eastside Physio")
    await browser.log_in(await east.hire("Priya Nair"))
    for update in (desk.update, uuid4()):
        for slug in ("eastside-physio", "harbour-street-clinic"):
            here = f"/practice/{slug}/updates/{update}"
            assert (await browser.get(here)).status_code == 404
            assert (await browser.post(f"{here}/decision", data={**FORM, "all": "approve"})).status_code == 404
    assert "Mina" not in (await browser.get("/practice/eastside-physio/updates")).text
    for page in ("0", "-1", "1001"):
        assert (await browser.get(f"/practice/eastside-physio/updates?page={page}")).status_code == 404


async def test_a_profile_shows_no_words_where_names_are_hidden(browser: Browser, desk: Desk) -> None:
    tom = await desk.clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True)
    await browser.log_in(tom)
    page = await browser.get(f"/practice/harbour-street-clinic/patients/{desk.clinic.patient}")
    assert "Phone, Suburb or town, Emergency contact" in text(page)
    for canary in ("Mina", "Park", "0491", "Manly", "Theo", desk.here):
        assert canary not in page.text


@pytest.mark.parametrize(
    ("updates_mode", "flash", "line"),
    [
        ("Auto update", "Your details are saved and passed on to Harbour Street Clinic ", "gets what is changed here"),
        ("Require approval", "Your details are saved. Harbour Street Clinic will check them first ", APPROVAL),
        ("Disabled", "Your details are saved ", "takes over nothing from here. Tell them yourself."),
    ],
)
@pytest.mark.parametrize("partial", [False, True])
async def test_saving_says_what_happens(
    browser: Browser, desk: Desk, updates_mode: str, flash: str, line: str, partial: bool
) -> None:
    await mode(desk.clinic, updates_mode)
    await browser.log_in(desk.mina)
    form = {
        "name": "Mina Park", "phone": "0491 570 159", "email": "mina@example.com", "address": "8 Kent Street",
        "city": "Perth", "postcode": "2000", "version": "2",
    }  # fmt: skip
    if partial:
        done = await browser.htmx("POST", desk.profile, "edit-profile", data=form)
    else:
        done = await browser.post(desk.profile, data=form)
    assert flash in text(done)
    assert f"Harbour Street Clinic {line}" in text(done)


async def test_a_page_costs_the_same_however_much_there_is(browser: Browser, desk: Desk) -> None:
    await browser.log_in(desk.amara)
    profile = f"/practice/harbour-street-clinic/patients/{desk.clinic.patient}"
    costs = []
    for many in (1, 12):
        for n in range(many):
            await change(await desk.mina.visit(), postcode=f"2{many:02}{n}", address=f"{n} Kent Street, {many}")
            await run("UPDATE patient_update SET state = 'Decided', decided_at = $1", clock.now())
        await change(await desk.mina.visit(), phone=f"0491 570 {many:03}", gender="Female")
        [update] = await run("SELECT id FROM patient_update WHERE state = 'Waiting'")
        for path in (profile, f"/practice/harbour-street-clinic/updates/{update['id']}"):
            with counting() as asked:
                assert (await browser.get(path)).status_code == 200
            costs.append(len(asked))
    assert costs[:2] == costs[2:]
