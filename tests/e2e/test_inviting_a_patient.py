"""Invite patients to the patient portal, as its article tells it: from the practitioner's click through the mailbox to
the patient's first look at their portal."""

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.demo_process import eventually
from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    PASSWORD,
    email_of,
    follow_the_link,
    log_in,
    pick,
    reads,
    section,
    type_login,
    well_made,
)  # fmt: skip

OpenMail = Callable[[Page, str, str], None]
INVITED, LINKED = "An invitation to your portal", "Something new is linked to your portal"
HARBOUR = "/practice/harbour-street"
INVITES = "Harbour Street Clinic invites you to a patient portal"


def profile_of(page: Page, cast: dict[str, Any], short: str) -> None:
    page.goto(f"{HARBOUR}/patients/{cast['people'][short]['patient']}")
    well_made(page)


def invite(page: Page, email: str, message: str = "") -> None:
    """The link under the name, what it asks, and **Invite**."""
    page.get_by_role("link", name="Invite to the portal").click()
    expect(page.get_by_role("heading", name=re.compile(r"^Invite .* to the portal$"))).to_be_visible()
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Confirm email").fill(email)
    page.get_by_label("Custom message").fill(message)
    well_made(page)
    page.get_by_role("button", name="Invite", exact=True).click()
    reads(page, f"The invitation is on its way to {email}")
    well_made(page)


def invitation_of(page: Page, name: str) -> Locator:
    return section(page, "Invitations").get_by_role("listitem").filter(has_text=name).first


def is_invited(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name=INVITES)).to_be_visible()
    expect(page).to_have_url(re.compile("/invitations$"))
    well_made(page)


def type_birth_date(page: Page, day: str) -> None:
    page.get_by_label("birth date").fill(day)


def test_a_patient_is_invited_and_opens_a_portal(
    visitor: Callable[[], Page], logged_in: Callable[[str], Page], open_mail: OpenMail, cast: dict[str, Any]
) -> None:
    amara, nadia = logged_in("amara"), visitor()
    profile_of(amara, cast, "nadia")
    amara.get_by_role("link", name="Invite to the portal").click()
    expect(amara.get_by_label("Email", exact=True)).to_have_value(email_of("nadia"))
    amara.get_by_label("Confirm email").fill("nadia@exampel.com")
    amara.get_by_label("Custom message").fill("Hello [Patient First Name], your results are here.")
    amara.get_by_role("button", name="Invite", exact=True).click()
    expect(amara.get_by_role("alert")).to_contain_text("The two emails are not the same")
    well_made(amara)
    amara.get_by_label("Confirm email").fill(email_of("nadia"))
    amara.get_by_role("button", name="Preview").click()
    expect(section(amara, "What Nadia will read")).to_contain_text("Hello Nadia, your results are here.")
    well_made(amara)
    amara.get_by_role("button", name="Invite", exact=True).click()
    reads(amara, "The invitation is on its way to nadia@example.com")
    expect(amara.get_by_role("link", name="Invite to the portal")).to_have_count(0)
    well_made(amara)

    open_mail(nadia, email_of("nadia"), INVITED)
    reads(nadia, "Harbour Street Clinic writes:")
    reads(nadia, "Hello Nadia, your results are here.")
    follow_the_link(nadia)
    is_invited(nadia)
    pick(nadia, "Whom is this about?", "This is about me")
    type_birth_date(nadia, "1950-01-01")
    nadia.get_by_label("Your name").fill("Nadia Rahman")
    nadia.get_by_label("Password", exact=True).fill(PASSWORD)
    nadia.get_by_role("button", name="Accept and set up").click()
    expect(nadia.get_by_role("alert")).to_contain_text("You have 4 tries left")
    well_made(nadia)
    type_birth_date(nadia, cast["people"]["nadia"]["birth_date"])
    nadia.get_by_label("Password", exact=True).fill(PASSWORD)
    nadia.get_by_role("button", name="Accept and set up").click()
    reads(nadia, "Your portal is ready. Log in with nadia@example.com")
    type_login(nadia, email_of("nadia"))
    expect(nadia.get_by_role("heading", level=1, name="Hello, Nadia")).to_be_visible()
    expect(section(nadia, "Appointments")).to_contain_text("Skin check with Dr Amara Okafor")
    well_made(nadia)
    open_mail(nadia, email_of("nadia"), LINKED)
    reads(nadia, "Harbour Street Clinic is now linked to your patient portal")

    amara.reload()
    reads(amara, "Has a patient portal")
    expect(section(amara, "Invitations")).to_contain_text("Accepted")
    expect(amara.get_by_role("banner").get_by_role("link", name="Notifications, 1 new")).to_be_visible()


