"""**Give access** to a guardian of an adult asks why they act for them."""

from db.engine import run
from domain import guardians
from domain.guardians import BASES_FOR_ADULTS, PARENTAL
from tests.cast import someone
from tests.web.conftest import Browser, text

TYPED = {"name": "Theo", "email": "theo@example.com", "level": "Clinical", "role": "View"}


async def given(browser: Browser, whose: str, basis: str = "", guardian: str = "yes") -> tuple[int, str]:
    """What comes of giving access to a portal of somebody's, whom the new person knows as the same."""
    mina = await someone("Mina Park")
    ground = PARENTAL if whose == "Son" else BASES_FOR_ADULTS[0]
    portal = await guardians.open_dependant(mina.session, "Jun Park", whose, ground)
    await browser.log_in(mina)
    assert "Why they act for Jun" in text(await browser.get(f"/portal/{portal}/access/give"))
    typed = {**TYPED, "relationship": whose, "guardian": guardian, "basis": basis}
    answer = await browser.post(f"/portal/{portal}/access/offers", data=typed)
    return answer.status_code, answer.text


async def basis_of_the_offer() -> list[object]:
    return [row["basis"] for row in await run("SELECT basis FROM access WHERE offered")]


async def test_a_guardian_of_an_adult_needs_a_ground(browser: Browser) -> None:
    status, shown = await given(browser, "Father")
    assert (status, 'id="basis-error"' in shown, await basis_of_the_offer()) == (422, True, [])


async def test_a_guardian_of_an_adult_has_the_ground_that_was_chosen(browser: Browser) -> None:
    status, _ = await given(browser, "Father", BASES_FOR_ADULTS[1])
    assert (status, await basis_of_the_offer()) == (200, [BASES_FOR_ADULTS[1]])


async def test_a_guardian_of_a_child_has_parental_responsibility(browser: Browser) -> None:
    status, _ = await given(browser, "Son")
    assert (status, await basis_of_the_offer()) == (200, [PARENTAL])


async def test_who_is_no_guardian_has_no_ground(browser: Browser) -> None:
    status, _ = await given(browser, "Father", BASES_FOR_ADULTS[1], guardian="no")
    assert (status, await basis_of_the_offer()) == (200, [None])
