"""Clinical notes: written, shared with the patient, and read by other practitioners while Note Sharing is on."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import reads, section, well_made
from tests.e2e.test_portal_settings import edit_settings, open_settings

NOTES = "Clinical notes"
FROM = "Notes from your practices"
WORDS = "Iron is back to normal."


def open_patient(page: Page, cast: dict[str, Any], short: str) -> None:
    page.goto(f"/practice/harbour-street/patients/{cast['people'][short]['patient']}")
    expect(page.get_by_role("heading", level=1, name=cast["people"][short]["name"])).to_be_visible()


def open_records(page: Page, cast: dict[str, Any], short: str) -> None:
    page.goto(f"/portal/{cast['people'][short]['portal']}/records")
    expect(page.get_by_role("heading", level=1, name="Records")).to_be_visible()


@crosswise
def test_a_note_is_written_and_shared_and_the_patient_reads_it(
    logged_in: Callable[[str], Page], cast: dict[str, Any]
) -> None:
    amara, mina = logged_in("amara"), logged_in("mina")
    open_patient(amara, cast, "mina")
    section(amara, NOTES).get_by_role("link", name="New Note").click()
    expect(amara.get_by_role("heading", name="New note about Mina Park")).to_be_visible()
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert").first).to_contain_text("Write the note")
    well_made(amara)
    amara.get_by_label("Note", exact=True).fill(WORDS)
    amara.get_by_role("button", name="Save").click()
    reads(amara, "The note is kept")
    note = section(amara, NOTES).get_by_role("listitem").filter(has_text=WORDS)
    expect(note).to_contain_text("You")
    well_made(amara)
    open_records(mina, cast, "mina")
    expect(section(mina, FROM)).not_to_contain_text(WORDS)

    note.get_by_role("link", name="Share").click()
    expect(amara.get_by_role("heading", name="Share this note with Mina?")).to_be_visible()
    reads(amara, "Whoever has Clinical access to it reads it too")
    well_made(amara)
    amara.get_by_role("button", name="Share", exact=True).click()
    reads(amara, "Mina reads this note too")
    expect(note).to_contain_text("shared with Mina")
    mina.reload()
    expect(section(mina, FROM)).to_contain_text(WORDS)
    expect(section(mina, FROM)).to_contain_text("Dr Amara Okafor, Harbour Street Clinic")
    well_made(mina)

    note.get_by_role("button", name="Stop sharing").click()
    reads(amara, "Mina reads this note no more")
    mina.reload()
    expect(section(mina, FROM)).not_to_contain_text(WORDS)


@crosswise
def test_note_sharing_decides_what_other_practitioners_read(
    logged_in: Callable[[str], Page], cast: dict[str, Any]
) -> None:
    rhys, amara, jun = logged_in("rhys"), logged_in("amara"), logged_in("jun")
    open_patient(rhys, cast, "jun")
    section(rhys, NOTES).get_by_role("link", name="New Note").click()
    rhys.get_by_label("Note", exact=True).fill(WORDS)
    rhys.get_by_role("button", name="Save").click()
    reads(rhys, "The note is kept")

    open_patient(amara, cast, "jun")
    expect(section(amara, NOTES)).to_contain_text("Note Sharing is off")
    expect(section(amara, NOTES)).not_to_contain_text(WORDS)
    open_settings(amara)
    edit_settings(amara, Note_Sharing="On")
    reads(amara, "Saved for everybody")
    open_patient(amara, cast, "jun")
    theirs = section(amara, NOTES).get_by_role("listitem").filter(has_text=WORDS)
    expect(theirs).to_contain_text("Rhys Lindqvist")
    expect(theirs.get_by_role("link")).to_have_count(0)
    well_made(amara)
    open_records(jun, cast, "jun")
    expect(section(jun, FROM)).not_to_contain_text(WORDS)

    open_settings(amara)
    edit_settings(amara, Note_Sharing="Off")
    reads(amara, "Saved for everybody")
    open_patient(amara, cast, "jun")
    expect(section(amara, NOTES)).not_to_contain_text(WORDS)


@crosswise
def test_administrators_meet_no_notes(logged_in: Callable[[str], Page], cast: dict[str, Any]) -> None:
    amara, bea = logged_in("amara"), logged_in("bea")
    open_settings(amara)
    edit_settings(amara, Note_Sharing="On")
    reads(amara, "Saved for everybody")
    open_patient(bea, cast, "mina")
    expect(section(bea, NOTES)).to_have_count(0)
