"""The QA room by hand: the cast, the mailbox, the clock and the first day over again."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import PASSWORD, email_of, log_in, reads, section, well_made


@crosswise
def test_everything_is_on_one_page(visitor: Callable[[], Page], open_mail: Callable[[Page, str, str], None]) -> None:
    tester = visitor()
    tester.goto("/")
    tester.get_by_role("link", name="QA room").click()
    expect(tester.get_by_role("heading", level=1, name="QA room")).to_be_visible()
    expect(section(tester, "The cast")).to_contain_text(PASSWORD)
    well_made(tester)
    tester.get_by_label("Move it on by").fill("a while")
    tester.get_by_role("button", name="Move the clock").click()
    expect(tester.get_by_role("alert")).to_contain_text("Type a duration like P14D")
    well_made(tester)
    tester.get_by_label("Move it on by").fill("P14D")
    tester.get_by_role("button", name="Move the clock").click()
    expect(section(tester, "Clock")).to_contain_text("moved by 14 days")

    tester.goto("/forgot-password")
    tester.get_by_label("Email").fill(email_of("mina"))
    tester.get_by_role("button", name="Send the link").click()
    reads(tester, "Check your email")
    open_mail(tester, email_of("mina"), "Choose a new password")
    tester.get_by_role("link", name="Mailbox").click()
    expect(tester.get_by_role("link", name="Choose a new password")).to_be_visible()
    well_made(tester)

    log_in(tester, email_of("zed"))
    tester.goto("/qa")
    tester.get_by_role("button", name="Start again").click()
    reads(tester, "Everything is as on the first day")
    expect(section(tester, "Clock")).not_to_contain_text("moved by")
    expect(tester.get_by_role("banner").get_by_text("Zed Novak")).to_have_count(0)
    tester.get_by_role("link", name="Open the mailbox").click()
    reads(tester, "Nothing yet")
