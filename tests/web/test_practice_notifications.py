"""The page of notifications and the practice's home, in a browser without JavaScript and by htmx."""

from uuid import UUID

import pytest

from db.engine import run
from db.ids import new_id
from db.tables.member import MemberLevel, RoleType
from domain import clock, guardians, notifications
from domain.notifications import NotificationKind
from tests.cast import someone
from tests.clinic import Clinic, write
from tests.web.conftest import Browser, text
from web.pages.practice.notifications import WORDS

BASE = "/practice/harbour-street-clinic"
HERE = f"{BASE}/notifications"
ABOUT_MEMBERS = {NotificationKind.MEMBER_ACCEPTED, NotificationKind.MEMBER_DECLINED}


@pytest.fixture
async def clinic(browser: Browser) -> Clinic:
    clinic = await Clinic.open(None)
    await browser.log_in(await clinic.hire("Amara Okafor", owner=True))
    return clinic


async def tell(clinic: Clinic, kind: NotificationKind = NotificationKind.INVITATION_ACCEPTED) -> UUID:
    about = {"member": clinic.practitioner} if kind in ABOUT_MEMBERS else {"patient": clinic.patient}
    subject = new_id()
    await notifications.tell(kind, clinic.practice, subject, **about)
    [row] = await run("SELECT id FROM notification WHERE subject = $1", subject)
    identity: UUID = row["id"]
    return identity


@pytest.mark.parametrize("kind", list(NotificationKind))
async def test_each_kind_says_whom_it_is_about_and_leads_to_where_one_acts(
    browser: Browser, clinic: Clinic, kind: NotificationKind
) -> None:
    await tell(clinic, kind)
    [row] = await run("SELECT subject FROM notification")
    page = await browser.get(HERE)
    name = "Dr Amara of Harbour Street Clinic" if kind in ABOUT_MEMBERS else "Mina Park"
    words = WORDS[kind]
    assert f"{words.opens}{name} {words.says}." in text(page).replace("  ", " ")
    address = words.address.format(patient=clinic.patient, subject=row["subject"])
    assert f'href="{BASE}{address}"' in page.text
    assert 'aria-label="Notifications, 1 new"' in page.text


async def test_who_may_not_act_is_led_to_the_patient(other_browser: Browser, clinic: Clinic) -> None:
    await tell(clinic, NotificationKind.UPDATE_WAITING)
    tom = await clinic.hire("Tom Whit", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True, read_only=True)
    await other_browser.log_in(tom)
    [row] = await run("SELECT code FROM patient")
    for path in (HERE, f"{BASE}/"):
        page = await other_browser.get(path)
        assert f"Details of {row['code']} were changed." in text(page)
        assert f'href="{BASE}/patients/{clinic.patient}"' in page.text
        assert "/archival" not in page.text
        assert "Mina" not in page.text


@pytest.mark.parametrize("kind", sorted(set(NotificationKind) - ABOUT_MEMBERS))
async def test_who_reads_only_name_and_contact_is_told_nothing_of_a_patient_and_archives_nothing(
    other_browser: Browser, clinic: Clinic, kind: NotificationKind
) -> None:
    """Decision 29: that they changed their details or have a guardian is of the profile."""
    one = await tell(clinic, kind)
    await other_browser.log_in(await clinic.hire("Rhys Lind", MemberLevel.OWN_AND_CONTACT))
    page = await other_browser.get(HERE)
    assert "Mina" not in page.text
    assert 'aria-label="Notifications"' in page.text
    assert (await other_browser.post(f"{HERE}/{one}/archival")).status_code == 404
    assert await run("SELECT FROM notification WHERE archived_at IS NOT NULL") == []


async def test_what_came_of_invitations_is_for_who_sees_invitations(other_browser: Browser, clinic: Clinic) -> None:
    """S5.6: without the module of invitations one learns only whether there is a portal."""
    for kind in (NotificationKind.INVITATION_LOCKED, NotificationKind.INVITATION_UNDELIVERABLE):
        await tell(clinic, kind)
    await other_browser.log_in(await clinic.hire("Bea Corr", has_invitations=False))
    assert "Mina" not in (await other_browser.get(HERE)).text
    await tell(clinic, NotificationKind.UPDATE_WAITING)
    assert f"Mina Park {WORDS[NotificationKind.UPDATE_WAITING].says}" in text(await other_browser.get(HERE))


