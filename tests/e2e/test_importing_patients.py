"""A clinic brings its patients in from a file, looks at it first, and reads what became of it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.demo_process import eventually
from tests.e2e.conftest import Manner, crosswise
from tests.e2e.journey import reads, well_made

HEADER = "Id,First,Last,Birthdate,Email,Phone"
GOOD = "\n".join(
    (HEADER, "1,Anna,Weberling,1980-01-02,anna@example.com,", "2,Ben,,1990-05-05,,", "3,Cleo,Weberling,,,")
)


def sends(page: Page, content: bytes, name: str = "patients.csv") -> None:
    page.get_by_label("CSV file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Show what is in it").click()


@crosswise
def test_a_file_is_looked_at_and_brought_in(logged_in: Callable[[str], Page], manner: Manner) -> None:
    bea = logged_in("bea")
    bea.get_by_role("banner").get_by_role("link", name="Patients", exact=True).click()
    bea.get_by_role("link", name="Import").click()
    expect(bea.get_by_role("heading", level=1, name="Import patients")).to_be_visible()
    well_made(bea)
    bea.get_by_role("button", name="Show what is in it").click()
    expect(bea.get_by_role("alert")).to_contain_text("Choose a file")
    sends(bea, GOOD.encode("utf-16"))
    expect(bea.get_by_role("alert")).to_contain_text("This file is in UTF-16. Save it as CSV UTF-8")
    sends(bea, b"Name,Age\nAnna,7\n", "ages.csv")
    expect(bea.get_by_role("alert")).to_contain_text("ages.csv lacks what is needed: First, Last, Birthdate")
    well_made(bea)

    sends(bea, GOOD.encode())
    reads(bea, "3 rows: 2 can be brought in, 1 cannot.")
    expect(bea.get_by_role("row").filter(has_text="Anna Weberling")).to_contain_text("Wed 2 January 1980")
    expect(bea.get_by_role("listitem").filter(has_text="Line 3")).to_contain_text("Last is empty")
    well_made(bea)
    bea.get_by_role("button", name="Import").click()
    expect(bea.get_by_role("heading", level=1, name="Import of patients.csv")).to_be_visible()
    if manner.javascript:
        reads(bea, "2 new, 0 brought up to date, 0 unchanged, 1 refused.")
    else:
        assert eventually(lambda: has_ended(bea), 15)
    well_made(bea)
    bea.get_by_role("link", name="All patients").click()
    bea.get_by_label("Search", exact=True).fill("weberling")
    bea.get_by_role("button", name="Search").click()
    reads(bea, "2 patients")


def has_ended(page: Page) -> bool:
    """By the link, as long as there is one."""
    again = page.get_by_role("link", name="See how far it is")
    if again.count():
        again.click()
    return "2 new, 0 brought up to date, 0 unchanged, 1 refused." in page.inner_text("main")
