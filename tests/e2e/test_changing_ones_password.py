"""Changing one's own password, which logs every other browser out."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import PASSWORD, choose, email_of, has_portals, log_out, reads, type_login, well_made

NEW_PASSWORD = "copper kettle morning 7"


def change(page: Page, password: str, new_password: str) -> None:
    page.get_by_label("Your password now").fill(password)
    page.get_by_label("New password").fill(new_password)
    page.get_by_role("button", name="Change password").click()


@crosswise
def test_it_changes_here_and_logs_out_elsewhere(logged_in: Callable[[str], Page]) -> None:
    phone, desk = logged_in("zed"), logged_in("zed")
    choose(desk, "Account", "Security")
    change(desk, "not the password", NEW_PASSWORD)
    expect(desk.get_by_role("alert")).to_contain_text("This is not your password")
    well_made(desk)
    change(desk, PASSWORD, NEW_PASSWORD)
    reads(desk, "Your password is changed. You are logged out everywhere else")
    well_made(desk)

    phone.goto("/account/security")
    expect(phone.get_by_role("heading", level=1, name="Login", exact=True)).to_be_visible()
    log_out(desk)
    type_login(desk, email_of("zed"))
    expect(desk.get_by_role("alert")).to_contain_text("The email or the password is not right")
    type_login(desk, email_of("zed"), NEW_PASSWORD)
    has_portals(desk, "Zed Novak you")
