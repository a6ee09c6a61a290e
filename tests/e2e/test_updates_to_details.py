"""Updates: a patient changes their details, and each practice takes them over in its own way (seed article 3)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import email_of, go_to, line, pick, reads, section, toggle_to, well_made

HARBOUR = "/practice/harbour-street"
SAVED = "Your details are saved"
NEW_PHONE, NEW_CITY = "0491 570 006", "Manly"


def changes(page: Page, **details: str) -> None:
    """On the Profile page of the portal that one is in: Edit, type, Save."""
    go_to(page, "Profile")
    section(page, "Personal details").get_by_role("link", name="Edit").click()
    well_made(page)
    for label, value in details.items():
        page.get_by_label(re.compile(rf"^{label.replace('_', ' ')}\b")).first.fill(value)
    page.get_by_role("button", name="Save").click()


def opens_what_waits(page: Page, name: str) -> None:
    """The list of patient updates, and from it somebody's."""
    page.goto(f"{HARBOUR}/updates")
    expect(page.get_by_role("heading", level=1, name="Patient updates")).to_be_visible()
    well_made(page)
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=f"{name}’s changed details")).to_be_visible()
    well_made(page)


def has(page: Page, name: str, patient: str, words: str) -> None:
    """The profile of a patient at the practice says this under Details."""
    page.goto(f"{HARBOUR}/patients/{patient}")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(section(page, "Details")).to_contain_text(words)
    well_made(page)


def takes_updates(page: Page, how: str) -> None:
    """Settings > General > Patient Portal > Edit: Patient Updates."""
    page.goto(f"{HARBOUR}/settings/general")
    section(page, "Patient Portal").get_by_role("link", name="Edit").click()
    expect(page.get_by_role("heading", name="Edit Patient Portal and Sharing Settings")).to_be_visible()
    pick(page, "Patient Updates", how)
    page.get_by_role("button", name="Save").click()
    expect(section(page, "Patient Portal")).to_contain_text(how)


def practices(page: Page) -> Locator:
    return section(page, "Personal details").get_by_role("list")


@pytest.fixture
def mina_at_harbour(cast: dict[str, Any]) -> str:
    return str(cast["people"]["mina"]["patient"])


@crosswise
def test_one_detail_is_approved_and_one_is_rejected_with_a_reason(
    logged_in: Callable[[str], Page], open_mail: Callable[[Page, str, str], None], mina_at_harbour: str
) -> None:
    mina, amara = logged_in("mina"), logged_in("amara")
    toggle_to(mina, "Mina Park")
    changes(mina, Phone=NEW_PHONE, Suburb_or_town=NEW_CITY)
    reads(mina, f"{SAVED}. Harbour Street Clinic will check them first")
    expect(practices(mina)).to_contain_text("Waiting for Harbour Street Clinic: Phone, Suburb or town.")
    well_made(mina)

    opens_what_waits(amara, "Mina Park")
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert")).to_contain_text("Choose Approve or Reject for at least one detail")
    well_made(amara)
    pick(amara, "Phone", "Approve")
    pick(amara, "Suburb or town", "Reject")
    amara.get_by_label("Reason").fill("We have your old street. Please send the new one too.")
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Mina Park: approved Phone; rejected Suburb or town")
    reads(amara, "Nothing waits.")
    well_made(amara)
    has(amara, "Mina Park", mina_at_harbour, NEW_PHONE)
    expect(section(amara, "Details")).not_to_contain_text(NEW_CITY)
    expect(section(amara, "Patient updates")).to_contain_text("rejected by Dr Amara Okafor")

    open_mail(mina, email_of("mina"), "About the details that you changed")
    reads(mina, "Harbour Street Clinic has looked at the details that you changed")
    mina.goto("/account")
    toggle_to(mina, "Mina Park")
    go_to(mina, "Profile")
    expect(practices(mina)).to_contain_text("Harbour Street Clinic did not take over: Suburb or town.")
    expect(practices(mina)).to_contain_text("Reason: We have your old street.")
    expect(practices(mina)).not_to_contain_text("Waiting")


