"""A link whose purpose was taken back says so, whoever opens it."""

from db.tables.access import Status
from domain import guardians, requests, tokens
from domain.tokens import Purpose
from settings import Settings
from tests.cast import someone
from tests.domain.sharing import an_offer, ask, decide, leo_of, row_of
from tests.web.conftest import Browser, text

NEW = "new@example.com"
WORDS = "What it was for is no longer open. Log in to see how things stand, or ask whoever sent it."


async def test_an_offer_taken_back(browser: Browser, settings: Settings) -> None:
    mina = await someone("Mina Park")
    leo = await leo_of(mina)
    await guardians.offer(await mina.visit(leo), an_offer(NEW))
    row = await row_of(NEW)
    await decide(mina, row, Status.DISABLED)
    token = tokens.sign(Purpose.ACCESS_OFFER, row["id"], 1, settings.secret_keys)
    answer = await browser.get(f"/access-offers/{token}")
    assert answer.status_code == 410
    assert "This link was taken back" in text(answer)
    assert WORDS in text(answer)


async def test_a_request_withdrawn(browser: Browser, settings: Settings) -> None:
    kim = await someone("Kim Sato")
    await ask(kim, NEW)
    row = await row_of(kim)
    await requests.withdraw(kim.session, row["id"])
    answer = await browser.get(f"/set-up/{tokens.sign(Purpose.SET_UP, row['id'], 1, settings.secret_keys)}")
    assert answer.status_code == 410
    assert WORDS in text(answer)