@crosswise
def test_a_portal_that_is_there_is_confirmed(
    logged_in: Callable[[str], Page], open_mail: OpenMail, cast: dict[str, Any], visitor: Callable[[], Page]
) -> None:
    amara, zed = logged_in("amara"), visitor()
    profile_of(amara, cast, "nadia")
    invite(amara, email_of("zed"))
    log_in(zed, email_of("rosa"))
    open_mail(zed, email_of("zed"), INVITED)
    follow_the_link(zed)
    is_invited(zed)
    reads(zed, "You are logged in as Rosa Ibarra (rosa@example.com). This invitation is for zed@example.com.")
    zed.get_by_role("main").get_by_role("link", name="Login").click()
    type_login(zed, email_of("zed"))
    is_invited(zed)
    reads(zed, "Your own portal is linked: Zed Novak.")
    pick(zed, "Whom is this about?", "This is about me")
    type_birth_date(zed, cast["people"]["nadia"]["birth_date"])
    zed.get_by_role("button", name="Confirm Patient").click()
    expect(zed.get_by_role("alert")).to_contain_text("The portal of Zed Novak has another birth date")
    well_made(zed)

    profile_of(amara, cast, "nadia")
    amara.get_by_role("button", name="Cancel invitation").click()
    reads(amara, "The invitation is cancelled")
    zed.get_by_role("button", name="Confirm Patient").click()
    reads(zed, "This link was taken back")
    reads(zed, "Ask Harbour Street Clinic (02 5550 0110) for a new one")
    well_made(zed)


@crosswise
def test_another_login_on_the_same_browser_and_another_name(
    logged_in: Callable[[str], Page], open_mail: OpenMail, cast: dict[str, Any], visitor: Callable[[], Page]
) -> None:
    amara, nadia = logged_in("amara"), visitor()
    profile_of(amara, cast, "nadia")
    invite(amara, email_of("nadia"))
    log_in(nadia, email_of("rosa"))
    open_mail(nadia, email_of("nadia"), INVITED)
    follow_the_link(nadia)
    is_invited(nadia)
    reads(nadia, "You are logged in as Rosa Ibarra (rosa@example.com). This invitation is for nadia@example.com.")
    expect(nadia.get_by_label("birth date")).to_have_count(0)
    nadia.get_by_role("button", name="Log out and go on").click()
    is_invited(nadia)
    pick(nadia, "Whom is this about?", "This is about me")
    type_birth_date(nadia, cast["people"]["nadia"]["birth_date"])
    nadia.get_by_label("Your name").fill("Sam Novak")
    nadia.get_by_label("Password", exact=True).fill(PASSWORD)
    nadia.get_by_role("button", name="Accept and set up").click()
    expect(nadia.get_by_role("alert")).to_contain_text("This invitation is for Nadia. Are you Nadia?")
    expect(nadia.get_by_text("Rahman")).to_have_count(0)
    well_made(nadia)
    nadia.get_by_label("Yes, I am Nadia").check()
    nadia.get_by_label("Password", exact=True).fill(PASSWORD)
    nadia.get_by_role("button", name="Accept and set up").click()
    reads(nadia, "Your portal is ready. Log in with nadia@example.com")
    amara.reload()
    reads(amara, "Linked to the portal of Sam Novak")
    amara.get_by_role("banner").get_by_role("link", name="Notifications, 1 new").click()
    reads(amara, "The invitation of Nadia Rahman was accepted: a portal is linked.")


@crosswise
def test_a_second_practice_is_linked_to_ones_portal(
    logged_in: Callable[[str], Page], open_mail: OpenMail, cast: dict[str, Any]
) -> None:
    amara, theo = logged_in("amara"), logged_in("theo")
    patient = new_patient(amara, "Theo", "Almeida", cast["people"]["theo"]["birth_date"])
    amara.goto(patient)
    invite(amara, email_of("theo"))
    open_mail(theo, email_of("theo"), INVITED)
    follow_the_link(theo)
    is_invited(theo)
    pick(theo, "Whom is this about?", "This is about me")
    type_birth_date(theo, cast["people"]["theo"]["birth_date"])
    theo.get_by_role("button", name="Confirm Patient").click()
    reads(theo, "Harbour Street Clinic is linked to Theo’s portal now")
    expect(theo.get_by_role("heading", level=1, name="Hello, Theo")).to_be_visible()
    open_mail(theo, email_of("theo"), LINKED)
    amara.reload()
    reads(amara, "Has a patient portal")


