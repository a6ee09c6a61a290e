"""Login and access, as its article tells it: who works in a practice, what they may see, and how that ends."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    PASSWORD,
    access_button,
    email_of,
    follow_the_link,
    go_to,
    is_not_for_them,
    line,
    log_in,
    log_out,
    pick,
    reads,
    section,
    type_login,
    well_made,
)

OpenMail = Callable[[Page, str, str], None]
HARBOUR_STREET, EASTSIDE = "Harbour Street Clinic", "Eastside Physio"


def open_users(page: Page) -> Locator:
    """Settings > Users, by way of the access button."""
    access_button(page).click()
    page.get_by_role("banner").locator("details[open]").get_by_role("link", name="Users").click()
    expect(page.get_by_role("heading", level=1, name="Users")).to_be_visible()
    well_made(page)
    return section(page, "Who works at")


def ask_new_user(page: Page, name: str, email: str, role_type: str, level: str, *views: str) -> None:
    """**New User**, filled in and saved."""
    page.get_by_role("link", name="New User").click()
    fill_in_new_user(page, name, email, role_type, level, *views)


def fill_in_new_user(page: Page, name: str, email: str, role_type: str, level: str, *views: str) -> None:
    expect(page.get_by_role("heading", name="New User")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a member level")
    well_made(page)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Email").fill(email)
    pick(page, "Role type", role_type)
    pick(page, "Member level", level)
    for practitioner in views:
        page.get_by_role("group", name="Whose information they may view").get_by_label(practitioner).check()
    well_made(page)
    page.get_by_role("button", name="Save").click()
    reads(page, f"We have written to {email}. They can work here once they accept")


def practice_toggle(page: Page) -> Locator:
    return page.get_by_role("banner").locator("summary").nth(-2)


def toggle_to_practice(page: Page, name: str) -> None:
    practice_toggle(page).click()
    page.get_by_role("banner").locator("details[open]").get_by_role("link", name=name).click()
    expect(practice_toggle(page)).to_have_text(name)
    well_made(page)


@crosswise
def test_a_new_user_from_the_mailbox_to_the_last_day(
    visitor: Callable[[], Page], logged_in: Callable[[str], Page], open_mail: OpenMail
) -> None:
    amara = logged_in("amara")
    users = open_users(amara)
    expect(line(users, "Dr Amara Okafor").get_by_role("link", name="Change your password")).to_be_visible()
    ask_new_user(
        amara, "Nell Archer", "nell@example.com", "Administrator", "Clinical Access", "Dr Amara Okafor",
        "Rhys Lindqvist",
    )  # fmt: skip
    expect(line(users, "Nell Archer")).to_contain_text("Pending")
    well_made(amara)

    nell = visitor()
    open_mail(nell, "nell@example.com", "You are asked to join a team in Kith")
    reads(nell, "Dr Amara Okafor (amara@example.com) asks you to work with Harbour Street Clinic")
    follow_the_link(nell)
    expect(nell.get_by_role("heading", level=1, name="Work with Harbour Street Clinic")).to_be_visible()
    nell.get_by_label("Password").fill("short")
    nell.get_by_role("button", name="Accept").click()
    expect(nell.get_by_role("alert")).to_contain_text("Use at least 12 characters")
    well_made(nell)
    nell.get_by_label("Password").fill(PASSWORD)
    nell.get_by_role("button", name="Accept").click()
    reads(nell, "Your login is ready. Log in with nell@example.com")
    type_login(nell, "nell@example.com")
    expect(practice_toggle(nell)).to_have_text(HARBOUR_STREET)

    choose_whom_to_view(nell)
    edit_and_end(amara, nell)


def choose_whom_to_view(nell: Page) -> None:
    """The access button names whose information one views; the open menu, oneself."""
    expect(access_button(nell)).to_have_text("Dr Amara Okafor")
    access_button(nell).click()
    menu = nell.get_by_role("banner").locator("details[open]")
    expect(menu).to_contain_text("You are Nell Archer, viewing the information of Dr Amara Okafor.")
    menu.get_by_role("link", name="Whose information you view").click()
    well_made(nell)
    pick(nell, "Practitioner", "Rhys Lindqvist")
    nell.get_by_role("button", name="View", exact=True).click()
    reads(nell, "You are viewing the information of Rhys Lindqvist")
    expect(access_button(nell)).to_have_text("Rhys Lindqvist")


def edit_and_end(amara: Page, nell: Page) -> None:
    users = open_users(amara)
    expect(line(users, "Nell Archer")).to_contain_text("Active")
    line(users, "Nell Archer").get_by_role("link", name="Edit").click()
    expect(amara.get_by_role("heading", name="Edit Nell Archer")).to_be_visible()
    pick(amara, "Member level", "Personal Access")
    amara.get_by_text("Limits and account owner").click()
    amara.get_by_role("group", name="How much of each area").get_by_label("Invoices").select_option("none")
    amara.get_by_role("group", name="Modules").get_by_label("Invitations").uncheck()
    amara.get_by_label("Hide patient names").check()
    well_made(amara)
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Nell Archer is saved: Administrator, Personal Access")
    expect(line(users, "Nell Archer")).to_contain_text("names hidden · invoices: none · no Invitations")

    nell.reload()
    expect(nell.get_by_role("banner").get_by_role("link", name="Invitations")).to_have_count(0)
    line(users, "Nell Archer").get_by_role("link", name="Deactivate").click()
    expect(amara.get_by_role("heading", name="Deactivate Nell Archer?")).to_be_visible()
    well_made(amara)
    amara.get_by_role("button", name="Deactivate").click()
    reads(amara, "Nell Archer is deactivated and can open nothing here")
    expect(line(users, "Nell Archer")).to_contain_text("Deactivated")
    well_made(amara)
    nell.reload()
    is_not_for_them(nell)

    line(users, "Nell Archer").get_by_role("link", name="Activate").click()
    amara.get_by_role("button", name="Activate").click()
    reads(amara, "Nell Archer can work here again")
    nell.goto("/account")
    expect(practice_toggle(nell)).to_have_text(HARBOUR_STREET)


@crosswise
def test_who_has_a_login_accepts_in_the_notifications_and_has_both(
    logged_in: Callable[[str], Page], open_mail: OpenMail
) -> None:
    amara, mina = logged_in("amara"), logged_in("mina")
    users = open_users(amara)
    ask_new_user(amara, "Mina", email_of("mina"), "Practitioner", "Personal Access")
    open_mail(mina, email_of("mina"), "You are asked to join a team")
    follow_the_link(mina)
    expect(mina.get_by_role("banner").get_by_role("link", name="Notifications, 1 new")).to_be_visible()
    mina.get_by_role("button", name="Accept Harbour Street Clinic").click()
    reads(mina, "You now work with Harbour Street Clinic")
    access_button(mina).click()
    mina.get_by_role("banner").locator("details[open]").get_by_role("link", name="Mina Park").click()
    go_to(mina, "Appointments")
    access_button(mina).click()
    mina.get_by_role("banner").locator("details[open]").get_by_role("link", name=HARBOUR_STREET).click()
    expect(practice_toggle(mina)).to_have_text(HARBOUR_STREET)
    log_out(mina)
    log_in(mina, email_of("mina"))
    expect(mina.get_by_role("heading", name="Where would you like to go?")).to_be_visible()
    mina.get_by_role("main").get_by_role("link", name=HARBOUR_STREET).click()
    expect(practice_toggle(mina)).to_have_text(HARBOUR_STREET)

    ask_new_user(amara, "Zed", email_of("zed"), "Practitioner", "Personal Access")
    line(users, "Zed").get_by_role("button", name="Resend").click()
    reads(amara, "We have written to zed@example.com again")
    zed = logged_in("zed")
    zed.get_by_role("banner").get_by_role("link", name="Notifications, 1 new").click()
    well_made(zed)
    zed.get_by_role("button", name="Decline Harbour Street Clinic").click()
    reads(zed, "You have declined")
    well_made(zed)
    amara.goto(f"{amara.url}/new")  # in a tab of its own
    fill_in_new_user(amara, "Kim", email_of("kim"), "Practitioner", "Personal Access")
    line(users, "Kim").get_by_role("button", name="Cancel").click()
    reads(amara, "The request to join is taken back")
    expect(line(users, "Kim")).to_have_count(0)


@crosswise
def test_several_practices_and_one_toggle(logged_in: Callable[[str], Page]) -> None:
    rhys = logged_in("rhys")
    expect(rhys.get_by_role("heading", name="Where would you like to go?")).to_be_visible()
    rhys.get_by_role("main").get_by_role("link", name=EASTSIDE).click()
    toggle_to_practice(rhys, HARBOUR_STREET)
    users = open_users(rhys)
    expect(line(users, "Dr Amara Okafor")).to_contain_text("account owner")
    expect(rhys.get_by_role("link", name="New User")).to_have_count(0)
    expect(users.get_by_role("link", name="Edit")).to_have_count(0)
    practices = section(rhys, "Your practices")
    expect(practices.get_by_role("link")).to_have_text([EASTSIDE, HARBOUR_STREET])
    practices.get_by_role("link", name=EASTSIDE).click()
    expect(practice_toggle(rhys)).to_have_text(EASTSIDE)
    log_out(rhys)


@crosswise
def test_full_access_is_ended_by_nobody_here(logged_in: Callable[[str], Page]) -> None:
    amara = logged_in("amara")
    users = open_users(amara)
    line(users, "Rhys Lindqvist").get_by_role("link", name="Edit").click()
    pick(amara, "Member level", "Full Access")
    amara.get_by_role("button", name="Save").click()
    reads(amara, "Rhys Lindqvist is saved: Practitioner, Full Access")
    expect(line(users, "Rhys Lindqvist").get_by_role("link", name="Deactivate")).to_have_count(0)
    line(users, "Rhys Lindqvist").get_by_role("link", name="Edit").click()
    reads(amara, "Only the people who run this Kith can give them less")
    expect(amara.get_by_role("radio")).to_have_count(0)
    well_made(amara)
    amara.get_by_role("link", name="Cancel").click()
    line(users, "Dr Amara Okafor").get_by_role("link", name="Edit").click()
    amara.get_by_label("Account owner").uncheck()
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("alert")).to_contain_text("A practice always has an account owner")
    well_made(amara)
