"""Portal Adoption: patients invited, accepted and active, month by month."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from db.engine import counting
from db.ids import new_id
from db.tables.member import MemberLevel
from domain import audit, clock
from domain.errors import NotFound
from domain.places import Place
from domain.reports import results, running, saving, sheet
from domain.reports.portal_adoption import PortalAdoption
from tests.cast import Someone, someone
from tests.clinic import NOW, Clinic, set_clock, write

ADOPTION = PortalAdoption()


@pytest.fixture
async def zed(database: None) -> Someone:
    set_clock(NOW)
    return await someone("Zed Novak")


@pytest.fixture
async def clinic(zed: Someone) -> Clinic:
    return await Clinic.open(zed.portal)


@pytest.fixture
async def amara(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Amara Okafor"))


async def invite(clinic: Clinic, by: Place, at: datetime, patient: UUID | None = None, **others: object) -> None:
    """An invitation that was sent then; cancelled, unless it is said what became of it."""
    await write(
        "invitation",
        **{
            "practice": clinic.practice, "patient": patient or clinic.patient, "email": "z@example.com",
            "email_key": "z@example.com", "state": "Cancelled", "sent_by": by.account, "created_at": at, "sent_at": at,
            "expires_at": at + timedelta(days=14), **others,
        },
    )  # fmt: skip


async def counts(place: Place, **said: str) -> dict[str, tuple[int, ...]]:
    """By month, without those in which nothing was."""
    counted = await ADOPTION.counted(place, said)
    return {bar.label: tuple(bar.parts.values()) for bar in counted.picture if any(bar.parts.values())}


async def test_twelve_months_this_one_included(amara: Place) -> None:
    labels = [bar.label for bar in (await ADOPTION.counted(amara, {})).picture]
    assert (labels[0], labels[-2], labels[-1], len(labels)) == ("December 2025", "October 2026", "November 2026", 12)
    set_clock(NOW.replace(month=1, day=31))
    assert [bar.label for bar in (await ADOPTION.counted(amara, {})).picture][-1] == "January 2026"


async def test_invited_and_accepted_in_their_months(clinic: Clinic, amara: Place) -> None:
    october = datetime(2026, 10, 5, tzinfo=UTC)
    await invite(clinic, amara, october, state="Accepted", used_at=datetime(2026, 11, 2, tzinfo=UTC))
    await invite(clinic, amara, october + timedelta(days=1))
    await invite(clinic, amara, datetime(2025, 11, 20, tzinfo=UTC))
    assert await counts(amara) == {"October 2026": (2, 0, 0), "November 2026": (0, 1, 0)}


async def test_months_are_the_practices(clinic: Clinic, amara: Place) -> None:
    """In Sydney it is November already, an hour before it is in Greenwich's calendar."""
    await invite(clinic, amara, datetime(2026, 10, 31, 13, 30, tzinfo=UTC))
    await invite(clinic, amara, datetime(2026, 10, 31, 12, 30, tzinfo=UTC))
    assert await counts(amara) == {"October 2026": (1, 0, 0), "November 2026": (1, 0, 0)}


async def test_a_portal_that_somebody_opened_is_active_once_a_month(clinic: Clinic, amara: Place, zed: Someone) -> None:
    for _ in range(3):
        await audit.record("portal:view", account=zed.account, portal=zed.portal)
    await audit.record("patient:view", account=amara.account, practice=clinic.practice, portal=zed.portal)
    assert await counts(amara) == {"November 2026": (0, 0, 1)}
    set_clock(NOW + timedelta(days=31))
    await audit.record("patient:view", account=amara.account, practice=clinic.practice, portal=zed.portal)
    assert await counts(amara) == {"November 2026": (0, 0, 1)}
    await audit.record("records:view", account=zed.account, portal=zed.portal)
    assert await counts(amara) == {"November 2026": (0, 0, 1), "December 2026": (0, 0, 1)}


async def test_only_of_whom_the_member_finds(clinic: Clinic, amara: Place, zed: Someone) -> None:
    await audit.record("portal:view", account=zed.account, portal=zed.portal)
    await invite(clinic, amara, NOW)
    rhys = await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL))
    none = await clinic.place(await clinic.hire("Nora None", profiles="none"))
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.place(await other.hire("Priya Nair"))
    for nobody in (rhys, none, priya):
        assert await counts(nobody) == {}
    own = await clinic.admit(None, first_name="Own", last_name="Z", practitioner=rhys.member)
    await invite(clinic, amara, NOW, own)
    assert await counts(rhys) == {"November 2026": (1, 0, 0)}
    assert await counts(amara) == {"November 2026": (2, 0, 1)}
    assert await counts(amara, practitioner=str(rhys.member)) == {"November 2026": (1, 0, 0)}


async def test_who_sees_no_invitations_reads_who_is_active(clinic: Clinic, amara: Place, zed: Someone) -> None:
    await audit.record("portal:view", account=zed.account, portal=zed.portal)
    await invite(clinic, amara, NOW)
    nora = await clinic.place(await clinic.hire("Nora None", has_invitations=False))
    with counting() as statements:
        assert await counts(nora) == {"November 2026": (1,)}
    assert "invitation" not in " ".join(statements)
    assert [column.label for column in ADOPTION.columns(nora)] == ["Month", "Active"]


async def test_its_results_are_what_was_counted_at_run(clinic: Clinic, amara: Place) -> None:
    report = new_id()
    await saving.start(amara, report, "Portal Adoption", {})
    await invite(clinic, amara, clock.now())
    shown = await results.read(amara, report)
    assert [column.label for column in shown.columns] == ["Month", "Invited", "Accepted", "Active"]
    assert shown.rows[-1].cells == {"month": "November 2026", "Invited": 0, "Accepted": 0, "Active": 0}
    assert (shown.rows[0].patient, shown.more, shown.chosen) == (None, False, frozenset())
    await running.run(amara, report)
    assert (await results.read(amara, report)).rows[-1].cells["Invited"] == 1
    lines = [line async for line in sheet.lines(amara, report)]
    assert (len(lines), lines[-1]) == (13, ["November 2026", "1", "0", "0"])
    with pytest.raises(NotFound):
        await results.read(amara, report, page=2)


async def test_one_statement_whatever_there_is(clinic: Clinic, amara: Place) -> None:
    asked = []
    for _ in range(2):
        with counting() as statements:
            await ADOPTION.counted(amara, {})
        asked.append(len(statements))
        for _ in range(20):
            await invite(clinic, amara, NOW)
    assert asked == [1, 1]
