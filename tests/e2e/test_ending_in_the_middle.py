"""Access that ends while somebody is at work with it, and pages that must not outlive their session."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    PEOPLE,
    choose,
    edit_access,
    email_of,
    go_to,
    has_portals,
    is_not_for_them,
    log_in,
    log_out,
    pick,
    reads,
    section,
    toggle_to,
)


@crosswise
def test_a_form_sent_after_a_revoke_changes_nothing(logged_in: Callable[[str], Page]) -> None:
    mina, theo = logged_in("mina"), logged_in("theo")
    choose(mina, "Account", "Access")
    edit_access(mina, section(mina, PEOPLE), "Theo Almeida", status="Current", role="Edit")
    reads(mina, "Theo Almeida can now open")
    theo.reload()
    toggle_to(theo, "Mina Park")
    go_to(theo, "Records")
    theo.get_by_role("link", name="Add", exact=True).click()
    pick(theo, "Kind", "Allergy")
    theo.get_by_label("What it is").fill("Cashews")

    edit_access(mina, section(mina, PEOPLE), "Theo Almeida", status="Disabled")
    reads(mina, "Theo Almeida can no longer open")
    theo.get_by_role("button", name="Add").click()
    is_not_for_them(theo)
    expect(theo.get_by_role("dialog")).to_have_count(0)
    has_portals(theo, "Theo Almeida you")
    theo.get_by_role("link", name="Go home").click()
    reads(theo, "Hello, Theo")

    toggle_to(mina, "Mina Park")
    go_to(mina, "Records")
    expect(section(mina, "Allergies")).to_contain_text("Penicillin")
    expect(mina.get_by_role("main")).not_to_contain_text("Cashews")


@crosswise
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
    expect(mina.get_by_role("heading", level=1, name="Login", exact=True)).to_be_visible()
    expect(mina.locator("body")).not_to_contain_text("Theo Almeida")
    browser.close()
