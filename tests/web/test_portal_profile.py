import pytest

from db.engine import run
from tests.web.conftest import Browser, text
from tests.web.portal_of_mina import as_kept, child_of, errors_in, household, kept_in, standing_as

TYPED = {
    "name": "Mina Park", "preferred_name": "", "birth_date": "1988-08-17", "gender": "Female", "phone": "0491 570 156",
    "email": "mina@example.com", "address": "8/21 Kent Street", "city": "Millers Point", "postcode": "2000",
    "emergency_name": "Theo <Almeida>", "emergency_phone": "0491 570 158", "version": "1",
}  # fmt: skip
NUL = "There are characters here that cannot be kept. Type it again"
TOO_LONG = {"name": 200, "preferred_name": 100, "gender": 50, "phone": 40, "email": 254, "address": 200, "city": 100}


async def saved() -> list[dict[str, object]]:
    return await run("SELECT * FROM portal ORDER BY id")


async def test_what_is_not_known_says_so(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    said = text(await browser.get(f"{home.base}/profile"))
    assert "Name Mina Park Preferred name Not given Birth date Not given" in said
    assert "Email mina@example.com Address Not given Emergency contact Not given" in said


async def test_changing_on_pages(browser: Browser) -> None:
    home = await household()
    await browser.log_in(home.mina)
    asks = await browser.get(f"{home.base}/profile/edit")
    assert "<title>Edit your details · Mina Park · Kith" in asks.text
    assert (kept_in(asks, "name"), kept_in(asks, "birth_date")) == ("Mina Park", "")
    done = await browser.post(f"{home.base}/profile", data=TYPED)
    assert ([one.status_code for one in done.history], done.url.path) == ([303], f"{home.base}/profile")
    said = text(done)
    assert "Your details are saved" in said
    assert "Birth date Wed 17 August 1988 Gender Female Phone 0491 570 156" in said
    assert "Address 8/21 Kent Street, Millers Point, 2000" in said
    assert "Theo &lt;Almeida&gt;, 0491 570 158" in done.text
    assert kept_in(await browser.get(f"{home.base}/profile/edit"), "birth_date") == "1988-08-17"


async def test_changing_in_a_pop_up_changes_the_section(browser: Browser) -> None:
    home = await household()
    await browser.log_in(await standing_as("clinical edit", home.mina))
    asks = await browser.htmx("GET", f"{home.base}/profile/edit", "dialog")
    assert asks.text.lstrip().startswith('<form class="form" id="edit-profile"')
    assert "Edit Mina’s details" in asks.text
    done = await browser.htmx("POST", f"{home.base}/profile", "edit-profile", data=TYPED)
    assert done.headers["HX-Retarget"] == "#details"
    assert done.text.lstrip().startswith('<section class="card" id="details"')
    said = text(done)
    assert "Wed 17 August 1988" in said
    assert "Mina’s details are saved" in said


@pytest.mark.parametrize("change", [{"name": "Mina Almeida"}, {"preferred_name": "Min"}])
async def test_a_new_name_turns_the_whole_page(browser: Browser, change: dict[str, str]) -> None:
    """It stands in the title, the menu and the banner too."""
    home = await household()
    await browser.log_in(home.mina)
    done = await browser.htmx("POST", f"{home.base}/profile", "edit-profile", data={**TYPED, **change})
    assert done.headers["HX-Redirect"] == f"{home.base}/profile"
    assert "Your details are saved" in text(await browser.get(f"{home.base}/profile"))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, {"name": "Type the person's name"}),
        (
            {**TYPED, **{field: "1" * (longest + 1) for field, longest in TOO_LONG.items()}},
            {field: f"Use at most {longest} characters" for field, longest in TOO_LONG.items()},
        ),
        (
            {**TYPED, "name": "", "birth_date": "31/4/1988", "phone": "<b>none</b>", "email": "mina at home"},
            {
                "name": "Type the person's name",
                "birth_date": "Type a date that there is, such as 29/2/2020",
                "phone": "Type a phone number, such as 0412 345 678",
                "email": "Type an email address, such as name@example.com",
            },
        ),
        ({**TYPED, "city": "Syd\x00ney", "name": "=?utf-8?q?x?="}, {"name": NUL, "city": NUL}),
        ({**TYPED, "birth_date": "2027-01-01"}, {"birth_date": "This date is in the future. Check the year"}),
        ({**TYPED, "postcode": ["2000", "2001"]}, {"postcode": "Check this"}),
    ],
)
async def test_what_cannot_be_saved_comes_back_as_typed(
    browser: Browser, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    home = await household()
    await browser.log_in(home.mina)
    before = await saved()
    for answer in (
        await browser.post(f"{home.base}/profile", data=typed),
        await browser.htmx("POST", f"{home.base}/profile", "edit-profile", data=typed),
    ):
        assert answer.status_code == 422
        assert errors_in(answer) == wrong
        assert "<b>none" not in answer.text
        for field in set(typed) - {"version"}:
            assert kept_in(answer, field) == as_kept(typed[field])
    assert await saved() == before


@pytest.mark.parametrize("version", ["1", "0", "-1", "one", "9" * 30, ""])
async def test_a_form_that_is_older_is_shown_what_stands_now(browser: Browser, version: str) -> None:
    """Decision 3, for details: nothing of somebody quicker is overwritten unseen."""
    home = await household()
    await browser.log_in(home.mina)
    await browser.post(f"{home.base}/profile", data=TYPED)
    before = await saved()
    older = {**TYPED, "city": "Perth", "version": version}
    for answer in (
        await browser.post(f"{home.base}/profile", data=older),
        await browser.htmx("POST", f"{home.base}/profile", "edit-profile", data=older),
    ):
        assert answer.status_code == 409
        assert "This changed since you opened it." in text(answer)
        assert kept_in(answer, "city") == "Millers Point"
        assert 'name="version" value="2"' in answer.text
    assert await saved() == before


@pytest.mark.parametrize("version", ["0", "one", "", "²"])
async def test_what_is_no_version_is_older_than_every_row(browser: Browser, version: str) -> None:
    home = await household()
    await browser.log_in(home.mina)
    before = await saved()
    answer = await browser.post(f"{home.base}/profile", data={**TYPED, "version": version})
    assert answer.status_code == 409
    assert await saved() == before


async def test_a_guardian_changes_the_childs_details_and_no_others(browser: Browser) -> None:
    home = await household()
    leo = await child_of(home.mina)
    await browser.log_in(home.mina)
    done = await browser.post(f"/portal/{leo}/profile", data={**TYPED, "name": "Leo Park"})
    assert "Leo’s details are saved" in text(done)
    assert "Millers Point" in text(done)
    assert "Millers Point" not in text(await browser.get(f"{home.base}/profile"))
