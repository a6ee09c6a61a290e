"""What the guardians of a portal read about each other's yes."""

from db.tables.access import Level, Role, Status
from domain import guardians
from tests.cast import Someone, someone
from tests.domain.sharing import an_offer, decide, row_of, two_guardians
from tests.web.conftest import Browser, text


async def submitted(browser: Browser, by: Someone, address: str, version: int, level: str, role: str) -> str:
    await browser.log_in(by)
    typed = {"status": "Current", "level": level, "role": role, "version": str(version)}
    return text(await browser.post(f"{address}/decision", data=typed))


async def test_each_reads_what_the_other_agreed_to(browser: Browser) -> None:
    mina, theo, leo = await two_guardians()
    await guardians.offer(await mina.visit(leo), an_offer("kim@example.com", Level.CLINICAL))
    row = await row_of("kim@example.com")
    await decide(theo, row, Status.CURRENT, Level.ADMINISTRATIVE, Role.VIEW)
    await browser.log_in(theo)
    edit = text(await browser.get(f"/portal/{leo}/access/{row['id']}/edit"))
    assert "Mina Park agreed to Clinical, View; Theo Almeida to Administrative, View." in edit
    assert "Mina Park, Theo Almeida agreed" in text(await browser.get(f"/portal/{leo}/access"))


async def test_a_widening_that_waits_is_not_said_to_be_done(browser: Browser) -> None:
    mina, kim = await someone("Mina Park"), await someone("Kim Sato")
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Son", guardians.PARENTAL)
    theo = await someone("Theo Almeida")
    await guardians.offer(await mina.visit(leo), an_offer(theo.email, guardian=True))
    await guardians.accept_offer(theo.session, (await row_of(theo.email))["id"], 1)
    await guardians.offer(await mina.visit(leo), an_offer(kim.email))
    await decide(theo, await row_of(kim.email), Status.CURRENT)
    await guardians.accept_offer(kim.session, (await row_of(kim.email))["id"], 1)
    row = await row_of(kim.email)
    said = await submitted(browser, mina, f"/portal/{leo}/access/{row['id']}", row["version"], "Clinical", "Edit")
    assert "Noted. Nothing changes for Kim Sato until every guardian says the same" in said
    assert "can now open" not in said
