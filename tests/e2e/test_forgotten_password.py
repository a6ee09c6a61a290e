"""A password that is forgotten, and set anew by a mailed link."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import email_of, follow_the_link, has_portals, reads, type_login, well_made

OpenMail = Callable[[Page, str, str], None]
NEW_PASSWORD = "copper kettle morning 7"


@crosswise
def test_a_new_password_by_mail(
    visitor: Callable[[], Page], logged_in: Callable[[str], Page], open_mail: OpenMail
) -> None:
    elsewhere = logged_in("mina")
    mina = visitor()
    mina.goto("/login")
    type_login(mina, email_of("mina"), "not the password")
    expect(mina.get_by_role("alert")).to_contain_text("The email or the password is not right")
    well_made(mina)
    mina.get_by_role("link", name="Forgotten your password?").click()
    mina.get_by_label("Email").fill(email_of("mina"))
    well_made(mina)
    mina.get_by_role("button", name="Send the link").click()
    reads(mina, "It works for 1 hour")

    open_mail(mina, email_of("mina"), "Choose a new password")
    mail = mina.url
    follow_the_link(mina)
    mina.get_by_label("New password").fill("password1234")
    mina.get_by_role("button", name="Change password").click()
    expect(mina.get_by_role("alert")).to_contain_text("easy to guess")
    well_made(mina)
    mina.get_by_label("New password").fill(NEW_PASSWORD)
    mina.get_by_role("button", name="Change password").click()
    reads(mina, "Your password is changed. Log in with the new one")
    type_login(mina, email_of("mina"))
    expect(mina.get_by_role("alert")).to_contain_text("The email or the password is not right")
    type_login(mina, email_of("mina"), NEW_PASSWORD)
    has_portals(mina, "Mina Park you", "Leo Park son · edit")

    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", level=1, name="Login", exact=True)).to_be_visible()
    open_mail(mina, email_of("mina"), "Your password was changed")
    reads(mina, "If it was not you, choose a new password now")
    follow_the_link(mina)
    expect(mina.get_by_role("button", name="Send the link")).to_be_visible()
    mina.goto(mail)
    follow_the_link(mina)
    expect(mina.get_by_role("heading", level=1, name="This link has been used", exact=True)).to_be_visible()
    well_made(mina)
