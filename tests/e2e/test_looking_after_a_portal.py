"""Acting for somebody: what Edit may change, what View only sees, and what Administrative never does."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import go_to, pick, reads, section, toggle_to, well_made


@crosswise
def test_a_guardian_looks_after_a_child(logged_in: Callable[[str], Page]) -> None:
    mina = logged_in("mina")
    toggle_to(mina, "Leo Park")
    reads(mina, "You are in Leo’s portal")
    well_made(mina)

    go_to(mina, "Appointments")
    section(mina, "Upcoming").get_by_role("link", name="Cancel the appointment").first.click()
    expect(mina.get_by_role("heading", name="Cancel Leo’s appointment?")).to_be_visible()
    well_made(mina)
    mina.get_by_role("button", name="Cancel appointment").click()
    reads(mina, "is cancelled")
    expect(section(mina, "Upcoming").get_by_role("link", name="Cancel the appointment")).to_have_count(1)

    go_to(mina, "Records")
    mina.get_by_role("link", name="Add", exact=True).click()
    mina.get_by_role("button", name="Add").click()
    expect(mina.get_by_role("alert")).to_be_visible()
    well_made(mina)
    pick(mina, "Kind", "Allergy")
    mina.get_by_label("What it is").fill("Cashews")
    mina.get_by_role("button", name="Add").click()
    reads(mina, "Added to Leo’s records")
    allergies = section(mina, "Allergies")
    expect(allergies).to_contain_text("Cashews")
    expect(allergies.get_by_role("link", name="Remove Peanut protein")).to_have_count(0)
    allergies.get_by_role("link", name="Remove Cashews").click()
    expect(mina.get_by_role("heading", name="Remove from Leo’s records?")).to_be_visible()
    well_made(mina)
    mina.get_by_role("button", name="Remove").click()
    reads(mina, "Removed from Leo’s records")
    expect(allergies).not_to_contain_text("Cashews")

    go_to(mina, "Profile")
    section(mina, "Personal details").get_by_role("link", name="Edit").click()
    mina.get_by_label("Phone", exact=False).first.fill("0491 570 006")
    well_made(mina)
    mina.get_by_role("button", name="Save").click()
    reads(mina, "Leo’s details are saved")
    expect(section(mina, "Personal details")).to_contain_text("0491 570 006")

    go_to(mina, "Funding")
    section(mina, "Medicare and health fund").get_by_role("link", name="Edit").click()
    mina.get_by_label("Medicare number").fill("2123 45671 1")
    mina.get_by_role("button", name="Save").click()
    expect(mina.get_by_role("alert")).to_contain_text("Medicare")
    well_made(mina)
    mina.get_by_label("Medicare number").fill("2123 45670 1")
    mina.get_by_role("button", name="Save").click()
    reads(mina, "Leo’s funding is saved")
    go_to(mina, "Invoices")


@crosswise
def test_view_changes_nothing(logged_in: Callable[[str], Page], cast: dict[str, Any]) -> None:
    kim = logged_in("kim")
    reads(kim, "You are in Jun’s portal")
    go_to(kim, "Appointments")
    expect(section(kim, "Upcoming").get_by_role("listitem").first).to_be_visible()
    expect(kim.get_by_role("link", name="Cancel the appointment")).to_have_count(0)
    go_to(kim, "Records")
    expect(section(kim, "Allergies")).to_be_visible()
    expect(kim.get_by_role("link", name="Add", exact=True)).to_have_count(0)
    go_to(kim, "Profile")
    expect(kim.get_by_role("main").get_by_role("link", name="Edit")).to_have_count(0)
    kim.goto(f"/portal/{cast['people']['jun']['portal']}/records/add")
    reads(kim, "Your access does not include this")
    well_made(kim)


@crosswise
def test_administrative_shows_no_clinical_records(logged_in: Callable[[str], Page], cast: dict[str, Any]) -> None:
    jun = logged_in("jun")
    toggle_to(jun, "Mina Park")
    reads(jun, "You are in Mina’s portal")
    places = jun.get_by_role("navigation", name="Mina’s portal").get_by_role("link")
    expect(places).to_have_text(["Home", "Appointments", "Invoices", "Access"])
    go_to(jun, "Appointments")
    expect(section(jun, "Upcoming").get_by_role("link", name="Cancel the appointment").first).to_be_visible()
    expect(jun.get_by_role("main")).not_to_contain_text("low mood")
    for place in ("records", "profile", "funding"):
        jun.goto(f"/portal/{cast['people']['mina']['portal']}/{place}")
        reads(jun, "Your access does not include this")
