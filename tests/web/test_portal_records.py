from uuid import uuid4

import pytest

from db.engine import run
from db.tables.access import Level, Role
from domain import records
from domain.records import NewEntry, RecordKind
from tests.cast import someone
from tests.clinic import let_in
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import as_kept, child_of, errors_in, household, kept_in, standing_as

PEANUTS = {"kind": "Allergy", "name": "Peanuts", "happened_on": "29/2/2020", "detail": "Hives\r\nand <b>swelling</b>"}


async def names() -> list[str]:
    return [row["name"] for row in await run("SELECT name FROM record_entry WHERE removed_at IS NULL ORDER BY name")]


async def test_five_kinds_with_counts_and_whose_each_is(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    said = text(await browser.get(f"{home.base}/records"))
    noted = "Canary penicillin Wed 8 November 2017 · From Harbour Street Clinic"
    own = "Canary iron Canary detail Tue 22 September 2026 · Added by you Remove"
    assert f"Allergies 1 {noted} Medicines 1 {own} Immunisations 0 Nothing here yet. Conditions 0" in said
    assert said.count("Remove ") == 1


async def test_adding_on_pages(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    asks = await browser.get(f"{home.base}/records/add")
    assert "<title>Add to your records · Mina Park · Kith" in asks.text
    done = await browser.post(f"{home.base}/records", data=PEANUTS)
    assert ([one.status_code for one in done.history], done.url.path) == ([303], f"{home.base}/records")
    assert "Added to your records" in text(done)
    assert "Peanuts" in done.text
    assert "Hives\nand &lt;b&gt;swelling&lt;/b&gt;" in done.text.replace("\r", "")
    assert "Sat 29 February 2020" in done.text


async def test_adding_in_a_pop_up_changes_the_section(browser: Browser) -> None:
    home = await household()
    await browser.log_in(await standing_as("clinical edit", home.mina))
    asks = await browser.htmx("GET", f"{home.base}/records/add", "dialog")
    assert asks.text.lstrip().startswith('<form class="form" id="add-entry"')
    assert "Add to Mina’s records" in asks.text
    weight = {"kind": "Measurement", "name": "Weight", "value": "72.5", "unit": "kg"}
    done = await browser.htmx("POST", f"{home.base}/records", "add-entry", data=weight)
    assert (done.status_code, done.headers["HX-Retarget"]) == (200, "#record-kind-measurement")
    assert done.text.lstrip().startswith('<section class="card" id="record-kind-measurement"')
    said = text(done)
    assert "Measurements 1 Weight 72.5 kg Added by you Remove" in said
    assert "Added to Mina’s records" in said


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {"kind": "Choose what kind of entry it is", "name": "Type what it is"}),
        (
            {"kind": "Measurement", "happened_on": "30/2/2020"},
            {
                "name": "Type what it is",
                "value": "Type a number, such as 72.5 or 120/80",
                "unit": "Type the unit, such as kg",
                "happened_on": "Type a date that there is, such as 29/2/2020",
            },
        ),
        (
            {"kind": "Allergy", "name": "x" * 201, "detail": "y" * 2001, "happened_on": "2027-01-01"},
            {
                "name": "Use at most 200 characters",
                "happened_on": "This date is in the future. Check the year",
                "detail": "Use at most 2,000 characters",
            },
        ),
        (
            {"kind": "Rumour", "name": "<script>alert(1)</script>", "happened_on": "tomorrow"},
            {
                "kind": "Choose what kind of entry it is",
                "happened_on": "Type a date that there is, such as 29/2/2020",
            },
        ),
        (
            {"kind": "Condition", "name": "Canary\x00", "value": "1", "detail": "fine"},
            {
                "name": "There are characters here that cannot be kept. Type it again",
                "value": "Only a measurement has this. Choose Measurement, or put it under details",
            },
        ),
        ({"kind": "Allergy", "name": ["two", "names"]}, {"name": "Check this"}),
    ],
)
async def test_what_cannot_be_added_comes_back_as_typed(
    browser: Browser, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    home = await household()
    await browser.log_in(home.mina)
    before = await names()
    for answer in (
        await browser.post(f"{home.base}/records", data=typed),
        await browser.htmx("POST", f"{home.base}/records", "add-entry", data=typed),
    ):
        assert answer.status_code == 422
        assert errors_in(answer) == wrong
        assert "<script>alert" not in answer.text
        for field in set(typed) - {"kind"}:
            assert kept_in(answer, field) == as_kept(typed[field])
        if typed.get("kind") in set(RecordKind):
            assert f'value="{typed["kind"]}" checked' in answer.text.replace(' id="kind"', "")
    assert await names() == before


async def test_five_hundred_are_enough_and_the_form_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    home = await household()
    await browser.log_in(home.mina)
    monkeypatch.setattr(records, "OWN_AT_MOST", 1)
    answer = await browser.post(f"{home.base}/records", data=PEANUTS)
    assert answer.status_code == 422
    assert "There are 1 entries of your own here. Remove one to add another" in text(answer)
    assert kept_in(answer, "name") == "Peanuts"


async def test_removing_on_pages(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    address = f"{home.base}/records/{home.own}"
    asks = await browser.get(f"{address}/remove")
    assert "<title>Remove from your records? · Mina Park · Kith" in asks.text
    assert "Canary iron Medicine, Tue 22 September 2026" in text(asks)
    assert await names() == ["Canary iron", "Canary penicillin"]
    for _ in range(2):  # pressed twice it is still done
        done = await browser.post(f"{address}/removal")
        assert (done.status_code, done.url.path) == (200, f"{home.base}/records")
        assert "Removed from your records" in text(done)
    assert await names() == ["Canary penicillin"]
    assert (await browser.get(f"{address}/remove")).status_code == 404


async def test_removing_in_a_pop_up_changes_the_section(browser: Browser) -> None:
    home = await household()
    await browser.log_in(await standing_as("clinical edit", home.mina))
    address = f"{home.base}/records/{home.own}"
    asks = await browser.htmx("GET", f"{address}/remove", "dialog")
    assert asks.text.lstrip().startswith('<form class="form" id="remove-entry"')
    done = await browser.htmx("POST", f"{address}/removal", "remove-entry")
    assert done.headers["HX-Retarget"] == "#record-kind-medicine"
    said = text(done)
    assert "Medicines 0 Nothing here yet." in said
    assert "Removed from Mina’s records" in said


async def test_a_practices_entry_cannot_be_removed(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    address = f"{home.base}/records/{home.noted}"
    words = "This comes from Harbour Street Clinic. Only they can change it, so ask them"
    asks = await browser.get(f"{address}/remove")
    assert words in text(asks)
    assert "<button" not in asks.text.partition("<main")[2]
    answer = await browser.post(f"{address}/removal")
    assert (answer.status_code, text(answer).count(words)) == (422, 1)
    assert await names() == ["Canary iron", "Canary penicillin"]


async def test_another_portals_entry_is_not_found(browser: Browser) -> None:
    home = await household()
    leo = await child_of(home.mina)
    await browser.log_in(home.mina)
    for portal, entry in ((leo, home.own), (leo, home.noted), (home.mina.portal, uuid4())):
        address = f"/portal/{portal}/records/{entry}"
        assert (await browser.get(f"{address}/remove")).status_code == 404
        assert (await browser.post(f"{address}/removal")).status_code == 404
    assert await names() == ["Canary iron", "Canary penicillin"]


async def test_a_guardian_adds_to_the_childs_records_and_no_others(browser: Browser) -> None:
    home = await household()
    leo = await child_of(home.mina)
    await browser.log_in(home.mina)
    done = await browser.post(f"/portal/{leo}/records", data=PEANUTS)
    assert "Added to Leo’s records" in text(done)
    assert "Peanuts" not in (await browser.get(f"{home.base}/records")).text


async def test_who_else_has_access_is_no_grantees_to_read(browser: Browser) -> None:
    home = await household()
    theo, kim = await standing_as("clinical edit", home.mina), await someone("Kim Sato", portal=False)
    await let_in(kim, home.mina, Level.CLINICAL, Role.VIEW)
    await records.add(await theo.visit(home.mina.portal), NewEntry(RecordKind.CONDITION, "Cough"))
    await browser.log_in(kim)
    page = await browser.get(f"{home.base}/records")
    assert "Cough Added in this portal" in text(page)
    assert "Theo" not in page.text
