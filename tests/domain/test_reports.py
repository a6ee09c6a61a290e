"""Reports: run, saved, shared, given other filters, taken away."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db.engine import run
from db.ids import new_id
from db.tables.member import MemberLevel
from domain import clock
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.places import Place
from domain.reports import choices, listing, results, running, saving, sheet
from domain.reports.report import find
from tests.clinic import NOW, Clinic, set_clock

CASE_LOAD = "Case Load"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    set_clock(NOW)
    return await Clinic.open(None)


@pytest.fixture
async def amara(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Amara Okafor"))


@pytest.fixture
async def bea(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Bea Castellanos"))


async def started(place: Place, type_: str = CASE_LOAD, **said: str) -> UUID:
    report = new_id()
    await saving.start(place, report, type_, said)
    return report


async def saved(place: Place, name: str = "Everybody", *, shared: bool = False, **said: str) -> UUID:
    report = await started(place, **said)
    await saving.save(place, report, name, shared=shared, version=1)
    return report


async def kinds() -> list[str]:
    return [row["kind"] for row in await run("SELECT kind FROM event WHERE kind LIKE 'report:%' ORDER BY seq")]


async def test_a_new_report_is_run_and_is_its_makers_alone(amara: Place, bea: Place) -> None:
    report = await started(amara, status="Active")
    shown = await results.read(amara, report)
    assert (shown.report.name, shown.report.filters, shown.report.version) == ("", {"status": "Active"}, 1)
    assert shown.run is not None
    assert (shown.run.many, shown.run.current, len(shown.rows)) == (1, True, 1)
    assert [lately.id for lately in (await listing.read(amara)).lately] == [report]
    assert await listing.read(bea) == listing.Reports((), (), ())
    for theirs in (results.read(bea, report), running.run(bea, report), choices.chosen(bea, report)):
        with pytest.raises(NotFound):
            await theirs
    assert await kinds() == ["report:run", "report:view"]


async def test_pressed_twice_it_is_one(amara: Place) -> None:
    report = new_id()
    for _ in range(2):
        await saving.start(amara, report, CASE_LOAD, {"status": "Active"})
    assert (await find(amara, report)).version == 1
    assert await run("SELECT count(*) AS many FROM report") == [{"many": 1}]


async def test_who_goes_back_to_the_form_gets_what_they_ask_then(amara: Place) -> None:
    report = new_id()
    await saving.start(amara, report, CASE_LOAD, {"status": "Active"})
    await choices.choose_all(amara, report, 1)
    await saving.start(amara, report, CASE_LOAD, {"status": "Inactive"})
    again = await find(amara, report)
    assert (again.filters, again.version, await choices.count(amara, report)) == ({"status": "Inactive"}, 2, 0)
    await saving.save(amara, report, "Inactive", shared=False, version=2)
    with pytest.raises(Changed):
        await saving.start(amara, report, CASE_LOAD, {})
    assert (await find(amara, report)).filters == {"status": "Inactive"}


async def test_another_ones_id_is_nobodys(amara: Place, bea: Place) -> None:
    report = await started(amara)
    with pytest.raises(NotFound):
        await saving.start(bea, report, CASE_LOAD, {})
    shared = await saved(amara, shared=True)
    with pytest.raises(NotPermitted):
        await saving.start(bea, shared, CASE_LOAD, {"status": "Active"})


@pytest.mark.parametrize("type_", ["", "case load", "Case load", "Invoices", "__class__"])
async def test_a_type_that_there_is_not(amara: Place, type_: str) -> None:
    with pytest.raises(NotFound):
        await saving.start(amara, new_id(), type_, {})


async def test_what_nobody_may_ask_is_not_kept(amara: Place, clinic: Clinic) -> None:
    report = await started(amara, nonsense="1", status=" Active ", city="", version="9")
    assert (await find(amara, report)).filters == {"status": "Active"}
    tom = await clinic.place(await clinic.hire("Tom Whitlock", hides_names=True))
    assert (await find(tom, await started(tom, city="Newtown", status="Active"))).filters == {"status": "Active"}


async def test_of_what_was_not_saved_the_oldest_make_way(amara: Place) -> None:
    keeps = await saved(amara)
    first = await started(amara)
    for number in range(saving.MOST_UNSAVED):
        set_clock(NOW + timedelta(minutes=number + 1))
        await started(amara)
    await find(amara, keeps)
    with pytest.raises(NotFound):
        await find(amara, first)
    unsaved = await run("SELECT count(*) AS many FROM report WHERE name = ''")
    assert unsaved == [{"many": saving.MOST_UNSAVED}]


async def test_one_that_was_run_again_is_not_the_oldest(amara: Place) -> None:
    first, second = await started(amara), await started(amara)
    for number in range(saving.MOST_UNSAVED - 1):
        set_clock(NOW + timedelta(minutes=number + 1))
        await running.run(amara, first)
        await started(amara)
    await find(amara, first)
    with pytest.raises(NotFound):
        await find(amara, second)


async def test_saved_alone_and_shared(amara: Place, bea: Place) -> None:
    report = await saved(amara, "  Everybody   here ")
    assert [(one.name, one.mine) for one in (await listing.read(amara)).mine] == [("Everybody here", True)]
    assert (await listing.read(bea)).shared == ()
    await saving.save(amara, report, "Everybody here", shared=True, version=1)
    [theirs] = (await listing.read(bea)).shared
    assert (theirs.id, theirs.mine, theirs.made_by) == (report, False, "Amara Okafor")
    assert (await listing.read(amara)).lately == ()
    assert await kinds() == ["report:run", "report:save", "report:save"]
    await saving.save(amara, report, "Everybody here", shared=True, version=1)
    assert len(await kinds()) == 3


async def test_a_shared_one_is_run_and_chosen_on_by_each_alone(amara: Place, bea: Place) -> None:
    report = await saved(amara, shared=True)
    assert (await results.read(bea, report)).run is None
    with pytest.raises(Changed):
        await choices.choose_all(bea, report, 1)
    await running.run(bea, report)
    assert (await choices.choose_all(bea, report, 1)).many == 1
    assert (await choices.count(amara, report), await choices.count(bea, report)) == (0, 1)


async def test_only_its_maker_changes_a_shared_one(amara: Place, bea: Place) -> None:
    report = await saved(amara, shared=True)
    for change in (
        saving.refilter(bea, report, {"status": "Active"}, 1),
        saving.save(bea, report, "Mine now", shared=False, version=1),
        saving.remove(bea, report),
    ):
        with pytest.raises(NotPermitted):
            await change
    assert (await find(amara, report)).name == "Everybody"


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b", "a\u202eb", "\x1b[0m"])
async def test_a_name_that_cannot_be(amara: Place, name: str) -> None:
    report = await started(amara)
    with pytest.raises(Refused) as refused:
        await saving.save(amara, report, name, shared=False, version=1)
    assert refused.value.field == "name"


async def test_names_are_unique_among_ones_own_and_the_shared(amara: Place, bea: Place) -> None:
    await saved(amara, "Recall")
    taken = await started(amara)
    with pytest.raises(Refused):
        await saving.save(amara, taken, "RÉCALL", shared=False, version=1)
    theirs = await saved(bea, "Recall")
    await saving.save(bea, theirs, "Recall", shared=True, version=1)
    with pytest.raises(Refused):
        await saving.save(amara, taken, "recall", shared=False, version=1)


async def test_a_private_name_is_nobody_elses_business(amara: Place, bea: Place) -> None:
    mine, theirs = await saved(amara, "Recall"), await saved(bea, "Recall")
    assert [report.id for report in (await listing.read(amara)).mine] == [mine]
    assert [report.id for report in (await listing.read(bea)).mine] == [theirs]


async def test_so_many_can_be_saved(amara: Place) -> None:
    await run(
        "INSERT INTO report (id, practice, account, type, name, created_at, changed_at)"
        " SELECT gen_random_uuid(), $1, $2, 'Case Load', 'R' || n, $3, $3 FROM generate_series(1, $4::int) n",
        amara.practice.id,
        amara.account,
        clock.now(),
        saving.MOST_SAVED,
    )
    report = await started(amara)
    with pytest.raises(Refused, match="200"):
        await saving.save(amara, report, "One more", shared=False, version=1)
    [other, *_] = (await listing.read(amara)).mine
    await saving.save(amara, other.id, "Another name", shared=False, version=1)
    await saving.remove(amara, other.id)
    await saving.save(amara, report, "One more", shared=False, version=1)


async def test_other_filters_are_another_version(amara: Place) -> None:
    report = await saved(amara)
    await saving.refilter(amara, report, {"status": "Inactive"}, 1)
    shown = await results.read(amara, report)
    assert (shown.report.version, shown.rows) == (2, ())
    assert shown.run is not None
    assert (shown.run.current, shown.run.many) == (True, 0)
    with pytest.raises(Changed):
        await saving.refilter(amara, report, {"status": "Deceased"}, 1)
    await saving.refilter(amara, report, {"status": "Inactive"}, 1)
    assert (await find(amara, report)).version == 2
    with pytest.raises(Changed):
        await saving.save(amara, report, "Older form", shared=False, version=1)
    with pytest.raises(Refused):
        await saving.refilter(amara, report, {"status": "Nonsense"}, 2)


async def test_filters_changed_by_its_maker_end_the_others_run(amara: Place, bea: Place) -> None:
    report = await saved(amara, shared=True)
    await running.run(bea, report)
    await choices.choose_all(bea, report, 1)
    await saving.refilter(amara, report, {"status": "Active"}, 1)
    shown = await results.read(bea, report)
    assert shown.run is not None
    assert (shown.run.current, shown.run.counted, shown.chosen) == (False, None, frozenset())
    assert await choices.chosen(bea, report) == []
    with pytest.raises(Changed):
        await choices.choose_all(bea, report, 1)


async def test_removed_it_is_gone_and_once_more_too(amara: Place, bea: Place) -> None:
    report = await saved(amara, shared=True)
    await saving.remove(amara, report)
    await saving.remove(amara, report)
    for who in (amara, bea):
        with pytest.raises(NotFound):
            await results.read(who, report)
    with pytest.raises(NotFound):
        await saving.remove(bea, report)
    await saved(amara, "Everybody")
    assert (await kinds()).count("report:remove") == 1


async def test_with_another_place_the_counts_are_not_shown(clinic: Clinic, amara: Place) -> None:
    rhys = await clinic.hire("Rhys Lindqvist")
    place = await clinic.place(rhys)
    report = await started(place)
    for change in (
        "level = 'Personal Access'",
        "hides_names = true",
        "has_invitations = false",
        "has_calendar = false",
    ):
        await run(f"UPDATE member SET {change} WHERE id = $1", place.member)
        shown = await results.read(await clinic.place(rhys), report)
        assert shown.run is not None
        assert (shown.run.current, shown.run.many, shown.run.picture) == (False, 0, ())
        await running.run(await clinic.place(rhys), report)


async def test_who_may_and_who_may_not(clinic: Clinic, amara: Place) -> None:
    report = await saved(amara, shared=True)
    tom = await clinic.place(await clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, read_only=True))
    own = await started(tom)
    await saving.refilter(tom, own, {"status": "Active"}, 1)
    for refused in (
        saving.save(tom, own, "Mine", shared=False, version=2),
        saving.remove(tom, own),
        choices.choose_all(tom, own, 2),
        choices.choose_page(tom, report, [clinic.patient], [clinic.patient], 1),
        choices.count(tom, report),
    ):
        with pytest.raises(NotPermitted):
            await refused
    nora = await clinic.place(await clinic.hire("Nora None", has_reports=False))
    calls: list[Any] = [
        listing.read(nora), results.read(nora, report), running.run(nora, report), anext(sheet.lines(nora, report)),
        saving.start(nora, new_id(), CASE_LOAD, {}), saving.refilter(nora, report, {}, 1), find(nora, report),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(NotPermitted):
            await call


async def test_another_practice_finds_nothing_of_it(clinic: Clinic, amara: Place) -> None:
    report = await saved(amara, shared=True)
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.place(await other.hire("Priya Nair"))
    rhys = await clinic.hire("Rhys Lindqvist")
    await run("UPDATE member SET practice = $2 WHERE account = $1", rhys.account, other.practice)
    for place in (priya, await other.place(rhys)):
        assert await listing.read(place) == listing.Reports((), (), ())
        for call in (
            results.read(place, report), running.run(place, report), saving.refilter(place, report, {}, 1),
            saving.save(place, report, "Theirs", shared=False, version=1), saving.remove(place, report),
            choices.choose_all(place, report, 1), anext(sheet.lines(place, report)),
            saving.start(place, report, CASE_LOAD, {}),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                await call


async def test_filters_that_cannot_be_read_are_set_anew(amara: Place) -> None:
    report = await saved(amara)
    await run("UPDATE report SET filters = $2 WHERE id = $1", report, '{"status": "Sleeping"}')
    for call in (results.read(amara, report), running.run(amara, report), anext(sheet.lines(amara, report))):
        with pytest.raises(Refused, match="Set them anew"):
            await call
    await saving.refilter(amara, report, {"status": "Active"}, 1)
    assert len((await results.read(amara, report)).rows) == 1


async def test_a_sheet_has_every_row_and_is_an_event(clinic: Clinic, amara: Place) -> None:
    for number in range(3):
        await clinic.admit(None, first_name=f"=P{number}", last_name="Z", email="z@example.com")
    await clinic.book(NOW - timedelta(days=10))
    report = await started(amara)
    lines = [line async for line in sheet.lines(amara, report)]
    assert lines[0] == [
        "Patient", "Email", "Practitioner", "Last appointment", "Next appointment", "Portal", "Status", "Owing",
    ]  # fmt: skip
    assert lines[1] == ["Mina Park", "", "", "2026-11-10 14:00", "", "No portal", "Active", "0"]
    assert [line[0] for line in lines[2:]] == ["=P0 Z", "=P1 Z", "=P2 Z"]
    assert await kinds() == ["report:run", "report:download"]
