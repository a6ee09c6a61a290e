"""Access that ends while somebody is at work with it, and pages that must not outlive their session."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.journey import (
    PEOPLE,
    choose,
    edit_access,
    email_of,
    go_to,
    is_not_for_them,
    log_in,
    log_out,
    portals_of,
    reads,
    section,
    toggle_to,
)


def test_a_form_sent_after_a_revoke_changes_nothing(logged_in: Callable[[str], Page]) -> None:
    mina, jun = logged_in("mina"), logged_in("jun")
    toggle_to(jun, "Mina Park")
    reads(jun, "You are in Mina’s portal")
    go_to(jun, "Access")
    section(jun, "Your access to Mina’s portal").get_by_role("link", name="Leave").click()
    expect(jun.get_by_role("heading", name="Leave Mina’s portal?")).to_be_visible()

    choose(mina, "Account", "Access")
    edit_access(mina, section(mina, PEOPLE), "Jun Park", status="Disabled")
    reads(mina, "Jun Park can no longer open")
    jun.get_by_role("button", name="Leave").click()
    is_not_for_them(jun)
    expect(jun.get_by_role("dialog")).to_have_count(0)
    assert portals_of(jun) == ["Jun Park you"]
    jun.get_by_role("link", name="Go home").click()
    expect(jun.get_by_role("heading", level=1)).not_to_have_text("This page is not here for you")


def test_back_after_logout_shows_nothing(
    launch_browser: Callable[..., Browser], browser_context_args: dict[str, Any]
) -> None:
    """With the cache that browsers keep whole pages in, which Playwright otherwise switches off."""
    browser = launch_browser(ignore_default_args=["--disable-back-forward-cache"])
    mina = browser.new_context(**browser_context_args).new_page()
    log_in(mina, email_of("mina"))
    choose(mina, "Account", "Access")
    reads(mina, "Theo Almeida")
    log_out(mina)
    mina.go_back()
    expect(mina.get_by_role("heading", level=1)).to_have_text("Login")
    expect(mina.locator("body")).not_to_contain_text("Theo Almeida")
    browser.close()
