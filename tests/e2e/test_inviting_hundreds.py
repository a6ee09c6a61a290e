"""Send a bulk patient portal invitation, as its article tells it: from Case Load to what became of each patient, with
the two minutes in which all of it can still be cancelled."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.demo_process import eventually
from tests.e2e.conftest import Manner
from tests.e2e.journey import PASSWORD, email_of, follow_the_link, pick, reads, section, type_login, well_made
from tests.e2e.test_inviting_a_patient import HARBOUR, INVITED, OpenMail, is_invited, type_birth_date
from tests.e2e.test_updating_many_patients import runs_a_case_load

ALL = 412
FAMILYS = "An invitation for your family"
KINDS = {INVITED, "An invitation for a child you look after", FAMILYS}


def opens_the_action(page: Page) -> None:
    page.get_by_role("main").locator("summary").filter(has_text="Actions").click()
    page.get_by_role("main").locator("details[open]").get_by_role("button", name="Invite to patient portal").click()
    expect(page.get_by_role("heading", name="Invite to patient portal")).to_be_visible()
    well_made(page)


def all_are_chosen(page: Page) -> None:
    """In a Case Load of everybody tagged for the portal's launch."""
    runs_a_case_load(page, Tag="Portal launch")
    reads(page, "Page 1 of 9")
    page.get_by_role("button", name=f"Choose all {ALL}").click()
    reads(page, f"{ALL} chosen")


def preview(page: Page) -> Locator:
    return page.get_by_role("table", name="What will happen")


def foreseen(page: Page) -> dict[str, int]:
    """How many there are of each outcome, in the preview."""
    expect(preview(page)).to_be_visible()
    rows = preview(page).locator("tbody tr").all()
    cells = [[cell.inner_text() for cell in row.locator("td").all()] for row in rows]
    return {words.partition("\n")[0]: int(many) for words, many in cells}


def presses(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def is_inviting(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name=f"Inviting {ALL} patients")).to_be_visible()
    expect(page).to_have_url(re.compile("/bulk-invitations/[0-9a-f-]{36}$"))


def outcomes(page: Page) -> dict[str, int]:
    """How many there are of each outcome, on the page of a bulk invitation."""
    links = page.get_by_role("navigation", name="Outcomes").get_by_role("link").all_inner_texts()
    return {words: int(many) for words, _, many in (link.rpartition(" ") for link in links)}


def add_up(found: dict[str, int], **known: int) -> None:
    assert sum(found.values()) - found["All"] == found["All"] == ALL
    assert {name: found.get(name.replace("_", " ")) for name in known} == known


def invitations(qa: httpx.Client) -> list[dict[str, Any]]:
    return [mail for mail in qa.get("/qa/mailbox.json").json() if mail["subject"] in KINDS]


def opens(qa: httpx.Client, link: str) -> int:
    """How a link is answered. The site keeps it in a cookie, which no script sends back without https."""
    answer = qa.get(link)
    kept = "; ".join(cookie.partition(";")[0] for cookie in answer.headers.get_list("set-cookie"))
    opened: int = qa.get(answer.headers["location"], headers={"Cookie": kept}).status_code
    return opened


def test_hundreds_are_chosen_looked_at_and_cancelled(
    logged_in: Callable[[str], Page], qa: httpx.Client, time_passes: Callable[[str], None]
) -> None:
    amara = logged_in("amara")
    runs_a_case_load(amara, Tag="Portal launch")
    opens_the_action(amara)
    reads(amara, "Nobody is chosen. Tick patients in the results of the report, then choose the action again.")
    amara.get_by_role("link", name="Close").click()
    presses(amara, f"Choose all {ALL}")
    reads(amara, f"{ALL} chosen")
    opens_the_action(amara)
    found = foreseen(amara)
    assert sum(found.values()) == ALL
    assert found["No email"] == found["Email linked to staff"] == found["Invitation pending"] == 1
    reads(amara, re.compile("1 of them to a family with one address"))

    amara.get_by_label("Message").fill("Dear [Patient First Name], you see [Patient Shoe Size]")
    presses(amara, f"Invite {found['Will be invited']}")
    expect(amara.get_by_role("alert")).to_contain_text("There is no term [Patient Shoe Size]")
    well_made(amara)
    amara.get_by_label("Message").fill("Dear [Patient First Name], you see [Practitioner Name].")
    presses(amara, "Preview")
    letter = amara.get_by_role("region", name=re.compile("^What .* will read$"))
    expect(letter).to_contain_text("“Dear ")
    expect(letter).not_to_contain_text("[")
    well_made(amara)
    presses(amara, f"Invite {found['Will be invited']}")

    is_inviting(amara)
    reads(amara, re.compile("Nothing goes out before [0-9]{1,2}:[0-9]{2}"))
    add_up(outcomes(amara), Waiting=found["Will be invited"], No_email=1)
    well_made(amara)
    presses(amara, "Cancel all")
    reads(amara, f"{found['Will be invited']} invitations are cancelled")
    add_up(outcomes(amara), Cancelled=found["Will be invited"], No_email=1)
    expect(amara.get_by_role("button", name="Cancel all")).to_have_count(0)
    well_made(amara)
    amara.get_by_role("link", name="Email linked to staff 1").click()
    expect(amara.get_by_role("table").locator("tbody tr")).to_have_count(1)
    amara.get_by_role("link", name="All bulk invitations").click()
    expect(section(amara, "Bulk invitations")).to_contain_text(f"{ALL} patients, by Dr Amara Okafor")
    well_made(amara)
    time_passes("PT3M")
    assert invitations(qa) == []


