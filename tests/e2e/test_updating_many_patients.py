"""A clinic writes down of hundreds at once that it does not look after them any more, and groups patients by tags."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Manner, crosswise
from tests.e2e.journey import pick, reads, section, well_made


def runs_a_case_load(page: Page, **filters: str) -> None:
    page.get_by_role("banner").get_by_role("link", name="Reports", exact=True).click()
    page.get_by_role("link", name="New Report").click()
    expect(page.get_by_label("Report Type")).to_have_value("Case Load")
    for label, choice in filters.items():
        page.get_by_label(label, exact=True).select_option(choice)
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", level=1, name="Case Load", exact=True)).to_be_visible()


def opens_the_action(page: Page) -> None:
    page.get_by_role("main").locator("summary").filter(has_text="Actions").click()
    page.get_by_role("main").locator("details[open]").get_by_role("button", name="Update patient status").click()
    expect(page.get_by_role("heading", name="Update patient status")).to_be_visible()
    well_made(page)


def profile_of_the_first(page: Page) -> None:
    page.get_by_role("main").get_by_role("row").nth(1).get_by_role("link").click()
    expect(section(page, "Details")).to_be_visible()
    well_made(page)


@crosswise
def test_hundreds_become_inactive_and_each_is_counted(logged_in: Callable[[str], Page], manner: Manner) -> None:
    amara = logged_in("amara")
    runs_a_case_load(amara, Tag="Portal launch")
    reads(amara, "412 patients")
    opens_the_action(amara)
    reads(amara, "Nobody is chosen. Tick the patients in the report first.")
    amara.get_by_role("link", name="Close").click()

    amara.get_by_role("button", name="Choose all 412").click()
    reads(amara, "412 chosen")
    opens_the_action(amara)
    reads(amara, "412 patients are chosen.")
    amara.get_by_role("button", name="Update", exact=True).click()
    expect(amara.get_by_role("alert")).to_contain_text("Choose Active or Inactive")
    well_made(amara)
    pick(amara, "Status", "Inactive")
    amara.get_by_role("button", name="Update", exact=True).click()
    expect(amara.get_by_role("status").first).to_contain_text(
        "405 patients are Inactive now, 4 were already, 3 have died"
    )
    opens_the_action(amara)
    reads(amara, "Nobody is chosen.")
    amara.get_by_role("link", name="Close").click()

    profile_of_the_first(amara)
    expect(section(amara, "Details")).to_contain_text("Inactive")
    expect(amara.get_by_role("link", name="Invite to the portal")).to_have_count(0)


@crosswise
def test_a_status_and_tags_are_written_down_one_by_one(logged_in: Callable[[str], Page], manner: Manner) -> None:
    amara = logged_in("amara")
    runs_a_case_load(amara, Status="Inactive")
    reads(amara, "6 patients")
    profile_of_the_first(amara)
    reads(amara, "No portal. To invite them, make them active first.")
    section(amara, "Details").get_by_role("link", name="Edit").click()
    expect(amara.get_by_label("Status", exact=True)).to_have_value("Inactive")
    amara.get_by_label("Status", exact=True).select_option("Active")
    amara.get_by_label("Tags (optional)").fill("Zoo visit, x" + "x" * 40)
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert")).to_contain_text("Use at most 40 characters for one tag")
    well_made(amara)
    amara.get_by_label("Tags (optional)").fill("Zoo visit,  portal launch, Portal launch")
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Saved")
    expect(section(amara, "Details")).to_contain_text(re.compile(r"Tags\s*Portal launch, Zoo visit"))
    expect(amara.get_by_role("link", name="Invite to the portal")).to_be_visible()
    well_made(amara)
    runs_a_case_load(amara, Tag="Zoo visit")
    reads(amara, "1 patient")


@crosswise
def test_where_names_are_hidden_there_are_no_tags_and_no_actions(
    logged_in: Callable[[str], Page], manner: Manner
) -> None:
    tom = logged_in("tom")
    tom.get_by_role("banner").get_by_role("link", name="Reports", exact=True).click()
    tom.get_by_role("link", name="New Report").click()
    expect(tom.get_by_label("Status", exact=True)).to_have_count(1)
    expect(tom.get_by_label("Tag", exact=True)).to_have_count(0)
    tom.get_by_label("Status", exact=True).select_option("Inactive")
    tom.get_by_role("button", name="Run").click()
    reads(tom, "6 patients")
    expect(tom.get_by_text("Update patient status")).to_have_count(0)
    profile_of_the_first(tom)
    expect(section(tom, "Details")).to_contain_text("Inactive")
    expect(section(tom, "Details").get_by_text("Tags")).to_have_count(0)
