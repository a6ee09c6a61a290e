"""Share access to your portal, step for step as its article tells it."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    ASKED,
    PASSWORD,
    PATIENTS,
    PEOPLE,
    add_patient,
    choose,
    edit_access,
    email_of,
    follow_the_link,
    has_portals,
    is_not_for_them,
    line,
    reads,
    section,
    toggle_to,
    type_login,
    well_made,
)

OpenMail = Callable[[Page, str, str], None]


def is_told_of_more_access(mina: Page, open_mail: OpenMail, role: str) -> None:
    """The owner's mail about Theo, whose link leads to where she can end it."""
    open_mail(mina, email_of("mina"), "Someone has more access to your portal")
    reads(mina, "Theo Almeida (theo@example.com) now has this access to your patient portal")
    reads(mina, role)
    follow_the_link(mina)
    expect(line(section(mina, PEOPLE), "Theo Almeida").get_by_role("link", name="Edit")).to_be_visible()


def test_somebody_asks_and_the_owner_decides(
    visitor: Callable[[], Page], logged_in: Callable[[str], Page], open_mail: OpenMail, cast: dict[str, Any]
) -> None:
    theo = logged_in("theo")
    choose(theo, "Account", "Access")
    section(theo, PATIENTS).get_by_role("button", name="Withdraw").click()
    reads(theo, "Your request is withdrawn")
    expect(theo.locator("main:focus, main :focus")).to_have_count(1)
    section(theo, PATIENTS).get_by_role("link", name="Add Patient").click()
    add_patient(theo, "Mina Park", relationship="Spouse", role="View", email=email_of("mina"))
    reads(theo, "We have written to mina@example.com")
    expect(line(section(theo, PATIENTS), "Mina Park")).to_contain_text("Pending")

    mina = visitor()
    open_mail(mina, email_of("mina"), ASKED)
    reads(mina, "Theo Almeida (theo@example.com) asks for access to your patient portal")
    reads(mina, "Role: View")
    follow_the_link(mina)
    type_login(mina, email_of("mina"))
    people = section(mina, PEOPLE)
    reads(mina, "Do not give access to anyone that you do not trust. You can end it at any time.")
    expect(line(people, "Theo Almeida")).to_contain_text("Pending")
    choose(mina, "Account", "Profile")
    mina.get_by_role("link", name="Accesses").click()
    expect(line(people, "Theo Almeida")).to_contain_text("View")
    well_made(mina)

    line(people, "Theo Almeida").get_by_role("link", name="Edit").click()
    expect(mina.get_by_role("heading", name="Edit access")).to_be_visible()
    expect(mina.get_by_label("Status")).to_have_value("")
    mina.get_by_role("button", name="Submit").click()
    expect(mina.get_by_role("alert")).to_contain_text("Choose Current to give access, or Disabled")
    well_made(mina)
    mina.get_by_label("Status").select_option("Current")
    mina.get_by_role("button", name="Submit").click()
    reads(mina, "Theo Almeida can now open")
    expect(line(people, "Theo Almeida")).to_contain_text("Current")
    well_made(mina)
    is_told_of_more_access(mina, open_mail, "Role: View")

    open_mail(theo, email_of("theo"), "You have access to a portal")
    follow_the_link(theo)
    has_portals(theo, "Theo Almeida you", "Mina Park spouse · view")
    toggle_to(theo, "Mina Park")
    reads(theo, "You are in Mina’s portal")
    well_made(theo)

    edit_access(mina, people, "Theo Almeida", status="Current", role="Edit")
    reads(mina, "Theo Almeida can now open your portal: Clinical, Edit")
    is_told_of_more_access(mina, open_mail, "Role: Edit")
    theo.reload()
    has_portals(theo, "Theo Almeida you", "Mina Park spouse · edit")

    edit_access(mina, people, "Theo Almeida", status="Disabled")
    reads(mina, "Theo Almeida can no longer open")
    expect(line(people, "Theo Almeida")).to_contain_text("Disabled")
    theo.goto(f"/portal/{cast['people']['mina']['portal']}/")
    is_not_for_them(theo)
    has_portals(theo, "Theo Almeida you")


@crosswise
def test_the_owner_denies(logged_in: Callable[[str], Page], cast: dict[str, Any]) -> None:
    mina, theo = logged_in("mina"), logged_in("theo")
    choose(mina, "Account", "Access")
    edit_access(mina, section(mina, PEOPLE), "Theo Almeida", status="Disabled")
    reads(mina, "Theo Almeida cannot open")
    expect(line(section(mina, PEOPLE), "Theo Almeida")).to_contain_text("Disabled")

    theo.goto(f"/portal/{cast['people']['mina']['portal']}/")
    is_not_for_them(theo)
    has_portals(theo, "Theo Almeida you")
    choose(theo, "Account", "Access")
    expect(line(section(theo, PATIENTS), "Mina Park")).to_contain_text("Pending")


@crosswise
def test_giving_access_takes_a_password_typed_lately(
    logged_in: Callable[[str], Page], time_passes: Callable[[str], None]
) -> None:
    mina = logged_in("mina")
    time_passes("PT11M")
    choose(mina, "Account", "Access")
    edit_access(mina, section(mina, PEOPLE), "Theo Almeida", status="Current")
    expect(mina.get_by_role("alert")).to_contain_text("password")
    well_made(mina)
    mina.get_by_label("Your password").fill(PASSWORD)
    mina.get_by_role("button", name="Submit").click()
    reads(mina, "Theo Almeida can now open")
    expect(line(section(mina, PEOPLE), "Theo Almeida")).to_contain_text("Current")
