"""What people do in every journey, in words."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

PASSWORD = "lantern orchard 42"
AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PEOPLE = "People Who Can Access Your Patient Portal"
PATIENTS = "Patients You Access"
NOT_FOR_YOU = "This page is not here for you"
ASKED = "Someone asks for access to your portal"


def email_of(short: str) -> str:
    return f"{short}@example.com"


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/login")
    type_login(page, email, password)
    expect(page.get_by_role("heading", name="Login")).not_to_be_visible()
    well_made(page)


def type_login(page: Page, email: str, password: str = PASSWORD) -> None:
    """On the login page, wherever it leads."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Login").click()


def log_out(page: Page) -> None:
    access_button(page).click()
    page.get_by_role("button", name="Logout").click()
    expect(page.get_by_role("heading", name="Login")).to_be_visible()


def access_button(page: Page) -> Locator:
    """One's own name, in the top right."""
    return page.get_by_role("banner").locator("summary").last


def choose(page: Page, *path: str) -> None:
    """Account > Access and its like: the menu first, then what stands in it."""
    page.get_by_role("banner").locator("summary").filter(has_text=path[0]).first.click()
    page.get_by_role("banner").locator("details[open]").get_by_role("link", name=path[1], exact=True).click()
    expect(page.get_by_role("heading", level=1, name=path[1], exact=True)).to_be_visible()
    well_made(page)


def toggle_to(page: Page, name: str) -> None:
    """Chooses a portal in the top right."""
    access_button(page).click()
    page.get_by_role("banner").locator("details[open]").get_by_role("link", name=name).click()


def has_portals(page: Page, *names: str) -> None:
    """These and no others stand in the top right, each with what they are to the one logged in."""
    expect(page.get_by_role("banner").locator("details").last.locator("a")).to_have_text(list(names))


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def line(place: Locator, name: str) -> Locator:
    """The row of a table that speaks of somebody."""
    return place.get_by_role("row").filter(has_text=name)


def go_to(page: Page, place: str) -> None:
    """One of the places of the portal that one is in: Appointments, Access …"""
    page.get_by_role("banner").get_by_role("link", name=place, exact=True).last.click()
    expect(page.get_by_role("heading", level=1, name=place, exact=True)).to_be_visible()
    well_made(page)


def follow_the_link(page: Page) -> None:
    """The first link of the mail that is open."""
    page.get_by_role("region", name="Text of the mail").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Text of the mail")).not_to_be_visible()
    well_made(page)


def reads(page: Page, words: str | re.Pattern[str]) -> None:
    """The page says this, once it is there."""
    expect(page.locator("body")).to_contain_text(words)


def is_not_for_them(page: Page) -> None:
    """The whole page is the neutral one: it names nobody's portal."""
    expect(page.get_by_role("heading", level=1, name=NOT_FOR_YOU, exact=True)).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("You are in")).to_have_count(0)
    well_made(page)


def add_patient(page: Page, name: str, **chosen: str) -> None:
    """Fills in **Add Patient**, which is open: relationship, level, role, and own_login with the email. Saves."""
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Relationship").select_option(chosen["relationship"])
    pick(page, "Access Level", chosen.get("level", "Clinical"))
    pick(page, "Role", chosen.get("role", "Edit"))
    pick(page, "Give this person their own login", "Yes" if "email" in chosen else "No")
    if "email" in chosen:
        page.get_by_label("Their login email").fill(chosen["email"])
    well_made(page)
    page.get_by_role("button", name="Save").click()


def edit_access(page: Page, place: Locator, name: str, **chosen: str) -> None:
    """The **Edit access** pop-up of somebody's row: status, and level and role where they change. Submits."""
    line(place, name).get_by_role("link", name="Edit").click()
    expect(page.get_by_role("heading", name="Edit access")).to_be_visible()
    well_made(page)
    page.get_by_label("Status").select_option(chosen["status"])
    if "role" in chosen:
        pick(page, "Role", chosen["role"])
    if "level" in chosen:
        pick(page, "Access level", chosen["level"])
    page.get_by_role("button", name="Submit").click()


def pick(page: Page, question: str, choice: str) -> None:
    page.get_by_role("group", name=question).get_by_role("radio", name=re.compile(rf"^{choice}\b")).check()


_well_made: set[int] = set()
"""What was drawn and found well made: the cast begins anew for each journey, so many of their pages are the same."""


def well_made(page: Page) -> None:
    """WCAG 2.2 AA as far as axe can tell, and nothing that sticks out sideways. Without JavaScript axe cannot
    run: the same pages are looked at with it."""
    page.wait_for_load_state()
    if not page.evaluate("() => matchMedia('(scripting: enabled)').matches"):
        return
    drawn = hash((page.content(), str(page.viewport_size)))
    if drawn in _well_made:
        return
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {_axe()} }}")
    found: list[dict[str, Any]] = page.evaluate(_RUN_AXE, WCAG)
    assert found == [], f"{page.url}: {found}"
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"
    _well_made.add(drawn)


@cache
def _axe() -> str:
    return AXE.read_text()


_RUN_AXE = """async (tags) => {
    await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})));
    const found = await axe.run({ runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
    return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) }));
}"""
