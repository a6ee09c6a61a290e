"""A family invitation: three siblings with one email are chosen in a report, and become one mail, one page with a
birth date for each, and a portal for each that is accepted."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    PASSWORD,
    access_button,
    email_of,
    follow_the_link,
    has_portals,
    pick,
    reads,
    section,
    toggle_to,
    type_login,
    well_made,
)  # fmt: skip

OpenMail = Callable[[Page, str, str], None]
HARBOUR = "/practice/harbour-street"
SILVAS, INVITED = "silva.family@example.com", "An invitation for your family"
INVITES = "Harbour Street Clinic invites your family to patient portals"
PARENTAL = "Parental responsibility, self-declared"


def is_invited(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name=INVITES)).to_be_visible()
    expect(page).to_have_url(re.compile("/family-invitations$"))
    well_made(page)


def choose_the_children(page: Page) -> None:
    """New Report, Case Load, everybody from 5 to 11; then the three Silvas of its results."""
    page.goto(f"{HARBOUR}/reports/new")
    page.get_by_label("Age from").fill("5")
    page.get_by_label("Age to").fill("11")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", level=1, name="Case Load")).to_be_visible()
    for name in ("Ana Silva", "Beto Silva", "Caro Silva"):
        page.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()


def invite_them(page: Page, message: str) -> None:
    page.locator("summary", has_text="Actions").click()
    page.locator("details[open]").get_by_role("button", name="Invite to patient portal").click()
    expect(page.get_by_role("heading", name="Invite to patient portal")).to_be_visible()
    reads(page, "3 of 3 will be invited, with 1 email to a family")
    page.get_by_label("Message").fill(message)
    page.get_by_role("button", name="Invite 3", exact=True).click()
    reads(page, "Nothing goes out before")


def accept(page: Page, cast: dict[str, Any], short: str, *, born: str = "") -> None:
    """**Accept**, with the whole name for a new portal and the birth date."""
    name = short.capitalize()
    pick(page, name, "Accept")
    page.get_by_label(f"{name}’s whole name").fill(f"{name} Silva")
    page.get_by_label(f"{name}’s birth date").fill(born or cast["people"][short]["birth_date"])


def sign(page: Page) -> None:
    """What is asked once: what the children are to one, and the login."""
    page.get_by_label(re.compile("to you$")).select_option("Child")
    page.get_by_label("Why you act for them").select_option(PARENTAL)
    if page.get_by_label("Your name").count():
        page.get_by_label("Your name").fill("Rui Silva")
        page.get_by_label("Password", exact=True).fill(PASSWORD)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send answers").click()


def outcome(page: Page, name: str) -> Locator:
    return section(page, "Invitations").get_by_role("listitem").filter(has_text=name)


def test_three_children_are_invited_with_one_mail_and_two_are_accepted(
    visitor: Callable[[], Page],
    logged_in: Callable[[str], Page],
    open_mail: OpenMail,
    time_passes: Callable[[str], None],
    cast: dict[str, Any],
) -> None:
    amara, rui = logged_in("amara"), visitor()
    choose_the_children(amara)
    invite_them(amara, "Dear family, here is our new portal.")
    time_passes("PT3M")

    open_mail(rui, SILVAS, INVITED)
    reads(rui, "Dear family, here is our new portal.")
    follow_the_link(rui)
    is_invited(rui)
    reads(rui, "a patient portal for each of Ana, Beto and Caro")
    send(rui)
    expect(rui.get_by_role("alert")).to_contain_text("Ana: choose Accept, Decline or Not now")
    well_made(rui)
    accept(rui, cast, "ana")
    pick(rui, "Beto", "Decline")
    expect(rui.get_by_label("Beto’s birth date")).not_to_be_visible()
    accept(rui, cast, "caro", born="2001-01-01")
    sign(rui)
    well_made(rui)
    send(rui)
    expect(rui.get_by_role("alert")).to_contain_text("Caro: this is not the birth date that Harbour Street Clinic has")
    expect(rui.get_by_role("alert")).to_contain_text("You have 4 tries left")
    well_made(rui)
    accept(rui, cast, "caro")
    rui.get_by_label("Password", exact=True).fill(PASSWORD)
    send(rui)
    reads(rui, "Harbour Street Clinic is linked to the portals of Ana and Caro now")
    reads(rui, "You declined for Beto, and Harbour Street Clinic is told")
    type_login(rui, SILVAS)
    expect(rui.get_by_role("heading", level=1, name="Access")).to_be_visible()
    well_made(rui)
    access_button(rui).click()
    has_portals(rui, "Ana Silva child · edit", "Caro Silva child · edit")
    rui.reload()
    toggle_to(rui, "Caro Silva")
    reads(rui, "You are in Caro’s portal")
    reads(rui, "Dr Amara Okafor")

    amara.goto(f"{HARBOUR}/invitations")
    for name, state in (("Ana Silva", "Accepted"), ("Beto Silva", "Declined"), ("Caro Silva", "Accepted")):
        expect(outcome(amara, name).first).to_contain_text(state)
    well_made(amara)
    amara.goto(f"{HARBOUR}/notifications")
    reads(amara, "The invitation of Beto Silva was declined")
    well_made(amara)


@crosswise
def test_a_family_answers_in_two_goes(
    visitor: Callable[[], Page],
    logged_in: Callable[[str], Page],
    open_mail: OpenMail,
    time_passes: Callable[[str], None],
    cast: dict[str, Any],
) -> None:
    """One is declined before there is a login; somebody else who opens the link changes nothing."""
    amara, rui, zed = logged_in("amara"), visitor(), logged_in("zed")
    choose_the_children(amara)
    invite_them(amara, "")
    time_passes("PT3M")
    open_mail(rui, SILVAS, INVITED)
    link = rui.get_by_role("region", name="Text of the mail").get_by_role("link").first.get_attribute("href") or ""
    follow_the_link(rui)
    pick(rui, "Ana", "Decline")
    for name in ("Beto", "Caro"):
        pick(rui, name, "Not now")
    expect(rui.get_by_label("Password", exact=True)).not_to_be_visible()
    send(rui)
    reads(rui, "You declined for Ana, and Harbour Street Clinic is told")
    expect(section(rui, "Already answered")).to_contain_text("Ana")
    well_made(rui)

    zed.goto(link)
    is_invited(zed)
    reads(zed, f"This invitation is for {SILVAS}. Nothing has been changed.")
    expect(zed.get_by_role("button", name="Send answers")).to_have_count(0)

    accept(rui, cast, "beto")
    pick(rui, "Caro", "Not now")
    sign(rui)
    send(rui)
    reads(rui, "The link in the email stays good for the others")
    type_login(rui, SILVAS)
    reads(rui, "You are in Beto’s portal")
    rui.goto(link)
    is_invited(rui)
    accept(rui, cast, "caro")
    sign(rui)
    send(rui)
    reads(rui, "You are in Caro’s portal")
    access_button(rui).click()
    has_portals(rui, "Beto Silva child · edit", "Caro Silva child · edit")
    rui.goto(link)
    expect(rui).to_have_url(re.compile("/account/access$"))


@crosswise
def test_one_invitation_is_declined(
    visitor: Callable[[], Page], logged_in: Callable[[str], Page], open_mail: OpenMail
) -> None:
    owen, amara = visitor(), logged_in("amara")
    amara.goto(f"{HARBOUR}/invitations")
    amara.get_by_role("button", name="Resend the invitation of Owen Tait").click()
    open_mail(owen, email_of("owen"), "An invitation to your portal")
    follow_the_link(owen)
    owen.get_by_role("button", name="Decline").click()
    reads(owen, "You declined for Owen, and Harbour Street Clinic is told")
    well_made(owen)
    amara.goto(f"{HARBOUR}/notifications")
    reads(amara, "The invitation of Owen Tait was declined")
    amara.goto(f"{HARBOUR}/invitations?state=Declined")
    expect(outcome(amara, "Owen Tait").first).to_contain_text("Declined")