def new_patient(page: Page, first: str, last: str, born: str) -> str:
    """Somebody new at the practice; gives the address of their profile."""
    page.goto(f"{HARBOUR}/patients/new")
    page.get_by_label("First name").fill(first)
    page.get_by_label("Family name").fill(last)
    page.get_by_label("Birth date").fill(born)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name=f"{first} {last}")).to_be_visible()
    return page.url


@crosswise
def test_a_childs_guardian_accepts_and_another_waits_for_the_practices_word(
    logged_in: Callable[[str], Page], visitor: Callable[[], Page], open_mail: OpenMail, cast: dict[str, Any]
) -> None:
    amara, parent = logged_in("amara"), visitor()
    profile_of(amara, cast, "ana")
    invite(amara, "silva.family@example.com", "For [Patient First Name].")
    open_mail(parent, "silva.family@example.com", "An invitation for a child you look after")
    follow_the_link(parent)
    is_invited(parent)
    parent.get_by_label("Ana’s whole name").fill("Ana Silva")
    parent.get_by_label("What Ana is to you").select_option("Daughter")
    parent.get_by_label("Why you act for Ana").select_option("Parental responsibility, self-declared")
    type_birth_date(parent, cast["people"]["ana"]["birth_date"])
    parent.get_by_label("Your name").fill("Maria Silva")
    parent.get_by_label("Password", exact=True).fill(PASSWORD)
    parent.get_by_role("button", name="Accept and set up").click()
    reads(parent, "Your portal is ready. Log in with silva.family@example.com")
    type_login(parent, "silva.family@example.com")
    reads(parent, "You are in Ana’s portal")
    expect(section(parent, "Appointments")).to_contain_text("Childhood immunisation")
    well_made(parent)

    parent.get_by_role("banner").get_by_role("link", name="Access", exact=True).last.click()
    parent.get_by_role("link", name="Give access").click()
    parent.get_by_label("Name", exact=True).fill("Rosa Ibarra")
    parent.get_by_label("Email").fill(email_of("rosa"))
    parent.get_by_label("Relationship").select_option("Daughter")
    pick(parent, "Access Level", "Clinical")
    pick(parent, "Role", "Edit")
    pick(parent, "Are they a parent or guardian too?", "Yes")
    parent.get_by_role("button", name="Give access").click()
    reads(parent, "We have written to rosa@example.com")
    rosa = logged_in("rosa")
    open_mail(rosa, email_of("rosa"), "Someone offers you access to a portal")
    follow_the_link(rosa)
    rosa.get_by_role("button", name="Accept").click()
    reads(rosa, "You can open this portal now")
    expect(rosa.get_by_text("Childhood immunisation")).to_have_count(0)

    profile_of(amara, cast, "ana")
    expect(section(amara, "Guardians")).to_contain_text("Rosa Ibarra")
    section(amara, "Guardians").get_by_role("link", name="Confirm guardians").click()
    expect(amara.get_by_role("heading", level=1, name="Guardians of Ana Silva")).to_be_visible()
    well_made(amara)
    waits = amara.get_by_role("listitem").filter(has_text="Rosa Ibarra")
    expect(waits).to_contain_text("Waiting")
    waits.get_by_role("button", name="Confirm Rosa Ibarra", exact=True).click()
    reads(amara, "Rosa Ibarra is confirmed")
    expect(waits).to_contain_text("Confirmed")
    well_made(amara)
    rosa.reload()
    expect(section(rosa, "Appointments")).to_contain_text("Childhood immunisation")
    waits.get_by_text("Take back", exact=True).click()
    well_made(amara)
    waits.get_by_role("button", name="Take back the confirmation of Rosa Ibarra").click()
    reads(amara, "Rosa Ibarra is not confirmed")
    rosa.reload()
    expect(rosa.get_by_text("Childhood immunisation")).to_have_count(0)


