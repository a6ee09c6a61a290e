"""The pages of reports: who comes to which, New Report, saving and sharing, the file, and what is wrong with what was
sent. Choosing has its own file."""

import csv
import io
import re
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from db.engine import run
from domain import clock
from domain.dates import long_date
from tests.clinic import Clinic
from tests.web.conftest import Browser, text
from tests.web.reporting import HERE, filled_clinic, saved, started

NOBODYS = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await filled_clinic(60)


@pytest.fixture
async def amara(browser: Browser, clinic: Clinic) -> Browser:
    await browser.log_in(await clinic.hire("Amara Okafor"))
    return browser


async def test_the_way_of_the_article(amara: Browser) -> None:
    """S4.5: Reports > Patient > New Report."""
    home = await amara.get("/practice/harbour-street-clinic/")
    assert f'href="{HERE}"' in home.text
    reports = await amara.get(HERE)
    assert f'href="{HERE}/patient" aria-current="page">Patient<' in reports.text
    assert f'href="{HERE}/new">New Report<' in (await amara.get(f"{HERE}/patient")).text
    new = await amara.get(f"{HERE}/new")
    assert '<label for="type">Report Type</label>' in new.text
    assert re.findall(r"<option[^>]*>(Case Load|Portal Adoption)</option>", new.text) == [
        "Case Load",
        "Portal Adoption",
    ]


async def test_a_report_is_run_and_run_again(amara: Browser) -> None:
    address = await started(amara)
    shown = await amara.get(address)
    assert "<h1>Case Load</h1>" in shown.text
    assert re.search(r"61 patients · counted today at [0-9]{1,2}:[0-9]{2} [ap]m", text(shown))
    assert shown.text.count("Weber</a>") == 49, "and Mina Park"
    await run("DELETE FROM patient WHERE last_name = 'Park'")
    assert "60 patients" in text(await amara.post(f"{address}/run"))


async def test_new_report_pressed_twice_is_one(amara: Browser) -> None:
    form = {"type": "Case Load", "row": str(uuid4())}
    first, second = [await amara.post(HERE, data=form) for _ in range(2)]
    assert first.url == second.url
    assert len(await run("SELECT FROM report")) == 1


async def test_no_filter_stands_in_an_address(amara: Browser) -> None:
    address = await started(amara, city="Glebe", status="Active")
    shown = await amara.get(address)
    assert "City: Glebe" in text(shown).replace(" :", ":")
    addresses = re.findall(r'(?:href|action|data-hx-get|data-hx-post)="([^"]+)"', shown.text)
    assert not re.search("glebe|active", " ".join(addresses), re.IGNORECASE)


async def test_the_filters_are_those_of_the_type(amara: Browser) -> None:
    """Those of another type are hidden by the style, and count for nothing if they come."""
    form = await amara.get(f"{HERE}/new?type=Portal+Adoption")
    assert "<option selected>Portal Adoption</option>" in form.text
    assert re.search(r'<div class="field not-2">\s*<label for="city"', form.text)
    assert re.search(r'<div class="field ?">\s*<label for="practitioner"', form.text)
    await started(amara, "Portal Adoption", city="Glebe")
    assert [row["filters"] for row in await run("SELECT filters FROM report")] == ["{}"]


