"""A request waits for 14 days; then nobody has said yes, and its link opens nothing."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import (
    ASKED,
    PATIENTS,
    PEOPLE,
    add_patient,
    choose,
    edit_access,
    email_of,
    follow_the_link,
    line,
    log_in,
    reads,
    section,
)

OpenMail = Callable[[Page, str, str], None]


@crosswise
def test_after_14_days_it_is_over(
    visitor: Callable[[], Page],
    logged_in: Callable[[str], Page],
    open_mail: OpenMail,
    time_passes: Callable[[str], None],
) -> None:
    mina, theo = logged_in("mina"), logged_in("theo")
    choose(mina, "Account", "Access")
    section(mina, PATIENTS).get_by_role("link", name="Add Patient").click()
    add_patient(mina, "Noa Park", relationship="Sister", email="noa@example.com")
    reads(mina, "We have written to noa@example.com")
    edit_access(mina, section(mina, PEOPLE), "Theo Almeida", status="Disabled")
    reads(mina, "Theo Almeida cannot open")
    choose(theo, "Account", "Access")
    expect(line(section(theo, PATIENTS), "Mina Park")).to_contain_text("Pending")

    noa = visitor()
    open_mail(noa, "noa@example.com", ASKED)
    time_passes("P14D")
    follow_the_link(noa)
    expect(noa.get_by_role("heading", level=1, name="This link has expired", exact=True)).to_be_visible()
    mina.reload()
    expect(mina.get_by_role("heading", level=1, name="Login", exact=True)).to_be_visible()
    log_in(mina, email_of("mina"))
    choose(mina, "Account", "Access")
    expect(line(section(mina, PATIENTS), "Noa Park")).to_contain_text("Disabled")
    log_in(theo, email_of("theo"))
    choose(theo, "Account", "Access")
    expect(line(section(theo, PATIENTS), "Mina Park")).to_contain_text("Disabled")
