"""Manage another patient portal, step for step as its article tells it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    ASKED,
    PATIENTS,
    PEOPLE,
    add_patient,
    choose,
    edit_access,
    email_of,
    follow_the_link,
    go_to,
    has_portals,
    line,
    reads,
    section,
    toggle_to,
    type_login,
    well_made,
)

OpenMail = Callable[[Page, str, str], None]
NEW_PASSWORD = "copper kettle morning 7"


@crosswise
def test_asking_for_a_portal_that_exists(logged_in: Callable[[str], Page], open_mail: OpenMail) -> None:
    mina, jun = logged_in("mina"), logged_in("jun")
    choose(mina, "Account", "Access")
    section(mina, PATIENTS).get_by_role("link", name="Add Patient").click()
    add_patient(
        mina, "Dad", relationship="Father", level="Administrative", role="View", email=f" {email_of('jun').upper()} "
    )
    reads(mina, "You can open their portal once they say yes")
    expect(line(section(mina, PATIENTS), "Dad")).to_contain_text("Pending")
    has_portals(mina, "Mina Park you", "Leo Park son · edit")

    open_mail(jun, email_of("jun"), ASKED)
    reads(jun, "Access level: Administrative")
    follow_the_link(jun)
    edit_access(jun, section(jun, PEOPLE), "Mina Park", status="Current")
    expect(line(section(jun, PEOPLE), "Mina Park")).to_contain_text("Current")

    mina.reload()
    section(mina, PATIENTS).get_by_role("link", name="Jun Park", exact=True).click()
    reads(mina, "You are in Jun’s portal")
    well_made(mina)


def test_two_children_under_one_login(
    visitor: Callable[[], Page], logged_in: Callable[[str], Page], open_mail: OpenMail
) -> None:
    mina = logged_in("mina")
    toggle_to(mina, "Leo Park")
    reads(mina, "You are in Leo’s portal")
    go_to(mina, "Access")
    section(mina, PATIENTS).get_by_role("link", name="Add Patient").click()
    add_patient(mina, "Noa Park", relationship="Daughter", role="Edit", email="noa@example.com")
    reads(mina, "We have written to noa@example.com")

    noa = visitor()
    open_mail(noa, "noa@example.com", ASKED)
    reads(noa, "You have no portal yet")
    follow_the_link(noa)
    reads(noa, "Your login will be noa@example.com")
    noa.get_by_label("Password").fill("short")
    noa.get_by_role("button", name="Set up my portal").click()
    expect(noa.get_by_role("alert")).to_contain_text("Use at least 12 characters")
    well_made(noa)
    noa.get_by_label("Password").fill(NEW_PASSWORD)
    noa.get_by_role("button", name="Set up my portal").click()
    reads(noa, "Your portal is ready")
    well_made(noa)
    type_login(noa, "noa@example.com", NEW_PASSWORD)
    expect(line(section(noa, PEOPLE), "Mina Park")).to_contain_text("Pending")
    edit_access(noa, section(noa, PEOPLE), "Mina Park", status="Current")
    expect(line(section(noa, PEOPLE), "Mina Park")).to_contain_text("Current")

    mina.reload()
    has_portals(mina, "Mina Park you", "Leo Park son · edit", "Noa Park daughter · edit")
    toggle_to(mina, "Noa Park")
    reads(mina, "You are in Noa’s portal")
    toggle_to(mina, "Leo Park")
    reads(mina, "You are in Leo’s portal")
    go_to(mina, "Access")
    expect(section(mina, "People Who Can Access Leo’s Patient Portal")).not_to_contain_text("Noa")