async def test_archived_it_is_among_the_archived(browser: Browser, clinic: Clinic) -> None:
    one = await tell(clinic)
    for _ in range(2):
        answer = await browser.post(f"{HERE}/{one}/archival")
        assert (answer.status_code, "Archived for everybody here" in text(answer)) == (200, True)
    assert "Nothing new" in text(answer)
    assert 'aria-label="Notifications"' in answer.text
    assert "archived by Amara Okafor" in text(await browser.get(f"{HERE}/archived"))


async def test_all_that_are_shown_and_no_later_one(browser: Browser, clinic: Clinic) -> None:
    shown = [str(await tell(clinic)) for _ in range(2)]
    assert "Archive all 2 shown" in text(await browser.get(HERE))
    await tell(clinic)
    answer = await browser.post(f"{HERE}/archival", data={"shown": shown})
    assert "Archived 2 for everybody here" in text(answer)
    assert 'aria-label="Notifications, 1 new"' in answer.text


async def test_htmx_gets_the_list_and_the_bell(browser: Browser, clinic: Clinic) -> None:
    one, _ = await tell(clinic), await tell(clinic)
    answer = await browser.htmx("POST", f"{HERE}/{one}/archival", "notifications")
    assert answer.headers["HX-Retarget"] == "#notifications"
    assert 'id="bell" data-hx-swap-oob="outerHTML"' in answer.text
    assert "Notifications, 1 new" in answer.text


@pytest.mark.parametrize("shown", ["", "x", ["x", "y"], "a\0", str(UUID(int=7)), [str(UUID(int=7))] * 60])
async def test_ids_that_are_nobodys_archive_nothing(browser: Browser, clinic: Clinic, shown: object) -> None:
    await tell(clinic)
    other = await Clinic.open(None, "Eastside Physio")
    elsewhere = await tell(other)
    assert (await browser.post(f"{HERE}/archival", data={"shown": shown})).status_code == 404
    assert (await browser.post(f"{HERE}/{elsewhere}/archival")).status_code == 404
    assert await run("SELECT FROM notification WHERE archived_at IS NOT NULL") == []


async def test_the_home_says_what_there_is_today(browser: Browser, clinic: Clinic) -> None:
    empty = text(await browser.get(f"{BASE}/"))
    assert "Nothing booked today" in empty
    assert "Nothing new" in empty
    assert "Waits for a decision" not in empty
    await clinic.book(clock.now(), status="Cancelled", cancelled_at=clock.now())
    await tell(clinic)
    page = await browser.get(f"{BASE}/")
    for words in (
        "Mina Park",
        "Canary type with Dr Amara",
        "Canary reason",
        "Cancelled",
        "The invitation of Mina Park was accepted",
    ):
        assert words in text(page)


async def test_what_waits_stands_first(browser: Browser, clinic: Clinic) -> None:
    mina = await someone("Mina Park")
    await run("UPDATE patient SET portal = $2 WHERE id = $1", clinic.patient, mina.portal)
    update = await write(
        "patient_update", practice=clinic.practice, patient=clinic.patient, portal=mina.portal, account=mina.account,
        state="Waiting", changed_at=clock.now(),
    )  # fmt: skip
    await write(
        "patient_update_field", patient_update=update, field="phone", before="1", after="2", account=mina.account,
        changed_at=clock.now(), state="Waiting",
    )  # fmt: skip
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Child", guardians.PARENTAL)
    child = await clinic.admit(leo, first_name="Leo")
    await run("UPDATE guardian_confirmation SET state = 'Waiting' WHERE patient = $1", child)
    page = await browser.get(f"{BASE}/")
    assert "Waits for a decision" in text(page)
    assert f'href="{BASE}/updates/{update}"' in page.text
    assert "one guardian to confirm" in text(page)
    assert f'href="{BASE}/patients/{child}/guardians"' in page.text
