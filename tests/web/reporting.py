"""Reports as the tests of their pages need them."""

from uuid import uuid4

import httpx

from tests.clinic import Clinic
from tests.web.conftest import Browser

HERE = "/practice/harbour-street-clinic/reports"


async def filled_clinic(many: int) -> Clinic:
    """A clinic with so many patients beside its first: Anna00 Weber, Anna01 Weber …, who live in Glebe."""
    clinic = await Clinic.open(None)
    for number in range(many):
        await clinic.admit(
            None, first_name=f"Anna{number:02}", last_name="Weber", email=f"a{number}@example.com", city="Glebe"
        )
    return clinic


async def started(browser: Browser, kind: str = "Case Load", **filters: object) -> str:
    """Runs a new report and gives its address."""
    answer = await browser.post(HERE, data={"type": kind, "row": str(uuid4()), **filters})
    assert answer.status_code == 200
    assert answer.url.path.startswith(f"{HERE}/")
    return answer.url.path


async def saved(browser: Browser, address: str, **typed: object) -> httpx.Response:
    """Saves a report under a name, by default one's own alone."""
    return await browser.post(f"{address}/saving", data={"name": "Spring", "shared": "no", "version": "1", **typed})