async def test_portal_adoption_is_a_table_by_month_without_ticks(amara: Browser) -> None:
    shown = await amara.get(await started(amara, "Portal Adoption"))
    assert long_date(clock.now()).partition(" ")[2].partition(" ")[2] in text(shown)
    assert not re.search('type="checkbox"|Choose all|Update patient status', shown.text)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"type": "Everything"}, "type"),
        ({"type": ""}, "type"),
        ({"practitioner": "7"}, "practitioner"),
        ({"practitioner": NOBODYS}, "practitioner"),
        ({"seen_since": "yesterday"}, "seen_since"),
        ({"seen_since": "2026-11-20", "not_seen_since": "2026-01-01"}, "not_seen_since"),
        ({"seen_since": ["2026-11-20", "2026-11-19"]}, "seen_since"),
        ({"age_from": "-1"}, "age_from"),
        ({"age_from": "40", "age_to": "30"}, "age_to"),
        ({"age_to": "2" * 50}, "age_to"),
        ({"status": "Undead"}, "status"),
        ({"portal": ["Invited", "No portal"]}, "portal"),
        ({"has_email": "perhaps"}, "has_email"),
        ({"tag": NOBODYS}, "tag"),
        ({"city": "x" * 101}, "city"),
        ({"city": "a\0b"}, "city"),
        ({"city": ["a", "b"]}, "city"),
        ({"next": "\x1b"}, "next"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_said_at_its_field(amara: Browser, typed: dict[str, object], field: str) -> None:
    answer = await amara.post(HERE, data={"type": "Case Load", "row": str(uuid4()), **typed})
    assert answer.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', answer.text)) == {field}
    assert "<title>Error: " in answer.text
    assert await run("SELECT FROM report") == []
    if field != "type":
        address = await started(amara)
        again = await amara.post(f"{address}/filters", data={"version": "1", **typed})
        assert again.status_code == 422
        assert set(re.findall(r'id="([a-z_]+)-error"', again.text)) == {field}


async def test_a_day_may_be_typed(amara: Browser) -> None:
    address = await started(amara, seen_since="1/2/2026")
    assert "Sun 1 February 2026" in text(await amara.get(address))


async def test_a_filter_that_finds_nobody_says_what_to_do(amara: Browser) -> None:
    shown = await amara.get(await started(amara, city="Nowhere"))
    assert "Nobody is in this report. Change its filters to find somebody." in text(shown)
    assert "Choose all" not in shown.text


async def test_filters_are_changed_unless_somebody_was_quicker(amara: Browser) -> None:
    address = await started(amara)
    form = {"version": "1", "city": "Glebe"}
    assert "The filters are changed" in text(await amara.post(f"{address}/filters", data=form))
    assert 'value="Glebe"' in (await amara.get(f"{address}/filters")).text
    late = await amara.post(f"{address}/filters", data={"version": "1", "city": "Ryde"})
    assert late.status_code == 409
    assert "This changed since you opened it" in late.text
    assert 'value="Glebe"' in late.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": ["a", "b"]}, "name"),
        ({"shared": "perhaps"}, "shared"),
        ({"name": "taken"}, "name"),
    ],
    ids=str,
)
async def test_what_is_wrong_with_a_name(amara: Browser, typed: dict[str, object], field: str) -> None:
    await saved(amara, await started(amara), name="Taken")
    answer = await saved(amara, await started(amara), **typed)
    assert answer.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', answer.text)) == {field}


async def test_a_name_for_other_filters_is_not_given(amara: Browser) -> None:
    address = await started(amara)
    await amara.post(f"{address}/filters", data={"version": "1", "city": "Glebe"})
    late = await saved(amara, address)
    assert late.status_code == 409
    assert "This changed since you opened it" in late.text


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999", "page=%C2%B2", "page="])
async def test_a_page_that_cannot_be(amara: Browser, query: str) -> None:
    assert (await amara.get(f"{await started(amara)}?{query}")).status_code == 404


@pytest.mark.parametrize("query", ["sort=password", "sort=%3Cscript%3E", "sort=name&sort=-name", "page=7", "type=x"])
async def test_whatever_else_stands_in_the_address_is_answered(amara: Browser, query: str) -> None:
    page = await amara.get(f"{await started(amara)}?{query}")
    assert page.status_code == 200
    assert "<script>" not in page.text.split("<main")[1]
    if query == "page=7":
        assert "There are no more." in text(page)


async def test_sorts_stand_in_the_heads(amara: Browser) -> None:
    shown = await amara.get(f"{await started(amara)}?sort=-name")
    assert re.search(r'aria-sort="descending"><button[^>]*value="name">Patient<', shown.text)
    assert shown.text.count('aria-sort="') == 1
    assert shown.text.index("Anna59 Weber</a>") < shown.text.index("Anna58 Weber</a>")


async def test_the_file_has_everybody(amara: Browser, clinic: Clinic) -> None:
    await clinic.admit(None, first_name="=HYPERLINK(1)", last_name="", email="+x@example.com")
    answer = await amara.get(f"{await started(amara)}/download")
    today = clock.now().astimezone(ZoneInfo("Australia/Sydney")).date()
    assert answer.headers["content-disposition"] == f'attachment; filename="case-load-{today}.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 62
    assert [row["Email"] for row in rows if row["Patient"] == "'=HYPERLINK(1)"] == ["'+x@example.com"]
    [event] = await run("SELECT kind FROM event WHERE kind = 'report:download'")
    assert event


async def test_the_picture_counts_in_words_too(amara: Browser, clinic: Clinic) -> None:
    shown = await amara.get(await started(amara))
    picture: Any = re.search(r'<section class="card" aria-labelledby="picture">.*?</section>', shown.text, re.DOTALL)
    assert "61 without a portal" in picture[0]
    assert 'style="' not in shown.text.replace("data-hx-swap-style", "")
    assert picture[0].count("<svg") == picture[0].count('aria-hidden="true"')
