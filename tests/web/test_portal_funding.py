import pytest

from db.engine import run
from tests.cast import someone
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import FUND, MEDICARE, as_kept, child_of, errors_in, household, kept_in, standing_as

TYPED = {
    "medicare_number": "2950 73170 1", "medicare_reference": "2", "medicare_expiry": "11/2028",
    "health_fund": "Cove Mutual", "fund_number": "CM 77", "version": "2",
}  # fmt: skip
WRONG = "This is not a Medicare number. Type the ten digits above the name on the card"
NUL = "There are characters here that cannot be kept. Type it again"


async def saved() -> list[dict[str, object]]:
    return await run("SELECT * FROM funding ORDER BY portal")


async def kept() -> tuple[object, ...]:
    columns = "medicare_number, medicare_reference, medicare_expiry, health_fund, fund_number"
    [row] = await run(f"SELECT {columns} FROM funding WHERE version > 1")
    return tuple(row.values())


async def test_the_owner_reads_the_numbers_whole(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    said = text(await browser.get(f"{home.base}/funding"))
    assert f"Medicare number {MEDICARE} Reference number 1 Valid to 05/2027" in said
    assert f"Health fund Harbour Mutual Member number {FUND}" in said
    assert "in part" not in said


@pytest.mark.parametrize("standing", ["clinical edit", "clinical view"])
async def test_everybody_else_reads_them_masked(browser: Browser, standing: str) -> None:
    """Decision 10: in no page, form or error does a number stand whole."""
    home = await household()
    await browser.log_in(await standing_as(standing, home.mina))
    shown = await browser.get(f"{home.base}/funding")
    assert "Medicare number •••• ••••• 1 Reference number 1" in text(shown)
    assert "Member number •••• 2" in text(shown)
    assert "Numbers are shown in part." in text(shown)
    form = await browser.get(f"{home.base}/funding/edit")
    wrong = await browser.post(f"{home.base}/funding", data={**TYPED, "medicare_number": "1"})
    for answer in (shown, form, wrong):
        digits = "".join(answer.text.split())
        assert "2123" not in digits
        assert "4471" not in digits


async def test_nothing_known_says_so(browser: Browser) -> None:
    zed = await someone("Zed Novak")
    await browser.log_in(zed)
    assert text(await browser.get(f"/portal/{zed.portal}/funding")).count("Not given") == 5


async def test_changing_on_pages(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    asks = await browser.get(f"{home.base}/funding/edit")
    assert "<title>Edit your funding · Mina Park · Kith" in asks.text
    assert (kept_in(asks, "medicare_number"), kept_in(asks, "fund_number")) == (MEDICARE, FUND)
    assert "remove_medicare" not in asks.text
    done = await browser.post(f"{home.base}/funding", data=TYPED)
    assert ([one.status_code for one in done.history], done.url.path) == ([303], f"{home.base}/funding")
    assert "Your funding is saved" in text(done)
    assert await kept() == ("2950731701", "2", "11/2028", "Cove Mutual", "CM 77")
    await browser.post(f"{home.base}/funding", data={"health_fund": "Cove Mutual", "version": "3"})
    assert await kept() == ("", "", "", "Cove Mutual", "")


async def test_changing_in_a_pop_up_changes_the_section(browser: Browser) -> None:
    home = await household()
    await browser.log_in(await standing_as("clinical edit", home.mina))
    asks = await browser.htmx("GET", f"{home.base}/funding/edit", "dialog")
    assert asks.text.lstrip().startswith('<form class="form" id="edit-funding"')
    assert "Edit Mina’s funding" in asks.text
    done = await browser.htmx("POST", f"{home.base}/funding", "edit-funding", data=TYPED)
    assert done.headers["HX-Retarget"] == "#funding"
    assert done.text.lstrip().startswith('<section class="card" id="funding"')
    assert "Cove Mutual" in text(done)
    assert "Mina’s funding is saved" in text(done)
    assert "2950" not in done.text


async def test_a_masked_number_is_kept_when_empty_and_removed_when_ticked(browser: Browser) -> None:
    home = await household()
    await browser.log_in(await standing_as("clinical edit", home.mina))
    asks = await browser.get(f"{home.base}/funding/edit")
    assert (kept_in(asks, "medicare_number"), kept_in(asks, "fund_number")) == ("", "")
    assert "Leave it empty to keep •••• ••••• 1" in text(asks)
    assert "Leave it empty to keep •••• 2" in text(asks)
    empty = {**TYPED, "medicare_number": "", "fund_number": ""}
    await browser.post(f"{home.base}/funding", data=empty)
    assert await kept() == ("2123456701", "2", "11/2028", "Cove Mutual", FUND)
    await browser.post(f"{home.base}/funding", data={**empty, "version": "3", "remove_medicare": "yes"})
    assert await kept() == ("", "", "", "Cove Mutual", FUND)
    await browser.post(f"{home.base}/funding", data={"version": "4", "remove_fund": "yes"})
    assert await kept() == ("", "", "", "", "")


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (
            {"medicare_reference": "2", "version": "2"},
            {"medicare_number": "Type the number on the card too"},
        ),
        (
            {"fund_number": "7", "version": "2"},
            {"health_fund": "Type the name of the fund, or remove it"},
        ),
        (
            {
                "medicare_number": "2123 45671 1",
                "medicare_reference": "<i>1</i>",
                "medicare_expiry": "13/2027",
                "health_fund": "x" * 101,
                "fund_number": "y" * 41,
                "version": "2",
            },
            {
                "medicare_number": WRONG,
                "medicare_reference": "Type the one digit in front of the name on the card",
                "medicare_expiry": "Type the month and year on the card, such as 05/2027",
                "health_fund": "Use at most 100 characters",
                "fund_number": "Use at most 40 characters",
            },
        ),
        (
            {**TYPED, "health_fund": "Cove\x00", "medicare_number": "one"},
            {"medicare_number": WRONG, "health_fund": NUL},
        ),
        ({**TYPED, "fund_number": ["1", "2"]}, {"fund_number": "Check this"}),
    ],
)
async def test_what_cannot_be_saved_comes_back_as_typed(
    browser: Browser, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    home = await household()
    await browser.log_in(home.mina)
    before = await saved()
    for answer in (
        await browser.post(f"{home.base}/funding", data=typed),
        await browser.htmx("POST", f"{home.base}/funding", "edit-funding", data=typed),
    ):
        assert answer.status_code == 422
        assert errors_in(answer) == wrong
        assert "<i>1" not in answer.text
        for field in set(typed) - {"version"}:
            assert kept_in(answer, field) == as_kept(typed[field])
    assert await saved() == before


async def test_a_tick_that_is_none_is_refused(browser: Browser) -> None:
    home = await household()
    await browser.log_in(await standing_as("clinical edit", home.mina))
    before = await saved()
    answer = await browser.post(f"{home.base}/funding", data={**TYPED, "remove_fund": "perhaps"})
    assert (answer.status_code, "Tick it or leave it" in answer.text) == (422, True)
    assert await saved() == before


@pytest.mark.parametrize("version", ["1", "two", ""])
async def test_a_form_that_is_older_is_shown_what_stands_now(browser: Browser, version: str) -> None:
    home = await household()
    await browser.log_in(home.mina)
    before = await saved()
    older = {**TYPED, "version": version}
    for answer in (
        await browser.post(f"{home.base}/funding", data=older),
        await browser.htmx("POST", f"{home.base}/funding", "edit-funding", data=older),
    ):
        assert answer.status_code == 409
        assert "This changed since you opened it." in text(answer)
        assert kept_in(answer, "health_fund") == "Harbour Mutual"
        assert 'name="version" value="2"' in answer.text
    assert await saved() == before


async def test_a_guardian_reads_a_childs_numbers_whole_and_changes_no_others(browser: Browser) -> None:
    home = await household()
    leo = await child_of(home.mina)
    await browser.log_in(home.mina)
    before = await run("SELECT * FROM funding WHERE portal = $1", home.mina.portal)
    done = await browser.post(f"/portal/{leo}/funding", data={**TYPED, "version": "1"})
    assert "Leo’s funding is saved" in text(done)
    assert "2950 73170 1" in text(done)
    assert await run("SELECT * FROM funding WHERE portal = $1", home.mina.portal) == before
