"""Signing up: for one's own health, as a carer, as a practitioner, and with an email that has a login."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import choose, email_of, follow_the_link, has_portals, pick, reads, type_login, well_made

OpenMail = Callable[[Page, str, str], None]
NEW_PASSWORD = "copper kettle morning 7"


def sign_up(page: Page, reason: str, name: str, email: str) -> None:
    page.goto("/")
    well_made(page)
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    pick(page, "What brings you here?", reason)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(email)
    well_made(page)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()


def confirm_and_log_in(page: Page, email: str, open_mail: OpenMail) -> None:
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    well_made(page)
    open_mail(page, email, "Confirm your email")
    follow_the_link(page)
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    reads(page, f"Your account is ready. Log in with {email}")
    type_login(page, email, NEW_PASSWORD)


def test_for_ones_own_health(visitor: Callable[[], Page], open_mail: OpenMail) -> None:
    sam = visitor()
    sam.goto("/sign-up")
    sam.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(sam.get_by_role("alert")).to_contain_text("Type an email address")
    well_made(sam)
    sign_up(sam, "My own health", "Sam Osei", "sam@example.com")
    confirm_and_log_in(sam, "sam@example.com", open_mail)
    has_portals(sam, "Sam Osei you")
    well_made(sam)


@crosswise
def test_with_an_email_that_has_a_login(visitor: Callable[[], Page], open_mail: OpenMail) -> None:
    somebody = visitor()
    sign_up(somebody, "My own health", "Mina Park", email_of("mina"))
    expect(somebody.get_by_role("heading", name="Check your email")).to_be_visible()
    open_mail(somebody, email_of("mina"), "You already have a login")
    follow_the_link(somebody)
    type_login(somebody, email_of("mina"))
    has_portals(somebody, "Mina Park you", "Leo Park son · edit")


@crosswise
def test_as_a_carer(visitor: Callable[[], Page], open_mail: OpenMail) -> None:
    carer = visitor()
    sign_up(carer, "I look after somebody", "Gil Moreau", "gil@example.com")
    confirm_and_log_in(carer, "gil@example.com", open_mail)
    reads(carer, "To see your own health information here, ask your practitioner")
    well_made(carer)
    has_portals(carer)
    choose(carer, "Account", "Access")
    reads(carer, "You have no patient portal of your own. If you are a patient, ask your practitioner to invite you.")


@crosswise
def test_as_a_practitioner(visitor: Callable[[], Page]) -> None:
    practitioner = visitor()
    sign_up(practitioner, "I am a practitioner", "Dr Noor Haddad", "noor@example.com")
    expect(practitioner.get_by_role("heading", name="How a practice starts")).to_be_visible()
    well_made(practitioner)
