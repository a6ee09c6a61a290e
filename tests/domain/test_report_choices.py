"""Whom somebody chooses in a report's results."""

import asyncio
from uuid import UUID, uuid4

import pytest

from db.engine import run, transaction
from db.ids import new_id
from domain import clock
from domain.errors import Changed, NotFound, Refused
from domain.places import Place
from domain.reports import choices, results, running, saving
from domain.reports.choices import Choice
from tests.clinic import NOW, Clinic, set_clock, write


@pytest.fixture
async def clinic(database: None) -> Clinic:
    set_clock(NOW)
    clinic = await Clinic.open(None)
    for number in range(119):
        await clinic.admit(None, first_name=f"P{number:03}", last_name="Z", active=number % 2 == 0)
    return clinic


@pytest.fixture
async def amara(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Amara Okafor"))


async def started(place: Place, **said: str) -> UUID:
    report = new_id()
    await saving.start(place, report, "Case Load", said)
    return report


async def on_page(place: Place, report: UUID, page: int = 1, sort: str = "name") -> list[UUID]:
    rows = (await results.read(place, report, sort, page)).rows
    return [row.patient for row in rows if row.patient]


async def test_ticks_hold_over_pages_and_orders(amara: Place) -> None:
    report = await started(amara)
    first, second = [await on_page(amara, report, number) for number in (1, 2)]
    assert await choices.choose_page(amara, report, first, first[:2], 1) == Choice(2)
    assert await choices.choose_page(amara, report, second, second, 1) == Choice(52)
    assert (await results.read(amara, report, "name", 1)).chosen == set(first[:2])
    assert (await results.read(amara, report, "name", 2)).chosen == set(second)
    assert (await results.read(amara, report, "-name", 3)).chosen == set(first[:2]) & set(
        await on_page(amara, report, 3, "-name")
    )
    assert await choices.choose_page(amara, report, first, first[1:3], 1) == Choice(52)
    assert await choices.chosen(amara, report) == sorted([*first[1:3], *second])


async def test_chosen_twice_is_chosen_once(amara: Place) -> None:
    report = await started(amara)
    some = (await on_page(amara, report))[:3]
    for _ in range(2):
        assert await choices.choose_page(amara, report, some, [*some, *some], 1) == Choice(3)
    for _ in range(2):
        assert await choices.choose_page(amara, report, some[:1], [], 1) == Choice(2)
    assert await choices.choose_none(amara, report, 1) == Choice(0)
    assert await choices.choose_none(amara, report, 1) == Choice(0)


async def test_everybody_in_the_report(amara: Place) -> None:
    report = await started(amara, status="Inactive")
    assert await choices.choose_all(amara, report, 1) == Choice(59)
    assert await choices.choose_all(amara, report, 1) == Choice(59)
    assert await choices.count(amara, report) == 59
    nobody = await started(amara, city="Nowhere")
    assert await choices.choose_all(amara, nobody, 1) == Choice(0)


async def test_who_is_not_in_the_report_is_refused(amara: Place, clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    report = await started(amara, status="Active")
    kept = (await on_page(amara, report))[1]
    await write(
        "patient_revocation", patient=kept, member=amara.member, revoked_by=amara.account, revoked_at=clock.now()
    )
    [inactive] = await run("SELECT id FROM patient WHERE NOT active LIMIT 1")
    forged = [other.patient, uuid4(), kept, inactive["id"]]
    shown = [clinic.patient, *forged]
    assert await choices.choose_page(amara, report, shown, shown, 1) == Choice(1, refused=4)
    assert await choices.choose_page(amara, report, forged, forged, 1) == Choice(1, refused=4)
    assert await choices.chosen(amara, report) == [clinic.patient]


async def test_what_was_not_shown_is_not_ticked(amara: Place, clinic: Clinic) -> None:
    report = await started(amara)
    [first, second, *_] = await on_page(amara, report)
    assert await choices.choose_page(amara, report, [first], [first, second], 1) == Choice(1, refused=1)
    assert await choices.chosen(amara, report) == [first]


async def test_run_again_those_who_still_match_stay_chosen(amara: Place) -> None:
    report = await started(amara, status="Active")
    first = (await on_page(amara, report))[:4]
    await choices.choose_page(amara, report, first, first, 1)
    await run("UPDATE patient SET active = false WHERE id = $1", first[0])
    await write(
        "patient_revocation", patient=first[1], member=amara.member, revoked_by=amara.account, revoked_at=clock.now()
    )
    assert await choices.count(amara, report) == 4
    await running.run(amara, report)
    assert await choices.chosen(amara, report) == sorted(first[2:])


async def test_other_filters_end_a_choice(amara: Place) -> None:
    report = await started(amara, status="Active")
    await choices.choose_all(amara, report, 1)
    await saving.refilter(amara, report, {}, 1)
    assert await choices.chosen(amara, report) == []
    assert await run("SELECT count(*) AS many FROM chosen_patient") == [{"many": 0}]
    for version in (0, 1, 3):
        for call in (
            choices.choose_all(amara, report, version),
            choices.choose_none(amara, report, version),
            choices.choose_page(amara, report, [], [], version),
        ):
            with pytest.raises(Changed):
                await call
    assert (await choices.choose_all(amara, report, 2)).many == 120


async def test_what_was_done_with_them_chooses_nobody(amara: Place) -> None:
    report, other = await started(amara), await started(amara)
    for one in (report, other):
        await choices.choose_all(amara, one, 1)
    async with transaction():
        await choices.clear(amara, report)
    assert (await choices.count(amara, report), await choices.count(amara, other)) == (0, 120)


async def test_months_are_no_patients(amara: Place, clinic: Clinic) -> None:
    report = new_id()
    await saving.start(amara, report, "Portal Adoption", {})
    for call in (
        choices.choose_all(amara, report, 1),
        choices.choose_page(amara, report, [clinic.patient], [clinic.patient], 1),
    ):
        with pytest.raises(NotFound):
            await call


async def test_at_once_many_times_is_once(amara: Place) -> None:
    report = await started(amara)
    first = await on_page(amara, report)
    for _ in range(5):
        done = await asyncio.gather(
            choices.choose_all(amara, report, 1),
            choices.choose_page(amara, report, first, first, 1),
            choices.choose_all(amara, report, 1),
            running.run(amara, report),
            choices.choose_page(amara, report, first, first, 1),
        )
        assert done[0] == done[2] == Choice(120)
        assert await choices.count(amara, report) == 120


async def test_at_once_with_other_filters_nobody_stays_who_does_not_match(amara: Place) -> None:
    for _ in range(5):
        report = await started(amara)
        outcome, other = await asyncio.gather(
            choices.choose_all(amara, report, 1),
            saving.refilter(amara, report, {"status": "Inactive"}, 1),
            return_exceptions=True,
        )
        assert isinstance(outcome, Choice | Changed)
        assert other is None
        assert await choices.chosen(amara, report) == []


async def test_no_more_than_so_many_at_once(amara: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    report = await started(amara)
    first, second, third = [await on_page(amara, report, number) for number in (1, 2, 3)]
    monkeypatch.setattr(choices, "MOST", 100)
    with pytest.raises(Refused, match="can be chosen at once"):
        await choices.choose_all(amara, report, 1)
    assert await choices.count(amara, report) == 0
    await choices.choose_page(amara, report, first, first, 1)
    assert (await choices.choose_page(amara, report, second, second, 1)).many == 100
    with pytest.raises(Refused):
        await choices.choose_page(amara, report, third[:1], third[:1], 1)
    assert await choices.count(amara, report) == 100
