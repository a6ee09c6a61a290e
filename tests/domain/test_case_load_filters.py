"""Case Load answers whatever is asked, alone and with anything else, in every way that its filters are used."""

from itertools import combinations
from typing import Any

import pytest

from db.engine import run
from db.ids import new_id
from db.tables.member import MemberLevel
from domain.permissions import PlacePermission, may
from domain.places import Place
from domain.reports import choices, results, running, saving, sheet
from domain.reports.case_load_filters import fields
from tests.clinic import NOW, set_clock
from tests.domain.reporting import CASE_LOAD, FEW, SORTS, People, hired

TYPED = {"seen_since": "2026-01-01", "not_seen_since": "2026-11-01", "age_from": "10", "age_to": "40", "city": "Glebe"}


@pytest.fixture
async def people(database: None) -> People:
    set_clock(NOW)
    return await People.admit()


async def everything(place: Place) -> list[tuple[str, str]]:
    """Every value of every filter that a member may use."""
    values = [(one.name, value) for one in await fields(place) for value in one.choices or [TYPED.get(one.name, "")]]
    return [(name, value) for name, value in values if value]


@pytest.mark.parametrize(
    "rights",
    [
        {},
        {"has_invitations": False},
        {"has_calendar": False},
        {"has_invoices": False},
        {"hides_names": True},
        {"read_only": True},
        {"level": MemberLevel.CLINICAL},
        {"level": MemberLevel.PERSONAL},
        {"level": MemberLevel.OWN_AND_CONTACT, "calendars": "none", "profiles": "own"},
    ],
)
async def test_every_value_is_run_read_chosen_and_written_down(people: People, rights: dict[str, Any]) -> None:
    place = await hired(people, "Quinn Abara", **rights)
    values = await everything(place)
    assert {"practitioner", "status", "portal"} <= {name for name, _ in values}
    for name, value in values:
        report, said = new_id(), {name: value}
        await saving.start(place, report, CASE_LOAD.name, said)
        shown = await results.read(place, report)
        assert shown.run is not None
        assert shown.run.many == len(shown.rows) == len([line async for line in sheet.lines(place, report)]) - 1
        for sort in SORTS[1:]:
            assert len((await CASE_LOAD.page(place, said, sort, 1, None)).rows) == shown.run.many
        if may(place, PlacePermission.CHOOSE_PATIENTS):
            assert (await choices.choose_all(place, report, 1)).many == shown.run.many
            await running.run(place, report)
            assert await choices.count(place, report) == shown.run.many


@pytest.mark.parametrize("rights", [{}, {"has_invitations": False, "level": MemberLevel.PERSONAL}])
async def test_any_two_are_asked_together(people: People, rights: dict[str, Any]) -> None:
    place = await hired(people, "Quinn Abara", **rights)
    for one, other in combinations(await everything(place), 2):
        said = dict((one, other))
        inside = CASE_LOAD.choosable(place, said)
        found = await run(f"SELECT FROM patient p WHERE {inside.sql}", *inside.values)
        for counted in (FEW, None):
            assert len((await CASE_LOAD.page(place, said, "name", 1, counted)).rows) == len(found), said
        assert (await CASE_LOAD.counted(place, said)).many == len(found), said
