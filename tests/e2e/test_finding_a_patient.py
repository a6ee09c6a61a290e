"""A clinic finds a patient, reads their profile and changes what it has written down of them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Manner, crosswise
from tests.e2e.journey import is_not_for_them, line, reads, section, well_made


def opens_patients(page: Page) -> None:
    page.get_by_role("banner").get_by_role("link", name="Patients", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Patients", exact=True)).to_be_visible()
    well_made(page)


def searches(page: Page, manner: Manner, words: str) -> None:
    """With JavaScript it is enough to type."""
    page.get_by_label("Search", exact=True).fill(words)
    if not manner.javascript:
        page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(re.escape(f"?q={quote_plus(words)}")))


def filters(page: Page, manner: Manner, label: str, choice: str) -> None:
    picked = page.get_by_label(label, exact=True)
    if not picked.is_visible():
        page.locator("summary").filter(has_text="Filter").click()
    picked.select_option(choice)
    if not manner.javascript:
        page.get_by_role("button", name="Search").click()


def profile_of(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_visible()
    well_made(page)


@crosswise
def test_searching_filtering_paging_and_changing(
    logged_in: Callable[[str], Page], manner: Manner, cast: dict[str, Any]
) -> None:
    amara = logged_in("amara")
    opens_patients(amara)
    expect(amara.get_by_role("row")).to_have_count(51)
    amara.get_by_role("link", name="Next").click()
    expect(amara.get_by_role("heading", level=1, name="Patients, page 2")).to_be_visible()
    amara.get_by_role("link", name="Previous").click()

    searches(amara, manner, "mina p")
    expect(amara.get_by_role("row")).to_have_count(2)
    searches(amara, manner, "silva")
    reads(amara, re.compile(r"[3-9] patients"))
    filters(amara, manner, "Portal", "Has a portal")
    reads(amara, "Nobody is found")
    well_made(amara)
    searches(amara, manner, "park")
    filters(amara, manner, "Practitioner", "Rhys Lindqvist")
    expect(amara.get_by_role("link", name="Jun Park", exact=True)).to_be_visible()
    expect(amara.get_by_role("link", name="Mina Park", exact=True)).to_have_count(0)
    amara.reload()
    expect(amara.get_by_label("Practitioner", exact=True)).to_contain_text("Rhys Lindqvist")
    expect(amara.get_by_role("link", name="Jun Park", exact=True)).to_be_visible()
    filters(amara, manner, "Practitioner", "Everyone")

    profile_of(amara, "Mina Park")
    expect(section(amara, "Details")).to_contain_text("Dr Amara Okafor")
    expect(section(amara, "Appointments")).to_contain_text("Reason:")
    expect(line(section(amara, "Invoices"), "1001")).to_contain_text("Dr Amara Okafor")
    section(amara, "Details").get_by_role("link", name="Edit").click()
    expect(amara.get_by_role("heading", name="Edit patient")).to_be_visible()
    well_made(amara)
    amara.get_by_label("Phone (optional)", exact=True).fill("call me")
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert")).to_contain_text("Type a phone number")
    well_made(amara)
    amara.get_by_label("Phone (optional)", exact=True).fill("0491 570 006")
    amara.get_by_label("Practitioner", exact=True).select_option("Rhys Lindqvist")
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Saved")
    expect(section(amara, "Details")).to_contain_text("0491 570 006")
    expect(section(amara, "Details")).to_contain_text("Rhys Lindqvist")
    well_made(amara)

    mina = logged_in("mina")
    mina.goto(f"/portal/{cast['people']['mina']['portal']}/profile")
    reads(mina, "0491 570 156")


@crosswise
def test_somebody_new(logged_in: Callable[[str], Page], manner: Manner) -> None:
    amara = logged_in("amara")
    opens_patients(amara)
    amara.get_by_role("link", name="New Patient").click()
    expect(amara.get_by_role("heading", name="New Patient")).to_be_visible()
    amara.get_by_label("Family name (optional)", exact=True).fill("Haddad")
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert")).to_contain_text("Type the first name")
    well_made(amara)
    amara.get_by_label("First name", exact=True).fill("Nour")
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Nour Haddad is added")
    expect(amara.get_by_role("heading", level=1, name="Nour Haddad")).to_be_visible()
    opens_patients(amara)
    searches(amara, manner, "hadd")
    expect(amara.get_by_role("link", name="Nour Haddad")).to_be_visible()


@crosswise
def test_a_practitioner_is_kept_from_one_patient(logged_in: Callable[[str], Page], manner: Manner) -> None:
    amara, rhys = logged_in("amara"), logged_in("rhys")
    rhys.goto("/practice/harbour-street/patients")
    searches(rhys, manner, "jun")
    profile_of(rhys, "Jun Park")
    amara.goto("/practice/harbour-street/patients?q=jun+park")
    profile_of(amara, "Jun Park")
    kept = section(amara, "Practitioners who cannot see this patient")
    kept.get_by_label("Revoke from this patient").select_option("Rhys Lindqvist")
    kept.get_by_role("button", name="Revoke").click()
    reads(amara, "They no longer find this patient")
    well_made(amara)

    rhys.reload()
    is_not_for_them(rhys)
    rhys.goto("/practice/harbour-street/patients?q=jun+park")
    reads(rhys, "Nobody is found")

    kept.get_by_role("button", name="Give back to Rhys Lindqvist").click()
    reads(amara, "They find this patient again")
    rhys.reload()
    expect(rhys.get_by_role("link", name="Jun Park", exact=True)).to_be_visible()


@crosswise
def test_hidden_names_stay_hidden(logged_in: Callable[[str], Page], manner: Manner) -> None:
    tom = logged_in("tom")
    opens_patients(tom)
    code = tom.get_by_role("link", name=re.compile("^KT[0-9]{6}$")).first.inner_text()
    for words in ("mina", "park", "mina@example.com"):
        searches(tom, manner, words)
        reads(tom, "You see codes in place of names, so search by code.")
    searches(tom, manner, code)
    profile_of(tom, code)
    reads(tom, "Names and contact are hidden from you")


@crosswise
def test_the_places_of_a_practice_stand_in_one_line(logged_in: Callable[[str], Page]) -> None:
    amara = logged_in("amara")
    for current in ("Home", "Patients", "Invitations", "Reports", "Settings"):
        places = amara.get_by_role("navigation", name="Harbour Street Clinic")
        places.get_by_role("link", name=current).click()
        expect(places.locator("[aria-current]")).to_have_text(current)
        boxes = [box for link in places.get_by_role("link").all() if (box := link.bounding_box())]
        assert len({box["y"] for box in boxes}) == 1, boxes
        assert all(box["height"] >= 44 for box in boxes), boxes
