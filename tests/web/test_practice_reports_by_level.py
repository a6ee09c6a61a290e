"""Who comes to which page of reports, and what they read there: other practices, modules, levels, hidden names."""

import re

import pytest

from db.tables.member import MemberLevel, RoleType
from tests.clinic import Clinic, write
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


async def test_saving_sharing_and_removing(amara: Browser, other_browser: Browser, clinic: Clinic) -> None:
    await other_browser.log_in(await clinic.hire("Bea Castellanos", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR))
    address = await started(amara)
    assert (await other_browser.get(address)).status_code == 404
    assert "Spring is saved" in text(await saved(amara, address))
    assert (await other_browser.get(address)).status_code == 404
    await saved(amara, address, shared="yes")
    listed = text(await other_browser.get(HERE))
    assert "Spring Case Load · by Amara Okafor" in listed
    theirs = await other_browser.get(address)
    assert "Not counted yet: Run" in text(theirs)
    assert not re.search(r'/(save|remove|filters)"|type="checkbox"', theirs.text)
    for way, form in (("saving", {"name": "Mine", "version": "1"}), ("removal", {}), ("filters", {"version": "1"})):
        assert (await other_browser.post(f"{address}/{way}", data=form)).status_code == 403, way
    assert 'type="checkbox"' in (await other_browser.post(f"{address}/run")).text
    assert "The report is removed" in text(await amara.post(f"{address}/removal"))
    for who in (amara, other_browser):
        assert (await who.get(address)).status_code == 404
        assert "Spring" not in text(await who.get(HERE))


WAYS = [("GET", ""), ("GET", "/download"), ("GET", "/filters"), ("GET", "/save"), ("GET", "/remove"), ("POST", "/run"),
        ("POST", "/filters"), ("POST", "/saving"), ("POST", "/removal"), ("POST", "/choice")]  # fmt: skip


async def test_a_report_of_another_practice_is_nowhere(amara: Browser, other_browser: Browser) -> None:
    address = await started(amara)
    other = await Clinic.open(None, "Eastside Physio")
    await other_browser.log_in(await other.hire("Priya Nair"))
    theirs = address.replace("harbour-street-clinic", "eastside-physio")
    form = {"name": "Mine", "version": "1"}
    for place in (address, theirs, theirs.replace(address[-36:], NOBODYS)):
        for method, way in WAYS:
            answer = await other_browser.request(method, place + way, data=form if method == "POST" else None)
            assert answer.status_code == 404, (method, place, way)
    taken = {"type": "Case Load", "row": address[-36:]}
    assert (await other_browser.post("/practice/eastside-physio/reports", data=taken)).status_code == 404


async def test_whose_modules_are_without_reports(browser: Browser, clinic: Clinic) -> None:
    await browser.log_in(await clinic.hire("Rhys Lindqvist", has_reports=False))
    assert "/reports" not in (await browser.get("/practice/harbour-street-clinic/")).text
    for address in (HERE, f"{HERE}/patient", f"{HERE}/new"):
        assert (await browser.get(address)).status_code == 403


async def test_who_only_reads_runs_but_neither_saves_nor_chooses(browser: Browser, clinic: Clinic) -> None:
    await browser.log_in(await clinic.hire("Rhys Lindqvist", read_only=True))
    address = await started(browser)
    shown = await browser.get(address)
    assert shown.text.count("Weber</a>") == 49
    assert not re.search(r'type="checkbox"|/save"|/remove"|class="chosen"|Update patient status', shown.text)
    assert 'href="?sort=-name#results"' in shown.text
    for method, way in (("GET", "/save"), ("POST", "/saving"), ("POST", "/removal"), ("POST", "/choice")):
        assert (await browser.request(method, address + way, data={"name": "x"})).status_code == 403


async def test_what_a_blank_means_is_said_once(browser: Browser, clinic: Clinic) -> None:
    own = "shown for your own patients"
    for name, rights, said in (
        ("Amara Okafor", {}, None),
        ("Rhys Lindqvist", {"level": MemberLevel.CLINICAL}, f"Owing: {own}"),
        ("Ines Duarte", {"calendars": "own"}, f"Last appointment, Next appointment: {own}"),
        ("Paul Own", {"level": MemberLevel.PERSONAL}, None),
    ):
        await browser.log_in(await clinic.hire(name, **rights))
        shown = text(await browser.get(await started(browser)))
        assert shown.count(own) == (1 if said else 0), name
        assert said is None or said in shown, name


async def test_hidden_names_stand_nowhere(browser: Browser, other_browser: Browser, clinic: Clinic) -> None:
    """Decision 18, S4.8: in the page, its filters, its file and its picture."""
    secrets = "weber|example.com|anna[0-9]|glebe|recall|mina|park"
    await other_browser.log_in(await clinic.hire("Amara Okafor"))
    tag = await write("tag", practice=clinic.practice, name="Recall", name_key="recall")
    await write("patient_tag", patient=clinic.patient, tag=tag)
    address = await started(other_browser, tag=str(tag), city="Glebe")
    await saved(other_browser, address, shared="yes")
    await browser.log_in(await clinic.hire("Tom W", MemberLevel.FULL, RoleType.ADMINISTRATOR, hides_names=True))
    own = await started(browser)
    for place in (own, f"{own}?sort=-name", f"{own}/filters", f"{own}/download", f"{HERE}/new", HERE, address):
        shown = await browser.get(place)
        assert shown.status_code == 200, place
        assert not re.search(secrets, shown.text.split("<main")[-1].replace("Harbour Street", ""), re.IGNORECASE), place
    assert "Left out: 2 filters that you do not see" in text(await browser.get(address))
    shown = await browser.get(own)
    assert len(re.findall(r">KT[0-9]{6}</a>", shown.text)) == 50
    assert 'type="checkbox"' not in shown.text
