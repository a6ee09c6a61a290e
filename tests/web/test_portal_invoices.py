from datetime import date
from uuid import uuid4

import pytest

from tests.cast import someone
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import child_of, household, standing_as


async def test_each_stands_with_its_money_and_days(browser: Browser) -> None:
    home = await household()
    await home.clinic.bill(1003, "1131.50", due_on=date(2026, 11, 19))
    await home.clinic.bill(1002, "165.00", paid="165.00", due_on=date(2026, 9, 25))
    await browser.log_in(home.mina)
    page = await browser.get(f"{home.base}/invoices")
    said, clinic = text(page), "Harbour Street Clinic"
    assert f"Invoice 1004 {clinic} Thu 12 November 2026 Thu 26 November 2026 $89.50 $49.50 Owing" in said
    assert f"Invoice 1003 {clinic} Thu 5 November 2026 Thu 19 November 2026 $1,131.50 $1,131.50 Overdue" in said
    assert f"Invoice 1002 {clinic} Fri 11 September 2026 Fri 25 September 2026 $165.00 $0.00 Paid" in said
    assert page.text.count('data-label="Due"') == 3


async def test_an_empty_page_says_so(browser: Browser) -> None:
    zed = await someone("Zed Novak")
    await browser.log_in(zed)
    assert "Nothing billed." in text(await browser.get(f"/portal/{zed.portal}/invoices"))


async def test_fifty_on_a_page(browser: Browser) -> None:
    home = await household()
    for number in range(50):
        await home.clinic.bill(number + 1, "1.00", paid="1.00", due_on=date(2026, 1, 1))
    await browser.log_in(home.mina)
    pages = [await browser.get(f"{home.base}/invoices?page={number}") for number in (1, 2, 3)]
    assert [page.text.count('data-label="Due"') for page in pages] == [50, 1, 0]
    assert ["?page=2" in page.text for page in pages] == [True, False, True]


async def test_one_with_its_lines(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    said = text(await browser.get(f"{home.base}/invoices/{home.invoice}"))
    assert "Canary service 1 $80.00 Canary service 2 $9.50 Total $89.50 Paid $40.00 Owing $49.50" in said
    assert "call Harbour Street Clinic on 02 5550 1234" in said


@pytest.mark.parametrize("standing", ["administrative edit", "administrative view"])
async def test_administrative_reads_the_lines_for_others(browser: Browser, standing: str) -> None:
    home = await household()
    await browser.log_in(await standing_as(standing, home.mina))
    page = await browser.get(f"{home.base}/invoices/{home.invoice}")
    assert "Service 1 $80.00 Service 2 $9.50" in text(page)
    assert "Canary" not in page.text


async def test_another_portals_invoice_is_not_found(browser: Browser) -> None:
    home = await household()
    leo = await child_of(home.mina)
    await browser.log_in(home.mina)
    assert (await browser.get(f"/portal/{leo}/invoices/{home.invoice}")).status_code == 404
    assert (await browser.get(f"{home.base}/invoices/{uuid4()}")).status_code == 404
    assert (await browser.get(f"{home.base}/invoices/1004")).status_code == 404
