"""Inviting many at once: all or none, each once, held for two minutes, and what is told (B10, K3, K8)."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import counting, run, transaction
from db.tables.member import MemberLevel
from domain import invitations
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.invitations import Draft, bulk
from domain.invitations.bulk import BulkDraft, Shown
from domain.places import Place
from domain.reports import choices
from tests.clinic import Clinic
from tests.domain import inviting_many as many
from tests.domain.inviting import practitioner
from tests.domain.inviting_many import (
    SILENT,
    adults,
    choose,
    clinic_and_place,
    counts,
    invite,
    mixed,
    owed,
    report_of,
)

pytestmark = pytest.mark.usefixtures("database")


async def test_everyone_has_an_outcome_and_the_mails_are_held_for_two_minutes() -> None:
    clinic, place = await clinic_and_place()
    patients = await mixed(clinic)
    report = await report_of(place, patients)
    shown = await bulk.preview(place, report)
    assert (shown.many, shown.sent, shown.letters, shown.families) == (7, 4, 3, 1)
    assert sum(shown.groups.values()) == 7
    made = await invite(place, report, BulkDraft("Dear [Patient First Name]"))
    assert await counts(made) == {"Waiting": 4, "Inactive": 1, "Deceased": 1, "No email": 1}
    mails = await owed()
    assert [mail["kind"] for mail in mails] == ["invitation", "invitation", "family-invitation"]
    [row] = await run("SELECT * FROM bulk_invitation")
    assert {mail["due_at"] for mail in mails} == {row["held_until"]}
    assert row["held_until"] - row["created_at"] == timedelta(minutes=2)
    assert all(mail["bulk"] for mail in mails)
    invited = await many.invitations()
    assert {one["expires_at"] for one in invited} == {row["held_until"] + timedelta(days=14)}
    assert [one["message"] for one in invited] == ["Dear P0", "Dear P1"] + ["Dear Ana and Beto"] * 2
    [family] = await run("SELECT * FROM family_invitation")
    assert [one["family"] for one in invited] == [None, None, family["id"], family["id"]]
    assert (family["message"], family["email"]) == ("Dear Ana and Beto", "silva.family@example.com")
    assert row["message"] == "Dear [Patient First Name]"
    assert await run("SELECT FROM chosen_patient") == []
    kinds = [line["kind"] for line in await run("SELECT kind FROM event ORDER BY seq")]
    assert kinds[-6:] == ["invitation:send"] * 4 + ["bulk-invitation:send", "report:run"]


async def test_pressed_twice_it_is_one_and_two_at_once_too() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, await adults(clinic, 5))
    shown, made = (await bulk.preview(place, report)).shown, uuid4()
    await asyncio.gather(*[bulk.invite(place, report, made, SILENT, shown) for _ in range(5)])
    await bulk.invite(place, report, made, SILENT, shown)
    assert await counts(made) == {"Waiting": 5}
    assert len(await owed()) == len(await run("SELECT FROM invitation")) == 5
    assert len(await run("SELECT FROM bulk_invitation")) == 1


async def test_two_members_at_the_same_moment_invite_each_patient_once() -> None:
    clinic, amy = await clinic_and_place()
    rhys = await clinic.place(await clinic.hire("Berta Other"))
    patients = await adults(clinic, 30)
    reports = [await report_of(amy, patients[:20]), await report_of(rhys, patients[10:])]

    async def press(place: Place, report: UUID) -> UUID:
        for _ in range(3):
            try:
                return await invite(place, report)
            except Changed:
                continue
        raise AssertionError("changed three times")

    made = await asyncio.gather(*[press(place, report) for place, report in zip((amy, rhys), reports, strict=True)])
    outcomes = [await counts(one) for one in made]
    assert sorted(sorted(one.items()) for one in outcomes) == [
        [("Invitation pending", 10), ("Waiting", 10)],
        [("Waiting", 20)],
    ]
    assert len(await owed()) == len(await run("SELECT DISTINCT patient FROM invitation")) == 30


async def test_one_and_all_at_the_same_moment_invite_each_patient_once() -> None:
    clinic, place = await clinic_and_place()
    other = await clinic.place(await clinic.hire("Berta Other"))
    patients = await adults(clinic, 6)
    report = await report_of(place, patients)
    ended = await asyncio.gather(
        invite(place, report),
        *[invitations.send(other, one, Draft(f"p{n}@example.com")) for n, one in enumerate(patients)],
        return_exceptions=True,
    )
    assert all(isinstance(end, UUID | Refused | Changed) for end in ended), ended
    assert len(await run("SELECT patient FROM invitation WHERE state = 'Pending'")) == 6
    assert len(await run("SELECT DISTINCT subject FROM mail")) == len(await owed()) == 6


async def test_what_is_no_longer_as_it_was_shown_is_not_sent() -> None:
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 3)
    report = await report_of(place, patients)
    shown = (await bulk.preview(place, report)).shown
    await run("UPDATE patient SET active = false WHERE id = $1", patients[0])
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), SILENT, shown)
    shown = (await bulk.preview(place, report)).shown
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), SILENT, Shown(shown.version + 1, shown.digest))
    await run("UPDATE report SET version = 2")
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), SILENT, shown)
    with pytest.raises(Refused, match="Nobody is chosen"):
        await bulk.preview(place, report)
    assert await owed() == await run("SELECT FROM bulk_invitation") == []


async def test_nobody_chosen_nobody_left_and_invitations_off() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, [])
    with pytest.raises(Refused, match="Nobody is chosen"):
        await bulk.preview(place, report)
    await choose(place, report, await adults(clinic, 1, active=False))
    shown = await bulk.preview(place, report)
    assert shown.sent == 0
    with pytest.raises(Refused, match="None of the patients"):
        await invite(place, report)
    off = replace(place, practice=replace(place.practice, invitations=False))
    for doing in (bulk.preview(off, report), bulk.invite(off, report, uuid4(), SILENT, shown.shown)):
        with pytest.raises(Refused, match="Settings > General"):
            await doing


async def test_who_may_not() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, await adults(clinic, 1))
    shown = (await bulk.preview(place, report)).shown
    made = await invite(place, report)
    rights: tuple[dict[str, Any], ...] = ({"read_only": True}, {"hides_names": True}, {"has_invitations": False})
    for n, limits in enumerate(rights):
        who = await clinic.place(await clinic.hire(f"Member{n} X", MemberLevel.CLINICAL, **limits))
        doings: tuple[Awaitable[object], ...] = (
            bulk.preview(who, report), bulk.invite(who, report, uuid4(), SILENT, shown), bulk.cancel(who, made),
            bulk.retry(who, made),
        )  # fmt: skip
        for doing in doings:
            with pytest.raises(NotPermitted):
                await doing
    with pytest.raises(NotFound):
        await bulk.preview(await clinic.place(await clinic.hire("Rita Other")), report)
    other = await Clinic.open(None, "Eastside Physio")
    stranger = await practitioner(other, "Priya Nair")
    strangers: tuple[Awaitable[object], ...] = (
        bulk.preview(stranger, report), bulk.invite(stranger, report, uuid4(), SILENT, shown),
        bulk.invite(stranger, report, made, SILENT, shown), bulk.read(stranger, made), bulk.cancel(stranger, made),
        bulk.retry(stranger, made), bulk.outcomes(stranger, made), bulk.read(place, uuid4()),
    )  # fmt: skip
    for doing in strangers:
        with pytest.raises(NotFound):
            await doing
    assert (await bulk.every(stranger)).rows == ()
    assert (await counts(made)) == {"Waiting": 1}


async def test_however_many_it_is_the_same_number_of_statements() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, [])
    asked = []
    for size in (2, 40):
        await choose(place, report, await adults(clinic, size))
        await run("UPDATE patient SET email = id::text || '@example.com', email_key = id::text || '@example.com'")
        shown = (await bulk.preview(place, report)).shown
        with counting() as statements:
            await bulk.invite(place, report, uuid4(), BulkDraft("Dear [Patient Full Name]"), shown)
        asked.append(len(statements))
    assert asked[0] == asked[1]


async def test_who_is_ticked_while_the_others_are_invited_stays_ticked() -> None:
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 3)
    report = await report_of(place, patients[:2])
    shown, holding, held_up = (await bulk.preview(place, report)).shown, asyncio.Event(), asyncio.Event()

    async def waiting(many: int) -> None:
        while len(await run("SELECT FROM pg_locks WHERE NOT granted")) < many:
            await asyncio.sleep(0)

    async def hold() -> None:
        async with transaction():
            await run("SELECT FROM patient WHERE id = $1 FOR UPDATE", patients[0])
            holding.set()
            await waiting(1)
            held_up.set()
            await waiting(2)

    async def invite_them() -> None:
        await holding.wait()
        await bulk.invite(place, report, uuid4(), SILENT, shown)

    async def tick() -> None:
        await held_up.wait()
        await choices.choose_page(place, report, patients[2:], patients[2:], 1)

    await asyncio.wait_for(asyncio.gather(hold(), invite_them(), tick()), 10)
    assert await choices.chosen(place, report) == patients[2:]


async def test_nobody_waits_in_a_circle_with_an_import() -> None:
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 3)
    report = await report_of(place, patients)
    taken, done = asyncio.Event(), asyncio.Event()

    async def importing() -> None:
        async with transaction():
            await run("UPDATE patient SET phone = '1' WHERE id = $1", max(patients))
            taken.set()
            await done.wait()
            await run("UPDATE patient SET phone = '1' WHERE id = $1", min(patients))

    theirs = asyncio.create_task(importing())
    await taken.wait()
    with pytest.raises(Refused, match="being changed just now"):
        await invite(place, report)
    done.set()
    await theirs
    assert await counts(await invite(place, report)) == {"Waiting": 3}
