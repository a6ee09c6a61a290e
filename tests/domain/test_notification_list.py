"""Notifications as a member reads and archives them."""

from datetime import timedelta

import pytest

from db.engine import counting, run
from db.ids import new_id
from db.tables.member import Limit, MemberLevel, RoleType
from domain import clock, notification_list, notifications
from domain.errors import NotFound, NotPermitted
from domain.notifications import NotificationKind
from tests.cast import Someone
from tests.clinic import Clinic, write
from tests.domain.sharing import in_the_midst_of

ACCEPTED, WAITING = NotificationKind.INVITATION_ACCEPTED, NotificationKind.UPDATE_WAITING


class Desk:
    """A clinic with a patient, Mina, of nobody's."""

    clinic: Clinic
    amara: Someone

    @classmethod
    async def open(cls):
        self = cls()
        self.clinic = await Clinic.open(None)
        self.amara = await self.clinic.hire("Amara Okafor")
        return self

    async def tell(self, kind=ACCEPTED, **about):
        subject = new_id()
        await notifications.tell(kind, self.clinic.practice, subject, **(about or {"patient": self.clinic.patient}))
        [row] = await run("SELECT id FROM notification WHERE subject = $1", subject)
        return row["id"]

    async def read_by(self, who, **others):
        place = await self.clinic.place(who)
        shown = (await notification_list.read(place, **others)).shown
        assert others or len(shown) == await notifications.waiting(place)
        return [(one.kind, one.about) for one in shown]


@pytest.fixture
async def desk(database):
    return await Desk.open()


async def test_they_come_newest_first_with_whom_they_are_about(desk):
    await desk.tell()
    await desk.tell(WAITING)
    assert await desk.read_by(desk.amara) == [(WAITING, "Mina Park"), (ACCEPTED, "Mina Park")]


async def test_told_twice_at_once_one_waits(desk):
    subject = new_id()

    async def tell():
        await notifications.tell(WAITING, desk.clinic.practice, subject, patient=desk.clinic.patient)

    await in_the_midst_of(tell, tell)
    assert len(await run("SELECT FROM notification")) == 1
    [row] = await run("SELECT id FROM notification")
    await notification_list.archive(await desk.clinic.place(desk.amara), row["id"])
    await tell()
    assert len(await run("SELECT FROM notification")) == 2


async def test_told_while_the_last_is_archived_the_next_waits(desk):
    one = await desk.tell(WAITING)
    [row] = await run("SELECT subject FROM notification")
    place = await desk.clinic.place(desk.amara)

    async def tell():
        await notifications.tell(WAITING, desk.clinic.practice, row["subject"], patient=desk.clinic.patient)

    await in_the_midst_of(lambda: notification_list.archive(place, one), tell)
    assert await notifications.waiting(place) == 1


async def test_a_hidden_name_is_its_code(desk):
    tom = await desk.clinic.hire("Tom Whit", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True)
    await desk.tell()
    [row] = await run("SELECT code FROM patient")
    assert await desk.read_by(tom) == [(ACCEPTED, row["code"])]


@pytest.mark.parametrize(
    ("others", "many"),
    [
        ({"level": MemberLevel.PERSONAL}, 0),
        ({"level": MemberLevel.OWN_AND_CONTACT}, 0),
        ({"profiles": Limit.NONE}, 0),
        ({"has_patients": False}, 0),
        ({"read_only": True}, 1),
    ],
)
async def test_they_are_about_patients_whose_profile_one_reads(desk, others, many):
    who = await desk.clinic.hire("Nell Orr", **others)
    await desk.tell()
    assert len(await desk.read_by(who)) == many


async def test_those_about_members_are_for_account_owners(desk):
    member = (await desk.clinic.place(desk.amara)).member
    owner = await desk.clinic.hire("Olga Owens", owner=True)
    await desk.tell(NotificationKind.MEMBER_ACCEPTED, member=member)
    assert await desk.read_by(desk.amara) == []
    assert await desk.read_by(owner) == [(NotificationKind.MEMBER_ACCEPTED, "Amara Okafor")]


async def test_archived_by_one_it_is_archived_for_all(desk):
    ben = await desk.clinic.hire("Ben Adler")
    one, two = await desk.tell(), await desk.tell(WAITING)
    place = await desk.clinic.place(desk.amara)
    assert await notification_list.archive(place, one) == 1
    assert await notification_list.archive(await desk.clinic.place(ben), one, two) == 1
    assert await desk.read_by(ben) == []
    shown = (await notification_list.read(place, archived=True)).shown
    assert {(note.id, note.archived_by) for note in shown} == {(one, "Amara Okafor"), (two, "Ben Adler")}
    rows = await run("SELECT subject FROM event WHERE kind = 'notification:archive'")
    assert {row["subject"] for row in rows} == {one, two}
    assert len(rows) == 2


async def test_what_was_dealt_with_is_archived_by_nobody(desk):
    one = await desk.tell(WAITING)
    [row] = await run("SELECT subject FROM notification")
    await notifications.settle(WAITING, row["subject"], None)
    [shown] = (await notification_list.read(await desk.clinic.place(desk.amara), archived=True)).shown
    assert (shown.id, shown.archived_by) == (one, "")


async def test_nobody_archives_what_they_do_not_read(desk):
    one = await desk.tell()
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.place(await other.hire("Priya Nair", owner=True))
    personal = await desk.clinic.place(await desk.clinic.hire("Rhys Lind", MemberLevel.PERSONAL))
    for place, tried in ((priya, one), (personal, one), (await desk.clinic.place(desk.amara), new_id())):
        with pytest.raises(NotFound):
            await notification_list.archive(place, tried)
    reader = await desk.clinic.place(await desk.clinic.hire("Rita Orr", read_only=True))
    with pytest.raises(NotPermitted):
        await notification_list.archive(reader, one)
    assert await run("SELECT FROM notification WHERE archived_at IS NOT NULL") == []


async def test_they_come_fifty_to_a_page_in_one_statement(desk):
    place, begin = await desk.clinic.place(desk.amara), clock.now()
    for number in range(52):
        await write(
            "notification", practice=desk.clinic.practice, kind=ACCEPTED.value, patient=desk.clinic.patient,
            subject=new_id(), created_at=begin + timedelta(minutes=number),
        )  # fmt: skip
    with counting() as asked:
        first = await notification_list.read(place)
    assert (len(first.shown), first.more, len(asked)) == (50, True, 1)
    assert len((await notification_list.read(place, 2)).shown) == 2
    with pytest.raises(NotFound):
        await notification_list.read(place, 0)
