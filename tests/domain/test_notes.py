"""Clinical notes: who writes, who reads, and what the patient reads of them."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from db.engine import run
from db.tables.access import Level, Role
from db.tables.member import Limit, MemberLevel, RoleType
from domain import clock, notes
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.notes import shared
from domain.patients.found import find
from tests.cast import Someone, someone
from tests.clinic import Clinic, let_in, set_clock, write

WORDS = "Ear drum healed.\nCome back in spring."


class Ward:
    """A clinic with Mina, and Amara and Ben who may read notes of everybody there."""

    mina: Someone
    clinic: Clinic
    patient: UUID
    amara: Someone
    ben: Someone

    @classmethod
    async def open(cls) -> "Ward":
        self = cls()
        self.mina = await someone("Mina Park")
        self.clinic = await Clinic.open(self.mina.portal)
        self.patient = self.clinic.patient
        self.amara = await self.clinic.hire("Amara Okafor")
        self.ben = await self.clinic.hire("Ben Adler", MemberLevel.CLINICAL)
        return self

    async def note(self, who=None, **others):
        return await notes.write(await self.clinic.place(who or self.amara), self.patient, WORDS, **others)

    async def read_by(self, who):
        """The notes that somebody reads of Mina: their words; None where there is nothing for them."""
        place = await self.clinic.place(who)
        found = await notes.of_patient(place, await find(place, self.patient))
        return None if found is None else [note.words for note in found.notes]

    async def sharing(self, on: bool) -> None:
        await run("UPDATE practice SET note_sharing = $2 WHERE id = $1", self.clinic.practice, on)

    async def in_the_portal(self):
        return [note.words for note in (await shared.newest(await self.mina.visit())).notes]


@pytest.fixture
async def ward(database):
    return await Ward.open()


async def trail():
    return [row["kind"] for row in await run("SELECT kind FROM event WHERE kind LIKE 'note%' ORDER BY seq")]


async def test_a_note_is_its_authors_until_note_sharing_is_on(ward):
    await ward.note()
    assert (await ward.read_by(ward.amara), await ward.read_by(ward.ben)) == ([WORDS], [])
    await ward.sharing(True)
    assert (await ward.read_by(ward.amara), await ward.read_by(ward.ben)) == ([WORDS], [WORDS])
    await ward.sharing(False)
    assert await ward.read_by(ward.ben) == []


@pytest.mark.parametrize("on", [True, False])
async def test_note_sharing_never_decides_what_the_patient_reads(ward, on):
    await ward.sharing(on)
    note = await ward.note()
    assert await ward.in_the_portal() == []
    place = await ward.clinic.place(ward.amara)
    _, after = await notes.share(place, ward.patient, note, shared=True, version=1)
    assert (after.shared, after.version, await ward.in_the_portal()) == (True, 2, [WORDS])
    await notes.share(place, ward.patient, note, shared=False, version=2)
    assert await ward.in_the_portal() == []


async def test_the_patient_reads_who_wrote_it_where_and_when(ward):
    await ward.note(shared=True)
    [note] = (await shared.read(await ward.mina.visit())).notes
    [row] = await run("SELECT * FROM note")
    assert (note.author, note.practice, note.written_at) == (
        "Amara Okafor", "Harbour Street Clinic", row["written_at"],
    )  # fmt: skip
    assert row["shared_at"] == row["written_at"]


async def test_clinical_access_reads_what_is_shared_and_administrative_does_not(ward):
    await ward.note(shared=True)
    kim, jun = await someone("Kim Sato", portal=False), await someone("Jun Park", portal=False)
    await let_in(kim, ward.mina, Level.CLINICAL, Role.VIEW)
    await let_in(jun, ward.mina, Level.ADMINISTRATIVE, Role.EDIT)
    assert len((await shared.newest(await kim.visit(ward.mina.portal))).notes) == 1
    with pytest.raises(NotPermitted):
        await shared.newest(await jun.visit(ward.mina.portal))
    with pytest.raises(NotPermitted):
        await shared.read(await jun.visit(ward.mina.portal))


async def test_another_portal_shows_none_of_it(ward):
    await ward.note(shared=True)
    zed = await someone("Zed Novak")
    assert (await shared.newest(await zed.visit())).notes == ()


@pytest.mark.parametrize(
    ("others", "read"),
    [
        ({"role_type": RoleType.ADMINISTRATOR}, None),
        ({"hides_names": True}, None),
        ({"has_patients": False}, None),
        ({"profiles": Limit.NONE}, NotFound),
        ({"level": MemberLevel.OWN_AND_CONTACT}, None),
        ({"level": MemberLevel.PERSONAL}, NotFound),
        ({"read_only": True}, [WORDS]),
        ({}, [WORDS]),
    ],
)
async def test_who_reads_others_notes_while_note_sharing_is_on(ward, others, read):
    await ward.sharing(True)
    await ward.note()
    who = await ward.clinic.hire("Nell Orr", **{"level": MemberLevel.CLINICAL, **others})
    if read is NotFound:
        with pytest.raises(NotFound):
            await ward.read_by(who)
    else:
        assert await ward.read_by(who) == read


async def test_its_author_reads_a_note_for_as_long_as_they_find_the_patient(ward):
    await ward.sharing(True)
    await ward.note()
    await ward.note(ward.ben)
    member = (await ward.clinic.place(ward.ben)).member
    await run("UPDATE member SET level = $2 WHERE id = $1", member, MemberLevel.OWN_AND_CONTACT.value)
    assert await ward.read_by(ward.ben) == [WORDS]
    place = await ward.clinic.place(ward.ben)
    assert not (await notes.read(place, ward.patient))[1].can_write
    await run("UPDATE member SET role_type = 'Administrator' WHERE id = $1", member)
    assert await ward.read_by(ward.ben) is None
    await write(
        "patient_revocation", patient=ward.patient, member=member, revoked_by=ward.amara.account, revoked_at=clock.now()
    )
    with pytest.raises(NotFound):
        await ward.read_by(ward.ben)


@pytest.mark.parametrize(
    ("others", "error"),
    [
        ({"role_type": RoleType.ADMINISTRATOR}, NotPermitted),
        ({"hides_names": True}, NotPermitted),
        ({"read_only": True}, NotPermitted),
        ({"has_patients": False}, NotPermitted),
        ({"level": MemberLevel.OWN_AND_CONTACT}, NotPermitted),
        ({"level": MemberLevel.PERSONAL}, NotFound),
    ],
)
async def test_who_writes_none(ward, others, error):
    who = await ward.clinic.hire("Nell Orr", **{"level": MemberLevel.CLINICAL, **others})
    with pytest.raises(error):
        await ward.note(who)
    assert await run("SELECT FROM note") == []


@pytest.mark.parametrize("on", [True, False])
async def test_only_its_author_shares_a_note(ward, on):
    await ward.sharing(on)
    note = await ward.note()
    place = await ward.clinic.place(ward.ben)
    for tried in (
        notes.one(place, ward.patient, note),
        notes.share(place, ward.patient, note, shared=True, version=1),
    ):
        with pytest.raises(NotPermitted if on else NotFound):
            await tried
    assert await ward.in_the_portal() == []


async def test_another_practice_and_another_patient_are_not_there(ward):
    note = await ward.note()
    other = await Clinic.open(None, "Eastside Physio")
    priya = await other.place(await other.hire("Priya Nair"))
    amara = await ward.clinic.place(ward.amara)
    another = await ward.clinic.admit(None)
    for tried in (
        notes.read(priya, ward.patient),
        notes.write(priya, ward.patient, "x"),
        notes.share(priya, ward.patient, note, shared=True, version=1),
        notes.share(priya, other.patient, note, shared=True, version=1),
        notes.share(amara, another, note, shared=True, version=1),
        notes.read(amara, other.patient),
    ):
        with pytest.raises(NotFound):
            await tried


async def test_a_note_changes_by_no_way_but_its_sharing(ward):
    note = await ward.note()
    [before] = await run("SELECT * FROM note")
    place = await ward.clinic.place(ward.amara)
    await notes.share(place, ward.patient, note, shared=True, version=1)
    [after] = await run("SELECT * FROM note")
    changed = {"shared", "shared_at", "version"}
    assert {key: after[key] for key in after.keys() - changed} == {key: before[key] for key in after.keys() - changed}


async def test_what_is_older_than_the_note_shares_nothing_but_always_stops_it(ward):
    note = await ward.note(shared=True)
    place = await ward.clinic.place(ward.amara)
    await notes.share(place, ward.patient, note, shared=False, version=1)
    with pytest.raises(Changed):
        await notes.share(place, ward.patient, note, shared=True, version=1)
    await notes.share(place, ward.patient, note, shared=True, version=2)
    await notes.share(place, ward.patient, note, shared=False, version=1)
    assert await ward.in_the_portal() == []


async def test_pressed_twice_there_is_one_note_and_one_line_of_each_kind(ward):
    place = await ward.clinic.place(ward.amara)
    once, again = await asyncio.gather(*(notes.write(place, ward.patient, WORDS) for _ in range(2)))
    assert once == again
    for _ in range(2):
        await notes.share(place, ward.patient, once, shared=True, version=1)
    assert await trail() == ["note:write", "note:share"]
    set_clock(clock.now() + timedelta(minutes=2))
    assert await notes.write(place, ward.patient, WORDS) != once


@pytest.mark.parametrize("first", [True, False])
async def test_the_same_words_that_the_patient_is_to_read_or_not_are_another_note(ward, first):
    place = await ward.clinic.place(ward.amara)
    once = await notes.write(place, ward.patient, WORDS, shared=first)
    assert await notes.write(place, ward.patient, WORDS, shared=not first) != once
    assert await notes.write(place, ward.patient, WORDS, shared=first) == once
    assert await ward.in_the_portal() == [WORDS]


async def test_reading_is_in_the_trail_of_the_portal(ward):
    await ward.note()
    await ward.read_by(ward.amara)
    await shared.newest(await ward.mina.visit())
    rows = await run("SELECT kind, account, portal, practice FROM event WHERE kind = 'notes:view' ORDER BY seq")
    assert [(row["account"], row["portal"], row["practice"]) for row in rows] == [
        (ward.amara.account, ward.mina.portal, ward.clinic.practice),
        (ward.mina.account, ward.mina.portal, None),
    ]


@pytest.mark.parametrize("words", ["", " \n ", "x" * 5001])
async def test_what_is_no_note_is_refused(ward, words):
    with pytest.raises(Refused) as refused:
        await notes.write(await ward.clinic.place(ward.amara), ward.patient, words)
    assert refused.value.field == "words"


async def test_they_come_fifty_to_a_page_the_newest_first(ward):
    place = await ward.clinic.place(ward.amara)
    begin = clock.now()
    for number in range(52):
        await write(
            "note", practice=ward.clinic.practice, patient=ward.patient, author=place.member, words=f"n{number}",
            written_at=begin + timedelta(minutes=number), shared=True,
        )  # fmt: skip
    _, first = await notes.read(place, ward.patient)
    _, last = await notes.read(place, ward.patient, 2)
    assert (len(first.notes), first.more, first.notes[0].words) == (50, True, "n51")
    assert [note.words for note in last.notes] == ["n1", "n0"]
    visit = await ward.mina.visit()
    assert len((await shared.newest(visit)).notes) == shared.NEWEST
    assert [note.words for note in (await shared.read(visit, 2)).notes] == ["n1", "n0"]
    with pytest.raises(NotFound):
        await notes.read(place, ward.patient, 0)
