"""A page asks the database a fixed number of times, however many people, portals and lines it shows."""

import pytest

from db.engine import counting, run
from domain import guardians
from tests.cast import Someone, someone
from tests.clinic import let_in, write
from tests.web.conftest import Browser
from tests.web.portal_of_mina import STANDINGS, Household, household

MOST, FEW, MANY = 6, 2, 40
CLINICAL_VIEW = STANDINGS["clinical view"]


async def _fill(home: Household, theo: Someone, numbers: range) -> None:
    """For each number one more who opens Mina's portal, a portal that she and one that Theo opens, and a line on the
    invoice."""
    for number in numbers:
        await let_in(await someone(f"Guest{number} Park", portal=False), home.mina, *CLINICAL_VIEW)
        await run("DELETE FROM attempt")  # so many in one day would be too many
        for who in (home.mina, theo):
            await guardians.open_dependant(who.session, f"Child{number} Park", "Child", guardians.PARENTAL)
        await write(
            "invoice_line", invoice=home.invoice, position=10 + number, description="Canary",
            description_for_others=f"Service {number}", amount="1.00",
        )  # fmt: skip


@pytest.mark.parametrize("who", ["controller", "other"])
async def test_as_often_for_forty_rows_as_for_two(browser: Browser, who: str) -> None:
    home = await household()
    theo = await someone("Theo Almeida")
    await let_in(theo, home.mina, *CLINICAL_VIEW)
    await browser.log_in(home.mina if who == "controller" else theo)
    asked: dict[str, list[int]] = {}
    shown: dict[str, list[int]] = {}
    for numbers in (range(FEW), range(FEW, MANY)):
        await _fill(home, theo, numbers)
        for path in ("/account", "/account/access", f"{home.base}/access", f"{home.base}/invoices/{home.invoice}"):
            with counting() as statements:
                page = await browser.get(path)
            assert page.status_code == 200, path
            asked.setdefault(path, []).append(len(statements))
            shown.setdefault(path, []).append(page.text.count("<tr") + page.text.count("<li"))
    for path, (few, many) in asked.items():
        assert few == many <= MOST, (path, few, many)
        assert shown[path][1] >= shown[path][0] + MANY - FEW, path
