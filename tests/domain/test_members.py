"""**Edit**, **Deactivate**, **Activate**, and whose information administrators view."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import run
from db.tables.member import Limit, MemberLevel, RoleType
from domain import places
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.members import activity, editing, listing, opening, viewing
from domain.members.listing import Member, MemberStatus
from domain.members.opening import Owner
from domain.members.rights import Rights
from domain.patients.found import find
from domain.patients.revocations import revoke
from domain.permissions import Module
from domain.places import Place
from tests.cast import Someone, mails
from tests.clinic import Clinic
from tests.domain.sharing import in_the_midst_of

PRACTITIONER, ADMINISTRATOR = RoleType.PRACTITIONER, RoleType.ADMINISTRATOR
FULL, CLINICAL, PERSONAL = MemberLevel.FULL, MemberLevel.CLINICAL, MemberLevel.PERSONAL


@pytest.fixture
async def clinic(database: None) -> Clinic:
    """A practice whose first owner, "Amara", is one of two: `olive_of` is the other."""
    return await Clinic.open(None)


async def olive_of(clinic: Clinic, role_type: RoleType = ADMINISTRATOR) -> Place:
    return await clinic.place(await clinic.hire("Olive Owner", FULL, role_type, owner=True))


async def member_of(clinic: Clinic, who: Someone) -> UUID:
    [row] = await run("SELECT id FROM member WHERE practice = $1 AND account = $2", clinic.practice, who.account)
    found: UUID = row["id"]
    return found


async def edit(place: Place, row: UUID, **others: Any) -> Member:
    """Changes some of a member's rights, from how they stand."""
    before = await listing.member(place, row)
    return await editing.edit(place, row, replace(before.rights, **others), before.version)


async def events(row: UUID) -> list[str]:
    return [line["kind"] for line in await run("SELECT kind FROM event WHERE subject = $1 ORDER BY seq", row)]


