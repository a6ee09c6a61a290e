"""Portal Adoption: patients invited, accepted and active, month by month."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db.engine import counting, run
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


async def invite(clinic: Clinic, by: Place, at: datetime, patient: UUID | None = None, **others: object) -> UUID:
    """An invitation that was sent then; cancelled, unless it is said what became of it."""
    return await write(
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
    for patient in (clinic.patient, await clinic.admit(None, first_name="Tess")):
        await invite(clinic, amara, october + timedelta(days=1), patient)
    await invite(clinic, amara, datetime(2025, 11, 20, tzinfo=UTC))
    assert await counts(amara) == {"October 2026": (2, 0, 0), "November 2026": (0, 1, 0)}, "a patient counts once"


async def owe(invitation: UUID, kind: str = "invitation", **others: object) -> UUID:
    return await write(
        "mail",
        **{
            "kind": kind, "subject": invitation, "recipient": "z@example.com", "key": f"{kind}:{new_id()}",
            "created_at": NOW, "due_at": NOW, **others,
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "mail", "many"),
    [
        ("Pending", {"sent_at": NOW}, 1),
        ("Pending", None, 1),
        ("Pending", {}, 0),
        ("Cancelled", {"sent_at": NOW}, 1),
        ("Cancelled", {"failed_at": NOW, "failure": "no longer due"}, 0),
        ("Expired", None, 1),
        ("Undeliverable", {"failed_at": NOW, "failure": "550 5.1.1"}, 0),
        ("Locked", None, 1),
    ],
)
async def test_invited_is_whose_mail_went(
    clinic: Clinic, amara: Place, state: str, mail: dict[str, Any] | None, many: int
) -> None:
    """Also when the mails that were sent are forgotten: None."""
    invitation = await invite(clinic, amara, NOW, state=state)
    if mail is not None:
        await owe(invitation, **mail)
    await owe(invitation, kind="practice-linked")
    assert await counts(amara) == ({"November 2026": (many, 0, 0)} if many else {})


async def test_who_was_called_off_in_the_hold_was_not_invited(clinic: Clinic, amara: Place) -> None:
    many = await write(
        "bulk_invitation", practice=clinic.practice, account=amara.account, created_at=NOW, held_until=NOW
    )
    for outcome in ("Cancelled", "Sent"):
        patient = await clinic.admit(None, first_name=outcome)
        invitation = await invite(clinic, amara, NOW, patient)
        await write(
            "bulk_invitation_patient", bulk_invitation=many, patient=patient, outcome=outcome, invitation=invitation
        )
    assert await counts(amara) == {"November 2026": (1, 0, 0)}


async def test_one_mail_of_a_family_is_each_ones(clinic: Clinic, amara: Place) -> None:
    family = await write(
        "family_invitation", practice=clinic.practice, email="z@example.com", email_key="z@example.com",
        sent_by=amara.account, created_at=NOW, sent_at=NOW, expires_at=NOW,
    )  # fmt: skip
    for name in ("Ana", "Bo"):
        await invite(clinic, amara, NOW, await clinic.admit(None, first_name=name), family=family)
    mail = await owe(family, "family-invitation")
    assert await counts(amara) == {}
    await run("UPDATE mail SET sent_at = $2 WHERE id = $1", mail, NOW)
    assert await counts(amara) == {"November 2026": (2, 0, 0)}


async def test_what_patients_did_before_they_were_linked_here_is_not_told(
    clinic: Clinic, amara: Place, zed: Someone
) -> None:
    """Zed has used the portal with another practice for long."""
    used_at = NOW + timedelta(days=20)
    await audit.record("portal:view", account=zed.account, portal=zed.portal)
    await invite(clinic, amara, NOW, state="Accepted", used_at=used_at, portal=zed.portal, accepted_by=zed.account)
    set_clock(used_at + timedelta(hours=1))
    assert await counts(amara) == {"November 2026": (1, 0, 0), "December 2026": (0, 1, 0)}
    await audit.record("portal:view", account=zed.account, portal=zed.portal)
    assert await counts(amara) == {"November 2026": (1, 0, 0), "December 2026": (0, 1, 1)}


async def test_of_one_practitioners_few_nobody_tells_who_is_active(clinic: Clinic, amara: Place) -> None:
    rhys = await clinic.place(await clinic.hire("Rhys Lindqvist", MemberLevel.PERSONAL))
    report, own = new_id(), new_id()
    for number in range(5):
        shown = await ADOPTION.page(amara, {}, "", 1, await ADOPTION.counted(amara, {"practitioner": str(rhys.member)}))
        theirs = await ADOPTION.page(rhys, {}, "", 1, await ADOPTION.counted(rhys, {}))
        assert {row.cells["Active"] for row in (*shown.rows, *theirs.rows)} == {"too few to count"}
        who = await someone(f"P{number}")
        await clinic.admit(who.portal, practitioner=rhys.member)
        await audit.record("portal:view", account=who.account, portal=who.portal)
    await saving.start(amara, report, "Portal Adoption", {"practitioner": str(rhys.member)})
    await saving.start(rhys, own, "Portal Adoption", {})
    for place, one in ((amara, report), (rhys, own)):
        assert (await results.read(place, one)).rows[-1].cells["Active"] == 5
        assert [line async for line in sheet.lines(place, one)][-1][-1] == "5"


async def test_months_are_the_practices(clinic: Clinic, amara: Place) -> None:
    """In Sydney it is November already, an hour before it is in Greenwich's calendar."""
    await invite(clinic, amara, datetime(2026, 10, 31, 13, 30, tzinfo=UTC))
    await invite(clinic, amara, datetime(2026, 10, 31, 12, 30, tzinfo=UTC))
    assert await counts(amara) == {"October 2026": (1, 0, 0), "November 2026": (1, 0, 0)}, "once in each month"


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
    assert await counts(rhys) == {"November 2026": (1, 0)}
    assert await counts(amara) == {"November 2026": (2, 0, 1)}
    assert await counts(amara, practitioner=str(rhys.member)) == {"November 2026": (1, 0)}


async def test_who_sees_no_invitations_reads_who_is_active(clinic: Clinic, amara: Place, zed: Someone) -> None:
    await audit.record("portal:view", account=zed.account, portal=zed.portal)
    await invite(clinic, amara, NOW)
    nora = await clinic.place(await clinic.hire("Nora None", has_invitations=False))
    with counting() as statements:
        assert await counts(nora) == {"November 2026": (1,)}
    assert "Invited" not in " ".join(statements)
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
