"""**New User**: an owner asks somebody to join, with a login or without, who says yes or no."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import run
from db.tables.member import Limit, MemberLevel, RoleType
from domain import clock, places, sessions
from domain.errors import Changed, LinkClosed, NotFound, NotPermitted, Refused
from domain.members import activity, asking, editing, joining, listing
from domain.members.asking import NewUser
from domain.members.listing import MemberStatus
from domain.members.rights import Rights
from domain.permissions import Module
from domain.places import Place
from domain.sessions import Session
from tests.cast import PASSWORD, mails, someone
from tests.clinic import Clinic
from tests.domain.sharing import in_the_midst_of

NEW = "new@example.com"
PLAIN = Rights(RoleType.PRACTITIONER, MemberLevel.PERSONAL)
DAY = timedelta(days=1)


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


async def owner_of(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Olive Owner", owner=True))


async def ask(place: Place, email: str = NEW, rights: Rights = PLAIN, name: str = "Nell Archer") -> UUID:
    return await asking.ask(place, NewUser(name, email, rights))


async def row_of(member: UUID) -> dict[str, Any]:
    [row] = await run("SELECT * FROM member WHERE id = $1", member)
    return row


async def logged_in(email: str) -> Session:
    [row] = await run("SELECT id FROM account WHERE email_key = $1", email)
    session = await sessions.resume(await sessions.begin(row["id"], ""))
    assert session
    return session


async def told(clinic: Clinic) -> list[str]:
    return [row["kind"] for row in await run("SELECT kind FROM notification WHERE practice = $1", clinic.practice)]


async def test_who_has_no_login_sets_one_up_and_has_the_place(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    row = await ask(olive, " New@Example.com ")
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("member-set-up", "New@Example.com")]
    assert (await row_of(row))["account"] is None
    asked = await joining.asking_of(row, 1)
    assert (asked["asker"], asked["practice_name"], asked["known"]) == ("Olive Owner", "Harbour Street Clinic", None)
    await joining.set_up_and_join(row, 1, "Nell Archer", PASSWORD)
    nell = await logged_in(NEW)
    assert (nell.portal, [workplace.slug for workplace in nell.workplaces]) == (None, [olive.practice.slug])
    place = await places.place(nell.account, nell.name, olive.practice.slug)
    assert (place.level, place.role_type, place.owner) == (MemberLevel.PERSONAL, RoleType.PRACTITIONER, False)
    assert await told(clinic) == ["member-accepted"]


async def test_who_has_a_login_is_asked_there_and_accepts(clinic: Clinic) -> None:
    kim = await someone("Kim Sato")
    row = await ask(await owner_of(clinic), kim.email)
    assert [(mail["kind"], mail["recipient"]) for mail in await mails()] == [("member-request", kim.email)]
    session = await logged_in(kim.email)
    assert (session.asked_to_work, session.works) == (1, False)
    assert [(a.id, a.practice, a.asker) for a in await joining.asked(session)] == [
        (row, "Harbour Street Clinic", "Olive Owner")
    ]
    for _ in range(2):
        await joining.accept(session, row)
    session = await logged_in(kim.email)
    assert (session.asked_to_work, session.works, session.portal) == (0, True, kim.portal)
    assert await told(clinic) == ["member-accepted"]


async def test_declining_is_told_and_leaves_no_place(clinic: Clinic) -> None:
    olive, kim = await owner_of(clinic), await someone("Kim Sato")
    row = await ask(olive, kim.email)
    for _ in range(2):
        await joining.decline(kim.session, row)
    assert (await told(clinic), await joining.asked(kim.session)) == (["member-declined"], [])
    assert row not in [m.id for m in await listing.members(olive)]
    with pytest.raises(NotFound):
        await joining.accept(kim.session, row)
    assert await ask(olive, kim.email) != row


async def test_an_account_that_came_meanwhile_can_go_both_ways(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    rows = [await ask(olive, f"{name}@example.com", name=name) for name in ("kim", "rosa")]
    kim, rosa = await someone("Kim Sato"), await someone("Rosa Ibarra")
    assert (await joining.asking_of(rows[0], 1))["known"] == kim.account
    with pytest.raises(Refused, match="There is a login with this email already"):
        await joining.set_up_and_join(rows[0], 1, "Kim", PASSWORD)
    for wrong in (rosa, await someone("Zed Novak")):
        with pytest.raises(LinkClosed, match="wrong account"):
            await joining.accept_link(wrong.session, rows[0], 1)
    for _ in range(2):
        assert await joining.accept_link(kim.session, rows[0], 1) == olive.practice.slug
    await joining.accept(rosa.session, rows[1])
    assert (await logged_in(rosa.email)).works


async def test_only_the_one_who_is_asked_answers(clinic: Clinic) -> None:
    kim, zed = await someone("Kim Sato"), await someone("Zed Novak")
    row = await ask(await owner_of(clinic), kim.email)
    for answer in (joining.accept, joining.decline):
        for who, which in ((zed, row), (kim, uuid4())):
            with pytest.raises(NotFound):
                await answer(who.session, which)
    assert (await row_of(row))["accepted_at"] is None


@pytest.mark.parametrize(
    ("end", "why"),
    [("joined", "used"), ("declined", "cancelled"), ("cancelled", "cancelled"), ("lapsed", "expired"),
     ("sent again", "ended"), ("unknown", "malformed")],
)  # fmt: skip
async def test_a_link_that_opens_nothing_says_why(clinic: Clinic, end: str, why: str) -> None:
    olive = await owner_of(clinic)
    row = await ask(olive)
    if end == "joined":
        await joining.set_up_and_join(row, 1, "Nell Archer", PASSWORD)
    elif end == "declined":
        await joining.decline((await someone("New Person")).session, row)
    elif end == "cancelled":
        for _ in range(2):
            await asking.cancel(olive, row)
    elif end == "lapsed":
        clock.set_offset(14 * DAY)
    elif end == "sent again":
        await asking.resend(olive, row)
    else:
        row = uuid4()
    for use in (lambda: joining.asking_of(row, 1), lambda: joining.set_up_and_join(row, 1, "Nell", PASSWORD)):
        with pytest.raises(LinkClosed) as closed:
            await use()
        assert closed.value.why == why


async def test_sending_again_reaches_whoever_has_a_login_by_now_and_waits_anew(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    row = await ask(olive)
    clock.set_offset(15 * DAY)
    assert (await listing.member(olive, row)).status is MemberStatus.EXPIRED
    kim = await someone("New Person")
    assert await joining.asked(kim.session) == []
    await asking.resend(olive, row)
    assert (await listing.member(olive, row)).status is MemberStatus.PENDING
    assert [mail["kind"] for mail in await mails()] == ["member-set-up", "member-request"]
    assert [asked.id for asked in await joining.asked(kim.session)] == [row]


async def test_nobody_is_asked_twice_or_who_was_here(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    await clinic.hire("Rhys Lindqvist")
    await clinic.hire("Ines Duarte", active=False)
    await ask(olive)
    clock.set_offset(timedelta(minutes=2))
    for email, words in (
        ("RHYS@example.com", "They work here already"),
        ("ines@example.com ", "deactivated"),
        ("New@example.com", "They have been asked already"),
        ("olive@example.com", "They work here already"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            await ask(olive, email)
        assert refused.value.field == "email"
    assert len(await mails()) == 1


async def test_pressed_twice_asks_once(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    rows = await asyncio.gather(*(ask(olive) for _ in range(10)))
    assert len(set(rows)) == 1
    assert len(await mails()) == 1
    assert [r["kind"] for r in await run("SELECT kind FROM event WHERE subject = $1", rows[0])] == ["member:ask"]


async def test_asked_again_at_once_with_other_rights_is_no_button_pressed_twice(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    await ask(olive, rights=Rights(RoleType.ADMINISTRATOR, MemberLevel.FULL))
    for less in (
        Rights(RoleType.ADMINISTRATOR, MemberLevel.PERSONAL, read_only=True),
        Rights(RoleType.ADMINISTRATOR, MemberLevel.FULL, views=(clinic.practitioner,)),
    ):
        with pytest.raises(Refused, match="They have been asked already"):
            await ask(olive, rights=less)
    assert len(await mails()) == 1


async def test_whose_information_is_viewed_can_be_sent_twice_in_any_order(clinic: Clinic) -> None:
    olive, bo = await owner_of(clinic), await clinic.place(await clinic.hire("Bo Lind"))
    views = (bo.member, clinic.practitioner, olive.member)
    rows = [
        await ask(olive, rights=Rights(RoleType.ADMINISTRATOR, MemberLevel.CLINICAL, views=each))
        for each in (views, views, views[::-1])
    ]
    assert len(set(rows)) == 1


async def test_an_owner_deactivated_meanwhile_asks_nobody(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    sam = await clinic.place(await clinic.hire("Sam", role_type=RoleType.ADMINISTRATOR, owner=True))
    row = await ask(sam)
    await activity.deactivate(olive, sam.member)
    owner = Rights(RoleType.PRACTITIONER, MemberLevel.FULL, owner=True)
    for attempt in (
        lambda: ask(sam), lambda: ask(sam, "x@example.com", owner), lambda: asking.resend(sam, row),
        lambda: asking.cancel(sam, row),
    ):  # fmt: skip
        with pytest.raises(NotPermitted):
            await attempt()
    assert len(await mails()) == 1
    assert (await row_of(row))["declined_at"] is None


async def test_somebody_asked_in_two_practices_has_two_places(clinic: Clinic) -> None:
    other = await Clinic.open(None, "Eastside Physio")
    kim = await someone("Kim Sato")
    for place in (await owner_of(clinic), await other.place(await other.hire("Priya Nair", owner=True))):
        await joining.accept(kim.session, await ask(place, kim.email))
    assert [w.name for w in (await logged_in(kim.email)).workplaces] == ["Eastside Physio", "Harbour Street Clinic"]


async def test_one_link_is_taken_up_once(clinic: Clinic) -> None:
    kim = await someone("Kim Sato")
    row = await ask(await owner_of(clinic), kim.email)
    await asyncio.gather(*(joining.accept(kim.session, row) for _ in range(20)), return_exceptions=True)
    assert (await row_of(row))["account"] == kim.account
    assert len(await run("SELECT FROM event WHERE kind = 'member:accept'")) == 1
    assert await told(clinic) == ["member-accepted"]


async def test_taking_back_and_accepting_at_once_leave_one_of_them(clinic: Clinic) -> None:
    olive, kim = await owner_of(clinic), await someone("Kim Sato")
    for first, second in (("cancel", "accept"), ("accept", "cancel")):
        row = await ask(olive, kim.email, name=first)
        ways: dict[str, Any] = {
            "cancel": partial(asking.cancel, olive, row), "accept": partial(joining.accept, kim.session, row),
        }  # fmt: skip

        async def later(way: Any = ways[second]) -> object:
            return (await asyncio.gather(way(), return_exceptions=True))[0]

        _, result = await in_the_midst_of(ways[first], later)
        assert isinstance(result, NotFound)
        kept = await row_of(row)
        assert (kept["active"], kept["declined_at"] is not None) == (first == "accept", first == "cancel")


async def test_an_edit_of_somebody_who_accepts_meanwhile_is_shown_how_they_stand(clinic: Clinic) -> None:
    olive, kim = await owner_of(clinic), await someone("Kim Sato")
    row = await ask(olive, kim.email)
    version = (await listing.member(olive, row)).version

    async def later() -> object:
        wider = Rights(RoleType.PRACTITIONER, MemberLevel.FULL)
        return (await asyncio.gather(editing.edit(olive, row, wider, version), return_exceptions=True))[0]

    _, result = await in_the_midst_of(lambda: joining.accept(kim.session, row), later)
    assert isinstance(result, Changed)
    assert (await row_of(row))["level"] == MemberLevel.PERSONAL


async def test_two_set_ups_of_one_link_make_one_account(clinic: Clinic) -> None:
    row = await ask(await owner_of(clinic))
    done = await asyncio.gather(
        *(joining.set_up_and_join(row, 1, f"Nell {n}", PASSWORD) for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, dict) for result in done) == 1
    assert all(isinstance(result, dict | LinkClosed | Refused) for result in done)
    assert len(await run("SELECT FROM account WHERE email_key = $1", NEW)) == 1
    assert len(await run("SELECT FROM member WHERE active AND email_key = $1", NEW)) == 1


@pytest.mark.parametrize("password", ["short", "harbour street clinic", "nell archer nell", "x" * 200])
async def test_a_bad_password_makes_nothing(clinic: Clinic, password: str) -> None:
    row = await ask(await owner_of(clinic))
    with pytest.raises(Refused):
        await joining.set_up_and_join(row, 1, "Nell Archer", password)
    assert await run("SELECT FROM account WHERE email_key = $1", NEW) == []
    assert (await joining.asking_of(row, 1))["known"] is None


@pytest.mark.parametrize(
    ("rights", "field"),
    [
        (Rights(RoleType.PRACTITIONER, MemberLevel.CLINICAL, owner=True), "owner"),
        (Rights(RoleType.ADMINISTRATOR, MemberLevel.FULL, owner=True, read_only=True), "owner"),
        (Rights(RoleType.ADMINISTRATOR, MemberLevel.FULL, owner=True, hides_names=True), "owner"),
        (Rights(RoleType.ADMINISTRATOR, MemberLevel.FULL, owner=True, invoices=Limit.OWN), "owner"),
        (Rights(RoleType.ADMINISTRATOR, MemberLevel.FULL, owner=True, modules=frozenset({Module.CALENDAR})), "owner"),
        (Rights(RoleType.PRACTITIONER, MemberLevel.FULL, read_only=True), "level"),
        (Rights(RoleType.ADMINISTRATOR, MemberLevel.CLINICAL, views=(uuid4(),)), "views"),
    ],
)
async def test_rights_that_do_not_go_together(clinic: Clinic, rights: Rights, field: str) -> None:
    olive = await owner_of(clinic)
    with pytest.raises(Refused) as refused:
        await ask(olive, rights=rights)
    assert refused.value.field == field
    assert await mails() == []


async def test_whose_information_is_among_this_practices_practitioners(clinic: Clinic) -> None:
    olive, other = await owner_of(clinic), await Clinic.open(None, "Eastside Physio")
    bea = await clinic.place(await clinic.hire("Bea", role_type=RoleType.ADMINISTRATOR))
    gone = await clinic.hire("Ines Duarte", active=False)
    [ines] = await run("SELECT id FROM member WHERE account = $1", gone.account)
    for practitioner in (other.practitioner, bea.member, ines["id"]):
        with pytest.raises(Refused):
            await ask(olive, rights=Rights(RoleType.ADMINISTRATOR, MemberLevel.CLINICAL, views=(practitioner,)))
    rights = Rights(RoleType.ADMINISTRATOR, MemberLevel.CLINICAL, views=(clinic.practitioner, olive.member))
    row = await ask(olive, rights=rights)
    assert (await row_of(row))["viewing"] == clinic.practitioner
    assert set((await listing.member(olive, row)).rights.views) == set(rights.views)


KINDS = [
    (MemberLevel.FULL, RoleType.PRACTITIONER), (MemberLevel.FULL, RoleType.ADMINISTRATOR),
    (MemberLevel.CLINICAL, RoleType.PRACTITIONER), (MemberLevel.PERSONAL, RoleType.ADMINISTRATOR),
]  # fmt: skip


@pytest.mark.parametrize(("level", "role_type"), KINDS)
async def test_only_owners_ask_send_again_and_cancel(clinic: Clinic, level: MemberLevel, role_type: RoleType) -> None:
    row = await ask(await owner_of(clinic))
    who = await clinic.place(await clinic.hire("Rhys Lindqvist", level, role_type))
    for attempt in (lambda: ask(who, "x@example.com"), lambda: asking.resend(who, row), lambda: asking.cancel(who, row),
                    lambda: listing.member(who, row)):  # fmt: skip
        with pytest.raises(NotPermitted):
            await attempt()
    assert {m.email for m in await listing.members(who)} == {""}


async def test_another_practices_asking_is_not_there(clinic: Clinic) -> None:
    row = await ask(await owner_of(clinic))
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.place(await other.hire("Priya Nair", owner=True))
    for attempt in (asking.resend, asking.cancel, listing.member):
        with pytest.raises(NotFound):
            await attempt(priya, row)
    assert (await row_of(row))["declined_at"] is None


async def test_fifty_a_day(clinic: Clinic) -> None:
    olive = await owner_of(clinic)
    row = await ask(olive)
    for _ in range(49):
        await asking.resend(olive, row)
    with pytest.raises(Refused, match="Try again tomorrow"):
        await asking.resend(olive, row)
    with pytest.raises(Refused, match="50 people today"):
        await ask(olive, "another@example.com")
    clock.set_offset(DAY + timedelta(minutes=1))
    await ask(olive, "another@example.com")