@crosswise
def test_of_two_who_decide_the_second_is_told(logged_in: Callable[[str], Page]) -> None:
    mina, amara, bea = logged_in("mina"), logged_in("amara"), logged_in("bea")
    toggle_to(mina, "Mina Park")
    changes(mina, Phone=NEW_PHONE)
    reads(mina, "will check them first")
    opens_what_waits(amara, "Mina Park")
    opens_what_waits(bea, "Mina Park")
    amara.get_by_role("button", name="Approve all").click()
    reads(amara, "Mina Park: approved Phone")
    bea.get_by_role("button", name="Reject all").click()
    reads(bea, "Dr Amara Okafor decided this a moment ago. Here it is as it stands now.")
    expect(line(bea.get_by_role("main"), "Phone")).to_contain_text("Approved")
    expect(bea.get_by_role("button", name="Reject all")).to_have_count(0)
    well_made(bea)


@crosswise
def test_a_guardian_changes_a_childs_details_and_changes_them_back(
    logged_in: Callable[[str], Page],
) -> None:
    mina, bea = logged_in("mina"), logged_in("bea")
    toggle_to(mina, "Leo Park")
    changes(mina, Preferred_name="Lee")
    reads(mina, "Leo’s details are saved. Harbour Street Clinic will check them first")
    opens_what_waits(bea, "Leo Park")
    reads(bea, "by Mina Park, guardian.")
    changes(mina, Preferred_name="")
    expect(practices(mina)).not_to_contain_text("Waiting")
    pick(bea, "Preferred name", "Approve")
    bea.get_by_role("button", name="Save").click()
    reads(bea, "It was changed back since. There is nothing to decide.")
    well_made(bea)


@crosswise
def test_auto_update_takes_everything_over_at_once(logged_in: Callable[[str], Page], mina_at_harbour: str) -> None:
    mina, amara = logged_in("mina"), logged_in("amara")
    takes_updates(amara, "Auto update")
    toggle_to(mina, "Mina Park")
    changes(mina, Phone=NEW_PHONE)
    reads(mina, f"{SAVED} and passed on to Harbour Street Clinic")
    expect(practices(mina)).to_contain_text("Harbour Street Clinic gets what is changed here at once.")
    has(amara, "Mina Park", mina_at_harbour, NEW_PHONE)
    expect(section(amara, "Patient updates")).to_contain_text("approved at once")


@crosswise
def test_disabled_takes_nothing_over(logged_in: Callable[[str], Page], mina_at_harbour: str) -> None:
    mina, amara = logged_in("mina"), logged_in("amara")
    takes_updates(amara, "Disabled")
    toggle_to(mina, "Mina Park")
    changes(mina, Phone=NEW_PHONE)
    reads(mina, SAVED)
    expect(practices(mina)).to_contain_text("Harbour Street Clinic takes over nothing from here. Tell them yourself.")
    has(amara, "Mina Park", mina_at_harbour, "0491 570 156")
    amara.goto(f"{HARBOUR}/updates")
    reads(amara, "Nothing waits.")


@crosswise
def test_who_may_not_decide(logged_in: Callable[[str], Page], mina_at_harbour: str) -> None:
    """Tom is read only and reads no names; Rhys finds his own patients alone."""
    mina, tom, rhys = logged_in("mina"), logged_in("tom"), logged_in("rhys")
    toggle_to(mina, "Mina Park")
    changes(mina, Phone=NEW_PHONE)
    reads(mina, "will check them first")
    tom.goto(f"{HARBOUR}/updates")
    expect(tom.get_by_role("main")).not_to_contain_text("Mina")
    reads(tom, "Your access does not include this")
    tom.goto(f"{HARBOUR}/patients/{mina_at_harbour}")
    expect(section(tom, "Patient updates")).to_contain_text("Phone")
    expect(tom.get_by_role("main")).not_to_contain_text(NEW_PHONE)
    well_made(tom)
    rhys.goto(f"{HARBOUR}/updates")
    reads(rhys, "Nothing waits.")