async def test_the_list_is_oneself_first_then_by_status_and_name(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    await clinic.hire("Ines Duarte", active=False)
    await clinic.hire("Bea Castellanos", CLINICAL, ADMINISTRATOR)
    found = await listing.members(olive)
    assert [(m.name, m.status.value) for m in found] == [
        ("Olive Owner", "Active"), ("Bea Castellanos", "Active"),
        ("Dr Amara of Harbour Street Clinic", "Active"), ("Ines Duarte", "Deactivated"),
    ]  # fmt: skip
    assert found[1].email == "bea@example.com"


async def test_an_edit_holds_from_the_next_request_on(clinic: Clinic) -> None:
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", PERSONAL)
    row = await member_of(clinic, rhys)
    after = await edit(
        olive, row, level=CLINICAL, read_only=True, hides_names=True, invoices=Limit.NONE,
        modules=frozenset({Module.PATIENTS}),
    )  # fmt: skip
    place = await clinic.place(rhys)
    assert (place.level, place.read_only, place.hides_names) == (CLINICAL, True, True)
    assert (place.limits["invoices"], place.modules) == (Limit.NONE, frozenset({Module.PATIENTS}))
    assert after.rights.invoices is Limit.NONE
    assert await events(row) == ["member:edit"]


async def test_an_edit_leaves_the_login_alone(clinic: Clinic) -> None:
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", PERSONAL)
    before = await run("SELECT * FROM account ORDER BY id")
    await edit(olive, await member_of(clinic, rhys), level=CLINICAL)
    assert await run("SELECT * FROM account ORDER BY id") == before


async def test_an_older_form_is_shown_what_stands_now(clinic: Clinic) -> None:
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", PERSONAL)
    row = await member_of(clinic, rhys)
    first = await listing.member(olive, row)
    wanted = replace(first.rights, level=CLINICAL)
    for _ in range(2):  # pressed twice: done once, and no complaint
        assert (await editing.edit(olive, row, wanted, first.version)).rights.level is CLINICAL
    assert await events(row) == ["member:edit"]
    with pytest.raises(Changed):
        await editing.edit(olive, row, first.rights, first.version)


@pytest.mark.parametrize(
    ("less", "field"),
    [
        ({"level": CLINICAL}, "level"), ({"role_type": ADMINISTRATOR}, "role_type"), ({"read_only": True}, "level"),
        ({"hides_names": True}, "level"), ({"invoices": Limit.OWN}, "level"), ({"modules": frozenset()}, "level"),
        ({"role_type": ADMINISTRATOR, "read_only": True}, "role_type"),
        ({"role_type": ADMINISTRATOR, "modules": frozenset()}, "role_type"),
    ],
)  # fmt: skip
async def test_a_practitioner_with_full_access_is_not_lessened(
    clinic: Clinic, less: dict[str, Any], field: str
) -> None:
    """Decision 19: no way round."""
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", FULL)
    row = await member_of(clinic, rhys)
    before = await listing.member(olive, row)
    with pytest.raises(Refused) as refused:
        await edit(olive, row, **less)
    assert refused.value.field == field
    assert await listing.member(olive, row) == before
    for way in (activity.deactivate, activity.activate):
        with pytest.raises(Refused, match="Only the people who run this Kith"):
            await way(olive, row)


async def test_an_administrator_with_full_access_can_be(clinic: Clinic) -> None:
    olive, bea = await olive_of(clinic), await clinic.hire("Bea", FULL, ADMINISTRATOR)
    row = await member_of(clinic, bea)
    await edit(olive, row, level=PERSONAL, read_only=True)
    await activity.deactivate(olive, row)
    with pytest.raises(NotFound):
        await clinic.place(bea)


async def test_an_owner_can_be_made_and_unmade_but_not_the_last(clinic: Clinic) -> None:
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", FULL)
    row = await member_of(clinic, rhys)
    assert (await edit(olive, row, owner=True)).rights.owner
    assert not (await edit(olive, row, owner=False)).rights.owner
    await edit(olive, clinic.practitioner, owner=False)
    with pytest.raises(Refused, match="A practice always has an account owner") as refused:
        await edit(olive, olive.member, owner=False)
    assert refused.value.field == "owner"
    with pytest.raises(Refused):
        await edit(olive, olive.member, owner=True, level=CLINICAL)
    with pytest.raises(Refused, match="You cannot deactivate yourself"):
        await activity.deactivate(olive, olive.member)


@pytest.mark.parametrize("more", [{"level": FULL}, {"level": FULL, "owner": True}])
async def test_whoever_is_given_full_access_is_kept_from_no_patient_any_more(clinic: Clinic, more: Any) -> None:
    olive = await olive_of(clinic)
    rhys, ben = [await clinic.place(await clinic.hire(name, CLINICAL)) for name in ("Rhys", "Ben")]
    for kept in (rhys, ben):
        await revoke(olive, clinic.patient, kept.member)
    await edit(olive, rhys.member, read_only=True)
    with pytest.raises(NotFound):
        await find(rhys, clinic.patient)
    await edit(olive, rhys.member, **more, read_only=False)
    await find(rhys, clinic.patient)
    with pytest.raises(Refused, match="Full Access sees every patient"):
        await revoke(olive, clinic.patient, rhys.member)
    with pytest.raises(NotFound):
        await find(ben, clinic.patient)


async def test_full_access_given_from_outside_ends_what_one_is_kept_from(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    rhys = await clinic.hire("Rhys", PERSONAL)
    place = await clinic.place(rhys)
    await revoke(olive, clinic.patient, place.member)
    for level in (CLINICAL, FULL):
        with pytest.raises(NotFound):
            await find(await clinic.place(rhys), clinic.patient)
        await editing.change_level_from_outside(olive.practice.slug, rhys.email, level)
    await find(await clinic.place(rhys), clinic.patient)


async def test_kept_from_a_patient_while_full_access_is_given_leaves_one_kept_from_nobody(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    rhys = await clinic.place(await clinic.hire("Rhys", CLINICAL))

    async def revoked() -> object:
        return (await asyncio.gather(revoke(olive, clinic.patient, rhys.member), return_exceptions=True))[0]

    _, result = await in_the_midst_of(lambda: edit(olive, rhys.member, level=FULL), revoked)
    assert isinstance(result, Refused)
    assert await run("SELECT FROM patient_revocation") == []


async def test_somebody_asked_is_no_owner_so_far(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    await edit(olive, clinic.practitioner, owner=False)
    await opening.ask_owner(olive.practice.slug, Owner("Nell", "nell@example.com"))
    with pytest.raises(Refused):
        await edit(olive, olive.member, owner=False)


async def test_deactivated_at_the_next_request_and_back_again(clinic: Clinic) -> None:
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", PERSONAL)
    row = await member_of(clinic, rhys)
    for _ in range(2):
        assert (await activity.deactivate(olive, row)).status is MemberStatus.DEACTIVATED
    with pytest.raises(NotFound):
        await clinic.place(rhys)
    with pytest.raises(Refused, match="Activate them first"):
        await edit(olive, row, level=CLINICAL)
    for _ in range(2):
        assert (await activity.activate(olive, row)).status is MemberStatus.ACTIVE
    assert (await clinic.place(rhys)).level is PERSONAL
    assert await events(row) == ["member:deactivate", "member:activate"]


async def test_an_owner_who_comes_back_is_no_owner(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    sam = await clinic.hire("Sam", FULL, ADMINISTRATOR, owner=True)
    row = await member_of(clinic, sam)
    await activity.deactivate(olive, row)
    await activity.activate(olive, row)
    assert not (await clinic.place(sam)).owner


async def test_past_invoices_keep_the_name(clinic: Clinic) -> None:
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", PERSONAL)
    row = await member_of(clinic, rhys)
    invoice = await clinic.bill(1, "50", practitioner=row)
    await activity.deactivate(olive, row)
    [kept] = await run(
        "SELECT a.name FROM invoice i JOIN member m ON m.id = i.practitioner JOIN account a ON a.id = m.account"
        " WHERE i.id = $1",
        invoice,
    )
    assert kept["name"] == "Rhys Lindqvist"
    assert row not in [m.id for m in listing.practitioners(await listing.members(olive))]


async def bea_viewing(clinic: Clinic, *others: str) -> tuple[Someone, list[UUID]]:
    """An administrator who may view Amara and these practitioners, and views the first."""
    hired = [await clinic.hire(name, PERSONAL) for name in others]
    views = (clinic.practitioner, *[await member_of(clinic, who) for who in hired])
    return await clinic.hire("Bea Castellanos", CLINICAL, ADMINISTRATOR, views=views), list(views)


async def test_an_administrator_chooses_whom_to_view(clinic: Clinic) -> None:
    bea, views = await bea_viewing(clinic, "Rhys Lindqvist")
    place = await clinic.place(bea)
    assert (place.own, place.shown_as) == (views[0], "Dr Amara of Harbour Street Clinic")
    assert [one.member for one in await viewing.viewable(place)] == views
    await viewing.view(place, views[1])
    place = await clinic.place(bea)
    assert (place.own, place.shown_as, place.account_name) == (views[1], "Rhys Lindqvist", "Bea Castellanos")
    other = await Clinic.open(None, "Eastside Physio")
    stranger = await member_of(clinic, await clinic.hire("Sam"))
    for nobody in (other.practitioner, stranger, place.member, uuid4()):
        with pytest.raises(NotFound):
            await viewing.view(place, nobody)
    with pytest.raises(NotPermitted):
        await viewing.view(await clinic.place(await clinic.hire("Ines")), views[0])


async def test_who_is_viewed_and_deactivated_is_viewed_no_longer(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    bea, views = await bea_viewing(clinic, "Rhys Lindqvist", "Ines Duarte")
    await viewing.view(await clinic.place(bea), views[1])
    await activity.deactivate(olive, views[1])
    assert (await clinic.place(bea)).viewing == views[0]
    await edit(olive, await member_of(clinic, bea), views=(views[2],))
    assert (await clinic.place(bea)).viewing == views[2]
    await activity.deactivate(olive, views[2])
    assert (await clinic.place(bea)).viewing is None
    await activity.activate(olive, views[2])
    assert (await clinic.place(bea)).viewing == views[2]


async def test_who_becomes_an_administrator_is_viewed_by_nobody(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    bea, views = await bea_viewing(clinic, "Rhys Lindqvist")
    await viewing.view(await clinic.place(bea), views[1])
    await edit(olive, views[1], role_type=ADMINISTRATOR, views=(clinic.practitioner,))
    assert (await clinic.place(bea)).viewing == views[0]
    row = await member_of(clinic, bea)
    await edit(olive, row, role_type=PRACTITIONER)
    place = await clinic.place(bea)
    assert (place.viewing, place.own) == (None, row)


KINDS = [(level, role) for level in MemberLevel for role in RoleType]


@pytest.mark.parametrize(("level", "role_type"), KINDS)
async def test_only_owners_change_members(clinic: Clinic, level: MemberLevel, role_type: RoleType) -> None:
    who = await clinic.place(await clinic.hire("Sam", level, role_type))
    row = await member_of(clinic, await clinic.hire("Rhys Lindqvist", PERSONAL))
    for attempt in (
        lambda: editing.edit(who, row, Rights(PRACTITIONER, FULL), 1),
        lambda: activity.deactivate(who, row),
        lambda: activity.activate(who, row),
    ):
        with pytest.raises(NotPermitted):
            await attempt()
    assert await events(row) == []


async def test_another_practices_member_is_not_there(clinic: Clinic) -> None:
    olive, other = await olive_of(clinic), await Clinic.open(None, "Eastside Physio")
    row = await member_of(other, await other.hire("Rhys Lindqvist", PERSONAL))
    for attempt in (
        lambda: editing.edit(olive, row, Rights(PRACTITIONER, FULL), 1),
        lambda: activity.deactivate(olive, row),
        lambda: activity.activate(olive, row),
        lambda: editing.edit(olive, uuid4(), Rights(PRACTITIONER, FULL), 1),
    ):
        with pytest.raises(NotFound):
            await attempt()


async def test_two_owners_who_unmake_each_other_leave_one(clinic: Clinic) -> None:
    for round_ in range(10):
        one, two = [
            await clinic.place(await clinic.hire(f"{name}{round_}", FULL, ADMINISTRATOR, owner=True))
            for name in ("One", "Two")
        ]
        await run(
            "UPDATE member SET owner = id = ANY($2) WHERE practice = $1", clinic.practice, [one.member, two.member]
        )
        done = await asyncio.gather(
            edit(one, two.member, owner=False), edit(two, one.member, owner=False), return_exceptions=True
        )
        owners = await run("SELECT id FROM member WHERE practice = $1 AND owner AND active", clinic.practice)
        assert (len(owners), sum(isinstance(result, Member) for result in done)) == (1, 1), done


async def test_an_owner_deactivated_in_the_middle_changes_nothing_more(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    sam = await clinic.place(await clinic.hire("Sam", FULL, ADMINISTRATOR, owner=True))
    row = await member_of(clinic, await clinic.hire("Rhys Lindqvist", PERSONAL))

    async def last_try() -> object:
        return (await asyncio.gather(edit(sam, row, level=CLINICAL), return_exceptions=True))[0]

    _, result = await in_the_midst_of(lambda: activity.deactivate(olive, sam.member), last_try)
    assert isinstance(result, NotPermitted)
    assert (await listing.member(olive, row)).rights.level is PERSONAL


async def test_the_platforms_administrators_deactivate_anybody_but_the_last_owner(clinic: Clinic) -> None:
    olive = await olive_of(clinic)
    rhys = await clinic.hire("Rhys Lindqvist", FULL)
    slug = olive.practice.slug
    await activity.deactivate_from_outside(slug, "RHYS@example.com ")
    with pytest.raises(NotFound):
        await clinic.place(rhys)
    with pytest.raises(Refused, match="deactivated already"):
        await activity.deactivate_from_outside(slug, rhys.email)
    await activity.activate_from_outside(slug, rhys.email)
    assert (await clinic.place(rhys)).level is FULL
    await activity.deactivate_from_outside(slug, "olive@example.com")
    [amara] = [m for m in await listing.all_members(clinic.practice) if m.rights.owner]
    with pytest.raises(Refused, match="A practice always has an account owner"):
        await activity.deactivate_from_outside(slug, amara.email)
    with pytest.raises(Refused, match="Nobody with this email"):
        await activity.deactivate_from_outside(slug, "zed@example.com")
    with pytest.raises(NotFound):
        await activity.deactivate_from_outside("nowhere", rhys.email)


async def test_a_practice_opens_with_an_owner_or_not_at_all(database: None) -> None:
    made = await opening.open_practice("A clinic", "a-clinic", "Australia/Sydney", Owner("Nell", "nell@example.com"))
    [nell] = await listing.all_members(made)
    assert (nell.status, nell.rights.owner, nell.rights.level) == (MemberStatus.PENDING, True, FULL)
    assert [mail["kind"] for mail in await mails()] == ["member-set-up"]
    for owner in (Owner("", "a@example.com"), Owner("A", "none"), Owner("http://evil.example", "a@example.com")):
        with pytest.raises(Refused):
            await opening.open_practice("B clinic", "b-clinic", "Australia/Sydney", owner)
    assert [row["slug"] for row in await run("SELECT slug FROM practice")] == ["a-clinic"]
    await opening.ask_owner("a-clinic", Owner("Nell Archer", "nell@example.com", ADMINISTRATOR))
    [nell] = await listing.all_members(made)
    assert (nell.name, nell.rights.role_type) == ("Nell Archer", ADMINISTRATOR)
    assert len(await mails()) == 2


async def test_a_place_that_is_gone_is_as_absent_as_one_that_never_was(clinic: Clinic) -> None:
    olive, rhys = await olive_of(clinic), await clinic.hire("Rhys Lindqvist", PERSONAL)
    await activity.deactivate(olive, await member_of(clinic, rhys))
    for account in (rhys.account, uuid4()):
        with pytest.raises(NotFound):
            await places.place(account, "Rhys", olive.practice.slug)
