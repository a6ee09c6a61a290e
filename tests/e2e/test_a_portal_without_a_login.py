"""A portal whose person has no login: guardians act for them, and decide together."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    PATIENTS,
    add_patient,
    choose,
    edit_access,
    email_of,
    follow_the_link,
    go_to,
    has_portals,
    line,
    pick,
    reads,
    section,
    toggle_to,
    well_made,
)

OpenMail = Callable[[Page, str, str], None]
PEOPLE = "People Who Can Access Noa’s Patient Portal"
OFFERED = "Someone offers you access to a portal"


def give_access(page: Page, name: str, email: str, **chosen: str) -> None:
    section(page, PEOPLE).get_by_role("link", name="Give access").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Relationship").select_option(chosen["relationship"])
    pick(page, "Access Level", "Clinical")
    pick(page, "Role", chosen["role"])
    pick(page, "Are they a parent or guardian too?", chosen["guardian"])
    well_made(page)
    page.get_by_role("button", name="Give access").click()


def accept(page: Page) -> None:
    page.get_by_role("button", name="Accept").click()
    reads(page, "You can open this portal now")
    reads(page, "You are in Noa’s portal")


@crosswise
def test_guardians_decide_together(logged_in: Callable[[str], Page], open_mail: OpenMail) -> None:
    mina, theo, rosa = logged_in("mina"), logged_in("theo"), logged_in("rosa")
    choose(mina, "Account", "Access")
    section(mina, PATIENTS).get_by_role("link", name="Add Patient").click()
    add_patient(mina, "Noa Park", relationship="Daughter")
    reads(mina, "Noa Park has a portal now, and you can open it")
    expect(line(section(mina, PATIENTS), "Noa Park")).to_contain_text("you are a guardian")
    toggle_to(mina, "Noa Park")
    go_to(mina, "Access")
    give_access(mina, "Theo Almeida", email_of("theo"), relationship="Daughter", role="Edit", guardian="Yes")
    reads(mina, "We have written to theo@example.com")
    well_made(mina)

    open_mail(theo, email_of("theo"), OFFERED)
    reads(theo, "You would be a guardian")
    follow_the_link(theo)
    accept(theo)
    go_to(theo, "Access")
    edit_access(theo, section(theo, PEOPLE), "Mina Park", status="Disabled")
    expect(theo.get_by_role("alert")).to_contain_text("They are a guardian too. Neither of you can change")
    theo.get_by_role("link", name="Cancel").click()
    give_access(theo, "Rosa Ibarra", email_of("rosa"), relationship="Child", role="View", guardian="No")
    reads(theo, "Every guardian has to agree first")

    open_mail(mina, email_of("mina"), "Your agreement is needed to share a portal")
    follow_the_link(mina)
    reads(mina, "Theo Almeida agreed")
    edit_access(mina, section(mina, PEOPLE), "Rosa Ibarra", status="Current")
    reads(mina, "Rosa Ibarra has been written to")
    open_mail(rosa, email_of("rosa"), OFFERED)
    follow_the_link(rosa)
    accept(rosa)
    has_portals(rosa, "Noa Park child · view")

    theo.reload()
    line(section(theo, PEOPLE), "Theo Almeida").get_by_role("link", name="Leave").click()
    expect(theo.get_by_role("heading", name="Leave Noa’s portal?")).to_be_visible()
    well_made(theo)
    theo.get_by_role("button", name="Leave").click()
    reads(theo, "You have left Noa’s portal")
    has_portals(theo, "Theo Almeida you")
    mina.reload()
    line(section(mina, PEOPLE), "Mina Park").get_by_role("link", name="Leave").click()
    mina.get_by_role("button", name="Leave").click()
    expect(mina.get_by_role("alert")).to_contain_text("only guardian, so you cannot leave")
    well_made(mina)
