"""Configure the patient portal, step for step as its article tells it, and what it does to whoever is at work."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import go_to, log_in, pick, reads, section, well_made

PORTAL = "Patient Portal"
POP_UP = "Edit Patient Portal and Sharing Settings"


def open_settings(page: Page) -> None:
    """Settings > General, from any page of the practice."""
    page.get_by_role("banner").get_by_role("link", name="Settings", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="General", exact=True)).to_be_visible()
    well_made(page)


def edit_settings(page: Page, **chosen: str) -> None:
    """Edit in the section Patient Portal: what is named is chosen, and saved."""
    section(page, PORTAL).get_by_role("link", name="Edit").click()
    expect(page.get_by_role("heading", name=POP_UP)).to_be_visible()
    reads(page, "These settings apply to all practitioners of the practice")
    well_made(page)
    for question, choice in chosen.items():
        pick(page, question.replace("_", " "), choice)
    page.get_by_role("button", name="Save").click()


def change_phone(page: Page, portal: str, phone: str) -> None:
    """In the portal's own profile."""
    page.goto(f"/portal/{portal}/profile")
    page.get_by_role("main").get_by_role("link", name="Edit").first.click()
    page.locator("#phone").fill(phone)
    page.get_by_role("button", name="Save").click()
    reads(page, phone)


@crosswise
def test_invitations_are_turned_off_while_somebody_has_a_patient_open(
    logged_in: Callable[[str], Page], cast: dict[str, Any]
) -> None:
    amara, bea = logged_in("amara"), logged_in("bea")
    bea.goto(f"/practice/harbour-street/patients/{cast['people']['nadia']['patient']}")
    invite = bea.get_by_role("link", name="Invite to the portal")
    expect(invite).to_be_visible()

    open_settings(amara)
    reads(amara, "On. It cannot be turned off.")
    expect(section(amara, PORTAL)).to_contain_text("On: practitioners may invite patients")
    edit_settings(amara, Patient_Invitations="Off")
    reads(amara, "Saved for everybody at your practice")
    expect(section(amara, PORTAL)).to_contain_text("Off: nobody here can invite a patient")
    well_made(amara)

    invite.click()
    reads(bea, "Patient Invitations are off")
    bea.goto(f"/practice/harbour-street/patients/{cast['people']['nadia']['patient']}")
    expect(bea.get_by_role("heading", level=1, name="Nadia Rahman")).to_be_visible()
    expect(invite).to_have_count(0)

    reads(amara, "One invitation is still out, and can be accepted")
    section(amara, PORTAL).get_by_role("link", name="Cancel all pending").click()
    expect(amara.get_by_role("heading", level=1, name="Invitations")).to_be_visible()
    open_settings(amara)
    edit_settings(amara, Patient_Invitations="On")
    reads(amara, "Saved for everybody at your practice")
    bea.reload()
    expect(invite).to_be_visible()


@crosswise
def test_each_mode_of_patient_updates(logged_in: Callable[[str], Page], cast: dict[str, Any]) -> None:
    amara, mina = logged_in("amara"), logged_in("mina")
    patient = f"/practice/harbour-street/patients/{cast['people']['mina']['patient']}"
    portal = cast["people"]["mina"]["portal"]
    details = section(amara, "Details")

    open_settings(amara)
    edit_settings(amara, Patient_Updates="Auto update")
    reads(amara, "what patients change is changed here at once")
    change_phone(mina, portal, "0491 570 991")
    amara.goto(patient)
    expect(details).to_contain_text("0491 570 991")

    open_settings(amara)
    edit_settings(amara, Patient_Updates="Disabled")
    reads(amara, "what patients change is not passed on")
    change_phone(mina, portal, "0491 570 992")
    amara.goto(patient)
    expect(details).to_contain_text("0491 570 991")

    open_settings(amara)
    edit_settings(amara, Patient_Updates="Require approval")
    reads(amara, "waits here until somebody approves or rejects it")
    change_phone(mina, portal, "0491 570 993")
    amara.goto("/practice/harbour-street/")
    expect(section(amara, "Waits for a decision")).to_contain_text("Mina Park")
    well_made(amara)


@crosswise
def test_a_form_from_before_a_change_is_shown_what_stands_now(logged_in: Callable[[str], Page]) -> None:
    amara, at_home = logged_in("amara"), logged_in("amara")
    for page in (amara, at_home):
        open_settings(page)
        section(page, PORTAL).get_by_role("link", name="Edit").click()
    pick(at_home, "Note Sharing", "On")
    at_home.get_by_role("button", name="Save").click()
    reads(at_home, "Saved for everybody")
    pick(amara, "Patient Updates", "Disabled")
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert").first).to_contain_text("This changed since you opened it")
    note_sharing = amara.get_by_role("group", name="Note Sharing")
    expect(note_sharing.get_by_role("radio", name="On", exact=True)).to_be_checked()
    expect(amara.get_by_role("radio", name="Require approval")).to_be_checked()
    well_made(amara)


@crosswise
def test_a_template_is_written_looked_at_and_removed(visitor: Callable[[], Page]) -> None:
    amara = visitor()
    log_in(amara, "amara@example.com")
    open_settings(amara)
    amara.get_by_role("link", name="Communication Templates").click()
    reads(amara, "[Patient First Name]")
    well_made(amara)
    amara.get_by_role("link", name="New Template").click()
    amara.get_by_label("Name", exact=True).fill("Results")
    amara.get_by_label("Message").fill("Dear [Patient Nickname], your results are in your portal.")
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert").first).to_contain_text("There is no term [Patient Nickname]")
    well_made(amara)
    amara.get_by_label("Message").fill("Dear [Patient First Name], your results are in your portal.")
    amara.get_by_role("button", name="Preview").click()
    reads(amara, "Dear Sam, your results are in your portal.")
    well_made(amara)
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Results is saved")

    listed = section(amara, "Your templates")
    listed.get_by_role("link", name="Edit Results").click()
    amara.get_by_label("Name", exact=True).fill("Your results")
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Your results is saved")
    listed.get_by_role("link", name="Remove Your results").click()
    well_made(amara)
    amara.get_by_role("button", name="Remove").click()
    reads(amara, "The template is removed")
    expect(listed).not_to_contain_text("Your results")


@crosswise
def test_notifications_are_archived_for_everybody(logged_in: Callable[[str], Page], cast: dict[str, Any]) -> None:
    change_phone(logged_in("mina"), cast["people"]["mina"]["portal"], "0491 570 994")
    amara, bea = logged_in("amara"), logged_in("bea")
    bell = amara.get_by_role("banner").get_by_role("link", name="Notifications")
    expect(bell).to_have_accessible_name("Notifications, 1 new")
    bell.click()
    reads(amara, "Details of Mina Park were changed.")
    well_made(amara)
    amara.get_by_role("button", name="Archive").click()
    reads(amara, "Archived for everybody here")
    reads(amara, "Nothing new")
    expect(bell).to_have_accessible_name("Notifications")
    well_made(amara)
    amara.get_by_role("link", name="Archived").click()
    reads(amara, "archived by Dr Amara Okafor")
    well_made(amara)
    bea.reload()
    expect(bea.get_by_role("banner").get_by_role("link", name="Notifications")).to_have_accessible_name("Notifications")
    go_to(bea, "Home")
