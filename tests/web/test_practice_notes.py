"""Clinical notes on a patient's profile, and the portal's page of those that are shared."""

import pytest

from db.engine import counting, run
from db.ids import new_id
from db.tables.access import Level, Role
from db.tables.member import MemberLevel, RoleType
from domain import clock
from tests.cast import Someone, someone
from tests.clinic import Clinic, let_in, write
from tests.web.conftest import Browser, text

PATIENTS = "/practice/harbour-street-clinic/patients"
WORDS = "Canary note: come back in spring"
LONG = "<b>" * 2000


@pytest.fixture
async def mina(database: None) -> Someone:
    return await someone("Mina Park")


@pytest.fixture
async def clinic(browser: Browser, mina: Someone) -> Clinic:
    clinic = await Clinic.open(mina.portal)
    await browser.log_in(await clinic.hire("Amara Okafor"))
    return clinic


def page_of(clinic: Clinic) -> str:
    return f"{PATIENTS}/{clinic.patient}"


async def note_of(clinic: Clinic, browser: Browser, **more: str) -> str:
    """The address of a note that Amara writes."""
    answer = await browser.post(f"{page_of(clinic)}/notes", data={"words": WORDS, **more})
    assert answer.status_code == 200
    [row] = await run("SELECT id FROM note ORDER BY written_at DESC LIMIT 1")
    return f"{page_of(clinic)}/notes/{row['id']}"


async def test_written_it_stands_on_the_profile(browser: Browser, clinic: Clinic) -> None:
    assert "None yet" in text(await browser.get(page_of(clinic)))
    assert "New note about Mina Park" in text(await browser.get(f"{page_of(clinic)}/notes/new"))
    await note_of(clinic, browser)
    shown = text(await browser.get(page_of(clinic)))
    assert WORDS in shown
    assert "Note Sharing is off" in shown
    assert WORDS in text(await browser.get(f"{page_of(clinic)}/notes"))


async def test_shared_the_patient_reads_it_until_it_is_not(
    browser: Browser, other_browser: Browser, clinic: Clinic, mina: Someone
) -> None:
    await other_browser.log_in(mina)
    records, home = f"/portal/{mina.portal}/records", f"/portal/{mina.portal}/"
    note = await note_of(clinic, browser)
    assert WORDS not in text(await other_browser.get(records))
    assert "Everybody" not in text(await browser.get(f"{note}/share"))
    answer = await browser.post(f"{note}/sharing", data={"shared": "yes", "version": "1"})
    assert "Mina reads this note too" in text(answer)
    for path in (records, f"{records}/notes"):
        shown = text(await other_browser.get(path))
        assert WORDS in shown
        assert "Amara Okafor, Harbour Street Clinic" in shown
    assert "Notes from your practices 1" in text(await other_browser.get(home))
    answer = await browser.post(f"{note}/sharing", data={"shared": "no", "version": "2"})
    assert "Mina reads this note no more" in text(answer)
    assert WORDS not in text(await other_browser.get(f"{records}/notes"))
    assert "Notes from your practices 0" in text(await other_browser.get(home))


async def test_administrative_access_meets_no_trace(
    browser: Browser, other_browser: Browser, clinic: Clinic, mina: Someone
) -> None:
    await note_of(clinic, browser, shared="yes")
    jun = await someone("Jun Park", portal=False)
    await let_in(jun, mina, Level.ADMINISTRATIVE, Role.EDIT)
    await other_browser.log_in(jun)
    assert "Notes" not in text(await other_browser.get(f"/portal/{mina.portal}/"))
    assert (await other_browser.get(f"/portal/{mina.portal}/records/notes")).status_code == 403


async def test_note_sharing_turned_on_shows_it_to_who_has_the_page_open(
    browser: Browser, other_browser: Browser, clinic: Clinic
) -> None:
    await note_of(clinic, browser)
    await other_browser.log_in(await clinic.hire("Ben Adler"))
    assert WORDS not in text(await other_browser.get(page_of(clinic)))
    await run("UPDATE practice SET note_sharing = true")
    shown = await other_browser.get(page_of(clinic))
    assert WORDS in text(shown)
    assert "Amara Okafor ·" in text(shown)
    assert "/sharing" not in shown.text


