"""A pop-up that is opened as a page of its own, in a new tab or after a reload, is whole there too."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import go_to, reads, toggle_to, well_made

PAGES = Path(__file__).parents[2] / "web" / "pages"


@crosswise
def test_a_reloaded_form_saves_and_leads_back(logged_in: Callable[[str], Page]) -> None:
    mina = logged_in("mina")
    toggle_to(mina, "Mina Park")
    go_to(mina, "Profile")
    own = mina.url
    mina.goto(f"{own}/edit")
    mina.get_by_label("Email", exact=False).first.fill("no address")
    mina.get_by_role("button", name="Save").click()
    expect(mina.get_by_role("alert")).to_contain_text("Type an email address")
    well_made(mina)
    mina.get_by_label("Email", exact=False).first.fill("mina@example.org")
    mina.get_by_role("button", name="Save").click()
    reads(mina, "Your details are saved")
    expect(mina).to_have_url(own)


def test_every_pop_up_that_is_a_page_is_sent_as_one() -> None:
    drawn = {
        path.name: path.read_text() for path in PAGES.rglob("*.html") if '<div class="card narrow"' in path.read_text()
    }
    assert len(drawn) > 15
    assert [
        name for name, page in drawn.items() if not re.search(r'<div class="card narrow" data-hx-ignore>', page)
    ] == []
