"""Asking a carer, who has a login and no portal: accepting opens an empty one."""

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
    has_portals,
    line,
    log_out,
    reads,
    section,
    type_login,
    well_made,
)

OpenMail = Callable[[Page, str, str], None]


@crosswise
def test_a_carer_opens_a_portal_and_decides(
    visitor: Callable[[], Page], logged_in: Callable[[str], Page], open_mail: OpenMail
) -> None:
    mina = logged_in("mina")
    choose(mina, "Account", "Access")
    section(mina, PATIENTS).get_by_role("link", name="Add Patient").click()
    add_patient(mina, "Kim Sato", relationship="Friend", role="View", email=email_of("kim"))
    reads(mina, "We have written to kim@example.com")

    kim = logged_in("zed")
    open_mail(kim, email_of("kim"), ASKED)
    reads(kim, "To open a portal with the login that you have")
    follow_the_link(kim)
    reads(kim, "You are logged in as Zed Novak. This is for kim@example.com.")
    expect(kim.get_by_role("button", name="Open my portal")).to_have_count(0)
    link = kim.url
    log_out(kim)
    kim.goto(link)
    kim.get_by_role("main").get_by_role("link", name="Login").click()
    type_login(kim, email_of("kim"))
    reads(kim, "Opening your portal does not give them access")
    has_portals(kim, "Jun Park client · view")
    well_made(kim)
    kim.get_by_role("button", name="Open my portal").click()
    reads(kim, "Your portal is open")
    has_portals(kim, "Kim Sato you", "Jun Park client · view")
    expect(line(section(kim, PEOPLE), "Mina Park")).to_contain_text("Pending")
    edit_access(kim, section(kim, PEOPLE), "Mina Park", status="Current")
    expect(line(section(kim, PEOPLE), "Mina Park")).to_contain_text("Current")

    mina.reload()
    has_portals(mina, "Mina Park you", "Kim Sato friend · view", "Leo Park son · edit")