def nadias_email_becomes(page: Page, cast: dict[str, Any], email: str) -> None:
    page.goto(f"{HARBOUR}/patients/{cast['people']['nadia']['patient']}/edit")
    page.get_by_label("Email (optional)", exact=True).fill(email)
    presses(page, "Save")
    reads(page, email)


def test_hundreds_are_invited_and_each_is_accounted_for(
    logged_in: Callable[[str], Page], visitor: Callable[[], Page], qa: httpx.Client, manner: Manner,
    time_passes: Callable[[str], None], open_mail: OpenMail, cast: dict[str, Any], tmp_path: Path,
) -> None:  # fmt: skip
    amara, nadia = logged_in("amara"), visitor()
    nadias_email_becomes(amara, cast, email_of("priya"))
    all_are_chosen(amara)
    opens_the_action(amara)
    invited = foreseen(amara)["Will be invited"]
    amara.get_by_label("Message").fill("Dear [Patient First Name], welcome.")
    presses(amara, f"Invite {invited}")
    is_inviting(amara)
    time_passes("PT2M")
    goes_on_to_the_end(amara, manner)
    found = outcomes(amara)
    add_up(found, Sent=invited - 1, Failed=1)
    well_made(amara)

    mails = invitations(qa)
    assert len({mail["to"][0] for mail in mails}) == len(mails)
    assert {opens(qa, mail["links"][0]) for mail in mails} == {200}
    families = [mail for mail in mails if mail["subject"] == FAMILYS]
    assert len(mails) - len(families) + 3 * len(families) == invited - 1, "Ana, Beto and Caro have one mail"

    amara.get_by_role("link", name="Failed 1").click()
    row = amara.get_by_role("row").filter(has_text="Nadia Rahman")
    expect(row).to_contain_text("There is no such mailbox")
    well_made(amara)
    back = amara.url
    nadias_email_becomes(amara, cast, email_of("nadia"))
    amara.goto(back)
    presses(amara, "Try again (1 failed)")
    reads(amara, "One patient is invited again")
    goes_on_to_the_end(amara, manner)
    add_up(outcomes(amara), Sent=invited)

    open_mail(nadia, email_of("nadia"), INVITED)
    reads(nadia, "“Dear Nadia, welcome.”")
    follow_the_link(nadia)
    is_invited(nadia)
    pick(nadia, "Whom is this about?", "This is about me")
    type_birth_date(nadia, cast["people"]["nadia"]["birth_date"])
    nadia.get_by_label("Your name").fill("Nadia Rahman")
    nadia.get_by_label("Password", exact=True).fill(PASSWORD)
    presses(nadia, "Accept and set up")
    type_login(nadia, email_of("nadia"))
    expect(nadia.get_by_role("heading", level=1, name="Hello, Nadia")).to_be_visible()

    with amara.expect_download() as file:
        amara.get_by_role("link", name="Download CSV").click()
    file.value.save_as(tmp_path / "sheet.csv")
    lines = list(csv.DictReader((tmp_path / "sheet.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(lines) == ALL
    assert sum(line["Outcome"] == "Sent" for line in lines) == invited


def goes_on_to_the_end(page: Page, manner: Manner) -> None:
    """The page moves by itself or, without JavaScript, when one asks how far it is."""
    if not manner.javascript:
        assert eventually(lambda: is_done(page), 60)
    expect(section(page, "Progress")).to_contain_text("Done:", timeout=60_000)
    expect(page.get_by_role("navigation", name="Outcomes")).not_to_contain_text("Waiting")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\d+ of 412 invited"))


def is_done(page: Page) -> bool:
    """Looked at anew, where it is not."""
    if "Done:" in section(page, "Progress").inner_text():
        return True
    page.get_by_role("link", name="Refresh").click()
    return False