@pytest.mark.parametrize(
    ("level", "others", "status"),
    [
        (MemberLevel.FULL, {"role_type": RoleType.ADMINISTRATOR}, 403),
        (MemberLevel.CLINICAL, {"hides_names": True}, 403),
        (MemberLevel.CLINICAL, {"has_patients": False}, 403),
        (MemberLevel.OWN_AND_CONTACT, {}, 403),
        (MemberLevel.PERSONAL, {}, 404),
    ],
)
async def test_who_reads_and_writes_none(
    browser: Browser, other_browser: Browser, clinic: Clinic, level: MemberLevel, others: dict[str, object], status: int
) -> None:
    note = await note_of(clinic, browser)
    await run("UPDATE practice SET note_sharing = true")
    await other_browser.log_in(await clinic.hire("Nell Orr", level, **others))  # type: ignore[arg-type]
    profile = text(await other_browser.get(page_of(clinic)))
    assert WORDS not in profile
    assert "Clinical notes" not in profile
    for answer in (
        await other_browser.get(f"{page_of(clinic)}/notes"),
        await other_browser.get(f"{page_of(clinic)}/notes/new"),
        await other_browser.post(f"{page_of(clinic)}/notes", data={"words": "x"}),
    ):
        assert answer.status_code == status
    assert (await other_browser.get(f"{note}/share")).status_code in (403, 404)
    assert (await other_browser.post(f"{note}/sharing", data={"shared": "yes"})).status_code in (403, 404)
    [row] = await run("SELECT shared FROM note")
    assert not row["shared"]


async def test_htmx_gets_the_section_and_the_row(browser: Browser, clinic: Clinic) -> None:
    answer = await browser.htmx("POST", f"{page_of(clinic)}/notes", "new-note-form", data={"words": WORDS})
    assert answer.headers["HX-Retarget"] == "#patient-notes"
    assert 'id="patient-notes"' in answer.text
    [row] = await run("SELECT id FROM note")
    address = f"{page_of(clinic)}/notes/{row['id']}/sharing"
    answer = await browser.htmx("POST", address, "share-note", data={"shared": "yes", "version": "1"})
    assert answer.headers["HX-Retarget"] == f"#note-row-{row['id']}"
    assert "Stop sharing" in answer.text


@pytest.mark.parametrize(
    "sent",
    [{}, {"words": " \r\n "}, {"words": "x" * 5001}, {"words": LONG}, {"words": "a\0b"}, {"words": ["a", "b"]}],
)
async def test_what_is_no_note_is_refused_and_kept_on_the_page(
    browser: Browser, clinic: Clinic, sent: dict[str, object]
) -> None:
    answer = await browser.post(f"{page_of(clinic)}/notes", data=sent)
    assert answer.status_code == 422
    assert 'id="words-error"' in answer.text
    assert "<title>Error: " in answer.text
    assert "<b>" not in answer.text
    assert await run("SELECT FROM note") == []


@pytest.mark.parametrize("shared", ["maybe", ["yes", "yes"], "a\0"])
async def test_whether_it_is_shared_must_be_said(browser: Browser, clinic: Clinic, shared: object) -> None:
    note = await note_of(clinic, browser)
    await browser.post(f"{note}/sharing", data={"shared": shared, "version": "1"})
    assert await run("SELECT shared FROM note") == [{"shared": False}]
    answer = await browser.post(f"{page_of(clinic)}/notes", data={"words": "More", "shared": shared})
    assert answer.status_code == 422


@pytest.mark.parametrize("version", ["", "x", "7", ["1", "1"]])
async def test_an_older_page_is_shown_the_note_as_it_stands(browser: Browser, clinic: Clinic, version: object) -> None:
    note = await note_of(clinic, browser)
    answer = await browser.post(f"{note}/sharing", data={"shared": "yes", "version": version})
    assert answer.status_code == 409
    assert "This changed since you opened it" in text(answer)
    assert await run("SELECT shared FROM note") == [{"shared": False}]


async def test_ids_of_others_open_nothing(browser: Browser, clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    foreign = await write(
        "note", practice=other.practice, patient=other.patient, author=other.practitioner, words=WORDS,
        written_at=clock.now(),
    )  # fmt: skip
    for note in (foreign, new_id()):
        for patient in (clinic.patient, other.patient):
            assert (await browser.get(f"{PATIENTS}/{patient}/notes/{note}/share")).status_code == 404
            answer = await browser.post(f"{PATIENTS}/{patient}/notes/{note}/sharing", data={"shared": "yes"})
            assert answer.status_code == 404
    assert (await browser.get(f"{PATIENTS}/{other.patient}/notes")).status_code == 404
    assert (await browser.get(f"{page_of(clinic)}/notes?page=0")).status_code == 404
    assert (await browser.get(f"{page_of(clinic)}/notes?page=x")).status_code in (400, 404)


async def test_forty_notes_cost_as_many_statements_as_two(browser: Browser, clinic: Clinic, mina: Someone) -> None:
    [author] = await run("SELECT id FROM member WHERE name = 'Amara Okafor'")
    asked: dict[str, set[int]] = {}
    for many in (2, 38):
        for number in range(many):
            await write(
                "note", practice=clinic.practice, patient=clinic.patient, author=author["id"], words=f"{many} {number}",
                written_at=clock.now(), shared=True,
            )  # fmt: skip
        for path in (page_of(clinic), f"{page_of(clinic)}/notes"):
            with counting() as statements:
                assert (await browser.get(path)).status_code == 200
            asked.setdefault(path, set()).add(len(statements))
    assert [len(numbers) for numbers in asked.values()] == [1, 1]
