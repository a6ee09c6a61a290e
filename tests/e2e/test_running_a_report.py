"""Reports > Patient > New Report: a clinic asks who its patients are, chooses among them over pages and sorts, keeps
the report, and gives it to a colleague."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Manner, crosswise
from tests.e2e.journey import pick, reads, section, well_made


def goes_to_reports(page: Page) -> None:
    page.get_by_role("banner").get_by_role("link", name="Reports", exact=True).click()
    page.get_by_role("navigation", name="Reports").get_by_role("link", name="Patient", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Reports", exact=True)).to_be_visible()
    well_made(page)


def begins_a_report(page: Page) -> None:
    goes_to_reports(page)
    page.get_by_role("link", name="New Report").click()
    expect(page.get_by_role("heading", level=1, name="New Report", exact=True)).to_be_visible()
    well_made(page)


def runs(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).last.click()


def shows(page: Page, name: str, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_visible()
    reads(page, words)
    well_made(page)


def ticks(page: Page, *places: int) -> None:
    """One after the other, as quickly as it goes."""
    for place in places:
        boxes(page).nth(place).click()


def boxes(page: Page) -> Locator:
    return page.get_by_role("checkbox", name=re.compile("^Choose "))


def ticked(page: Page) -> Locator:
    return page.get_by_role("checkbox", name=re.compile("^Choose "), checked=True)


def are_chosen(page: Page, many: int) -> None:
    chosen = page.get_by_role("status").filter(has_text="chosen")
    expect(chosen).to_have_text(f"{many} chosen")
    expect(chosen).to_be_in_viewport()


def presses(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def leaves_for(page: Page, button: str, place: str) -> None:
    """To another page or order of the results, with what was ticked just now."""
    presses(page, button)
    expect(page).to_have_url(re.compile(re.escape(place)))


def opens_actions(page: Page) -> Locator:
    page.get_by_role("main").locator("summary").filter(has_text="Actions").click()
    return page.get_by_role("main").locator("details[open]")


def test_a_case_load_is_run_and_patients_are_chosen(logged_in: Callable[[str], Page], manner: Manner) -> None:
    amara = logged_in("amara")
    begins_a_report(amara)
    amara.get_by_label("Report Type").select_option("Case Load")
    amara.get_by_label("Tag", exact=True).select_option("Portal launch")
    amara.get_by_label("Seen since", exact=True).fill("2026-11-01")
    amara.get_by_label("Not seen since").fill("2026-01-01")
    runs(amara)
    expect(amara.get_by_role("alert")).to_contain_text("wrong way round")
    expect(amara.get_by_label("Tag", exact=True)).to_contain_text("Portal launch")
    well_made(amara)
    amara.get_by_label("Seen since", exact=True).fill("")
    amara.get_by_label("Not seen since").fill("")
    runs(amara)
    shows(amara, "Case Load", re.compile(r"412 patients · counted today at [0-9]{1,2}:[0-9]{2} [ap]m"))
    reads(amara, "Tag: Portal launch")
    expect(section(amara, "By practitioner")).to_contain_text("without")
    reads(amara, "Page 1 of 9")

    amara.get_by_role("heading", name="By practitioner").scroll_into_view_if_needed()
    ticks(amara, 0, 1, 2, 3, 4, 1)
    if manner.javascript:
        are_chosen(amara, 4)
    leaves_for(amara, "Next", "page=2")
    are_chosen(amara, 4)
    reads(amara, "Page 2 of 9")
    well_made(amara)
    ticks(amara, 49)
    leaves_for(amara, "Next", "page=3")
    leaves_for(amara, "Practitioner", "sort=practitioner")
    are_chosen(amara, 5)
    leaves_for(amara, "Patient", "sort=name&page=1")
    expect(ticked(amara)).to_have_count(4)
    presses(amara, "Choose all on this page")
    are_chosen(amara, 51)
    amara.reload()
    are_chosen(amara, 51)
    ticks(amara, 7)
    opens_actions(amara).get_by_role("button", name="Update patient status").click()
    reads(amara, "50 patients are chosen")
    amara.get_by_role("link", name="Cancel").click()
    presses(amara, "Choose all 412")
    are_chosen(amara, 412)
    well_made(amara)
    presses(amara, "Choose nobody")
    are_chosen(amara, 0)
    expect(ticked(amara)).to_have_count(0)


@crosswise
def test_a_report_is_kept_and_shared(logged_in: Callable[[str], Page], manner: Manner, tmp_path: Path) -> None:
    amara, bea = logged_in("amara"), logged_in("bea")
    begins_a_report(amara)
    amara.get_by_label("Tag", exact=True).select_option("Portal launch")
    runs(amara)
    presses(amara, "Choose all 412")
    amara.get_by_role("link", name="Change filters").click()
    expect(amara.get_by_role("heading", name="Change filters")).to_be_visible()
    well_made(amara)
    amara.get_by_label("Age from").fill("old")
    runs(amara)
    expect(amara.get_by_role("alert")).to_contain_text("Type a number from 0 to 130")
    well_made(amara)
    amara.get_by_label("Age from").fill("129")
    runs(amara)
    reads(amara, "Nobody is in this report. Change its filters to find somebody.")
    well_made(amara)
    amara.get_by_role("link", name="Change filters").click()
    amara.get_by_label("Age from").fill("")
    amara.get_by_label("Has email").select_option("Yes")
    runs(amara)
    reads(amara, "Has email: Yes")
    are_chosen(amara, 0)

    amara.get_by_role("link", name="Save", exact=True).click()
    presses(amara, "Save") if not manner.javascript else amara.get_by_role("dialog").get_by_role("button").click()
    expect(amara.get_by_role("alert")).to_contain_text("Type a name")
    well_made(amara)
    amara.get_by_label("Name", exact=True).fill("With an email")
    pick(amara, "Who sees it", "Everybody here who reads reports")
    amara.get_by_role("button", name="Save", exact=True).click()
    reads(amara, "With an email is saved")
    with amara.expect_download() as coming:
        opens_actions(amara).get_by_role("link", name="Download CSV").click()
    coming.value.save_as(tmp_path / "sheet.csv")
    assert re.fullmatch(r"case-load-2[0-9-]{9}\.csv", coming.value.suggested_filename)
    rows = list(csv.DictReader((tmp_path / "sheet.csv").read_text("utf-8-sig").splitlines()))
    reads(amara, f"{len(rows)} patients")
    assert {"Mina Park", "Ana Silva"} <= {row["Patient"] for row in rows}

    goes_to_reports(bea)
    reads(bea, "by Dr Amara Okafor")
    bea.get_by_role("link", name="With an email").click()
    shows(bea, "With an email", "Not counted yet: Run")
    expect(bea.get_by_role("link", name=re.compile("^(Save|Remove|Change filters)$"))).to_have_count(0)
    expect(boxes(bea)).to_have_count(0)
    runs(bea)
    reads(bea, f"{len(rows)} patients · counted today")
    ticks(bea, 0)
    leaves_for(bea, "Next", "page=2")
    are_chosen(bea, 1)
    amara.reload()
    are_chosen(amara, 0)

    opens_actions(amara).get_by_role("link", name="Remove").click()
    expect(amara.get_by_role("heading", name="Remove With an email?")).to_be_visible()
    well_made(amara)
    amara.get_by_role("button", name="Remove").click()
    reads(amara, "The report is removed")
    goes_to_reports(bea)
    expect(bea.get_by_text("With an email")).to_have_count(0)


@crosswise
def test_how_patients_come_to_the_portal(logged_in: Callable[[str], Page], manner: Manner) -> None:
    amara = logged_in("amara")
    begins_a_report(amara)
    amara.get_by_label("Report Type").select_option("Portal Adoption")
    expect(amara.get_by_label("City")).to_be_hidden()
    amara.get_by_label("Practitioner").select_option("Rhys Lindqvist")
    well_made(amara)
    runs(amara)
    shows(amara, "Portal Adoption", "Practitioner: Rhys Lindqvist")
    expect(amara.get_by_role("row")).to_have_count(13)
    expect(boxes(amara)).to_have_count(0)


@crosswise
def test_where_names_are_hidden_nobody_can_be_chosen(logged_in: Callable[[str], Page], manner: Manner) -> None:
    tom = logged_in("tom")
    begins_a_report(tom)
    expect(tom.get_by_label("City")).to_have_count(0)
    runs(tom)
    shows(tom, "Case Load", re.compile("4[0-9]{2} patients"))
    expect(tom.get_by_role("link", name=re.compile("^KT[0-9]{6}$"))).to_have_count(50)
    expect(boxes(tom)).to_have_count(0)
    expect(tom.get_by_text("chosen")).to_have_count(0)
    tom.get_by_role("link", name="Next", exact=True).click()
    reads(tom, "Page 2 of")
