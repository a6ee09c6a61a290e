"""A link that was wrong, or that is wanted no longer: the practice ends it, and can invite again."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import crosswise
from tests.e2e.journey import email_of, reads, well_made

HARBOUR = "/practice/harbour-street"


@crosswise
def test_a_practice_unlinks_a_portal_and_invites_again(
    logged_in: Callable[[str], Page],
    visitor: Callable[[], Page],
    open_mail: Callable[[Page, str, str], None],
    cast: dict[str, Any],
) -> None:
    amara = logged_in("amara")
    amara.goto(f"{HARBOUR}/patients/{cast['people']['mina']['patient']}")
    reads(amara, "Has a patient portal")
    well_made(amara)
    amara.get_by_role("link", name="Unlink").click()
    expect(amara.get_by_role("heading", name="Unlink the portal of Mina Park?")).to_be_visible()
    reads(amara, "The portal no longer shows anything of Harbour Street Clinic, to anybody.")
    well_made(amara)
    amara.get_by_role("button", name="Unlink").click()
    reads(amara, "Unlinked. The portal shows nothing of yours any more")
    expect(amara.get_by_role("link", name="Unlink")).to_have_count(0)
    well_made(amara)

    mina = visitor()
    open_mail(mina, email_of("mina"), "Something is no longer linked to your portal")
    reads(mina, "Harbour Street Clinic has ended its link to your patient portal.")

    amara.get_by_role("link", name="Invite to the portal").click()
    amara.get_by_label("Confirm email").fill(amara.get_by_label("Email", exact=True).input_value())
    amara.get_by_role("button", name="Invite", exact=True).click()
    reads(amara, "The invitation is on its way to")