@crosswise
def test_resend_cancel_and_links_that_run_out(
    logged_in: Callable[[str], Page], visitor: Callable[[], Page], open_mail: OpenMail, cast: dict[str, Any],
    time_passes: Callable[[str], None],
) -> None:  # fmt: skip
    amara, owen = logged_in("amara"), visitor()
    amara.get_by_role("banner").get_by_role("link", name="Invitations").click()
    expect(amara.get_by_role("heading", level=1, name="Invitations")).to_be_visible()
    well_made(amara)
    expect(invitation_of(amara, "Owen Tait")).to_contain_text("Pending")
    resend(amara)
    open_mail(owen, email_of("owen"), INVITED)
    follow_the_link(owen)
    is_invited(owen)

    resend(amara)
    owen.reload()
    reads(owen, "There is a newer link")
    well_made(owen)
    open_mail(owen, email_of("owen"), INVITED)
    follow_the_link(owen)
    is_invited(owen)

    invitation_of(amara, "Owen Tait").get_by_role("button", name="Cancel").click()
    reads(amara, "The invitation is cancelled")
    expect(invitation_of(amara, "Owen Tait")).to_contain_text("Cancelled")
    well_made(amara)
    owen.reload()
    reads(owen, "This link was taken back")

    profile_of(amara, cast, "owen")
    invite(amara, email_of("owen"))
    open_mail(owen, email_of("owen"), INVITED)
    follow_the_link(owen)
    time_passes("P14DT1H")
    owen.reload()
    reads(owen, "This link has expired")
    reads(owen, "Ask Harbour Street Clinic (02 5550 0110) for a new invitation")
    well_made(owen)
    log_in(amara, email_of("amara"))
    amara.goto(f"{HARBOUR}/invitations")
    amara.get_by_label("State").select_option("Expired")
    amara.get_by_role("button", name="Show").click()
    expect(invitation_of(amara, "Owen Tait")).to_contain_text("Not answered by")
    well_made(amara)
    resend(amara)
    amara.goto(f"{HARBOUR}/invitations")
    amara.get_by_role("link", name="Cancel all pending").click()
    reads(amara, "One invitation waits for an answer")
    well_made(amara)
    amara.get_by_role("button", name="Cancel all pending").click()
    reads(amara, "One invitation is cancelled")


def resend(page: Page) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/resending")):
        invitation_of(page, "Owen Tait").get_by_role("button", name="Resend").click()
    reads(page, "The invitation is on its way again")
    expect(invitation_of(page, "Owen Tait")).to_contain_text("Pending")


@crosswise
def test_an_email_of_staff_is_refused_or_comes_back_as_undeliverable(
    logged_in: Callable[[str], Page], cast: dict[str, Any], qa: httpx.Client
) -> None:
    amara = logged_in("amara")
    profile_of(amara, cast, "nadia")
    amara.get_by_role("link", name="Invite to the portal").click()
    for label in ("Email", "Confirm email"):
        amara.get_by_label(label, exact=True).fill(email_of("ines"))
    amara.get_by_role("button", name="Invite", exact=True).click()
    expect(amara.get_by_role("alert")).to_contain_text("linked to somebody who works at this practice")
    expect(amara.get_by_text("Duarte")).to_have_count(0)
    well_made(amara)
    for label in ("Email", "Confirm email"):
        amara.get_by_label(label, exact=True).fill(email_of("priya"))
    amara.get_by_role("button", name="Invite", exact=True).click()
    reads(amara, "The invitation is on its way to priya@example.com")
    assert eventually(lambda: came_back(amara), 15)
    expect(invitation_of(amara, "Nadia Rahman")).to_contain_text("There is no such mailbox")
    well_made(amara)
    assert [mail for mail in qa.get("/qa/mailbox.json").json() if email_of("priya") in mail["to"]] == []


def came_back(page: Page) -> bool:
    page.goto(f"{HARBOUR}/invitations")
    return bool(invitation_of(page, "Nadia Rahman").get_by_text("Undeliverable").count())


@crosswise
def test_a_communication_template_is_what_the_patient_reads(
    logged_in: Callable[[str], Page], visitor: Callable[[], Page], open_mail: OpenMail, cast: dict[str, Any]
) -> None:
    amara, nadia = logged_in("amara"), visitor()
    amara.goto(f"{HARBOUR}/settings/communication-templates")
    amara.get_by_role("link", name="New Template").click()
    amara.get_by_label("Name", exact=True).fill("First visit")
    amara.get_by_label("Message").fill("Dear [Patient First Name], welcome.")
    amara.get_by_role("button", name="Save").click()
    reads(amara, "First visit is saved")

    profile_of(amara, cast, "nadia")
    amara.get_by_role("link", name="Invite to the portal").click()
    amara.get_by_label("Confirm email").fill(email_of("nadia"))
    amara.get_by_label("Custom message").fill("My own words")
    amara.get_by_label("Or a communication template").select_option("First visit")
    amara.get_by_role("button", name="Invite", exact=True).click()
    expect(amara.get_by_role("alert")).to_contain_text("Write a message or choose a template, not both")
    well_made(amara)
    amara.get_by_label("Custom message").fill("")
    amara.get_by_role("button", name="Preview").click()
    expect(section(amara, "What Nadia will read")).to_contain_text("Dear Nadia, welcome.")
    amara.get_by_role("button", name="Invite", exact=True).click()
    reads(amara, "The invitation is on its way to nadia@example.com")
    open_mail(nadia, email_of("nadia"), INVITED)
    reads(nadia, "Dear Nadia, welcome.")
    follow_the_link(nadia)
    is_invited(nadia)
    reads(nadia, "Dear Nadia, welcome.")
