"""A practice decides on what its patients changed: detail by detail, whoever is first, and nobody unseen."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from db.engine import counting, run
from db.tables.access import Level, Role
from db.tables.member import MemberLevel, RoleType
from db.tables.patient_update import FieldState, UpdateState
from domain import clock, details, updates
from domain.errors import Changed, NotFound, NotPermitted, Refused
from domain.patients.found import find
from domain.places import Place
from domain.updates import Update
from tests.cast import Someone, mails, someone
from tests.clinic import Clinic, let_in, write
from tests.domain.sharing import leo_of
from tests.domain.updating import APPROVED, REJECTED, agree, change, mode, on, open_update, row, told_of, waiting_for
from tests.domain.updating import lines as lines_of


@pytest.fixture
async def mina(database: None) -> Someone:
    return await someone("Mina Park")


@pytest.fixture
async def clinic(mina: Someone) -> Clinic:
    """Mina has a new phone, email and last name, and the practice has not looked yet."""
    clinic = await Clinic.open(mina.portal)
    await agree(await mina.visit())
    await change(await mina.visit(), phone="0491 570 158", email="mina.new@example.com", name="Mina Almeida")
    return clinic


@pytest.fixture
async def amara(clinic: Clinic) -> Place:
    return await clinic.place(await clinic.hire("Amara Okafor"))


async def test_one_is_approved_and_one_rejected_and_one_left(mina: Someone, clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    assert [(c.label, c.before, c.after, c.present) for c in read.waiting] == [
        ("Name", "Mina Park", "Mina Almeida", "Mina Park"),
        ("Phone", "0491 570 156", "0491 570 158", "0491 570 156"),
        ("Email", "mina@example.com", "mina.new@example.com", "mina@example.com"),
    ]
    assert {c.changed_by for c in read.changes} == {"Mina Park, the patient"}
    left = await updates.decide(amara, read.id, on(read, reason="Ring us", name=APPROVED, phone=REJECTED))
    assert [c.field for c in left.waiting] == ["email"]
    assert [c.field for c in left.just_decided] == ["name", "phone"]
    now = await row(clinic.patient)
    assert (now["first_name"], now["last_name"], now["last_key"], now["version"]) == (
        "Mina", "Almeida", "almeida mina", 2,
    )  # fmt: skip
    assert (now["phone"], now["email"]) == ("0491 570 156", "mina@example.com")
    assert await told_of(clinic) == [read.id]
    assert await mails("update-decided") == []
    read = await waiting_for(amara, clinic)
    assert [(c.field, c.state, c.reason, c.decided_by) for c in read.decided] == [
        ("name", APPROVED, "", "Amara Okafor"), ("phone", REJECTED, "Ring us", "Amara Okafor"),
    ]  # fmt: skip
    assert not (await updates.decide(amara, read.id, on(read, email=APPROVED))).waiting
    assert (await row(clinic.patient))["email_key"] == "mina.new@example.com"
    assert await told_of(clinic) == []
    [line] = await run("SELECT archived_by FROM notification")
    assert line["archived_by"] == amara.account
    assert [mail["recipient"] for mail in await mails("update-decided")] == [mina.email]
    events = await run("SELECT account, portal, practice, subject FROM event WHERE kind = 'update:decide'")
    assert [tuple(e.values()) for e in events] == [(amara.account, mina.portal, clinic.practice, read.id)] * 2


async def test_all_are_approved_and_nobody_is_mailed(clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    assert not (await updates.decide(amara, read.id, on(read, every=APPROVED))).waiting
    now = await row(clinic.patient)
    assert (now["last_name"], now["phone_key"], now["email"]) == ("Almeida", "0491570158", "mina.new@example.com")
    assert (await updates.one(amara, read.id)).state is UpdateState.DECIDED
    assert await mails("update-decided") == []


async def test_all_are_rejected_and_the_patient_reads_why_until_it_is_no_longer_so(
    mina: Someone, clinic: Clinic, amara: Place
) -> None:
    before = await row(clinic.patient)
    read = await waiting_for(amara, clinic)
    await updates.decide(amara, read.id, on(read, every=REJECTED, reason="Bring your papers"))
    assert await row(clinic.patient) == before
    visit = await mina.visit()
    [told] = await updates.told(visit, await details.read(visit))
    [refusal] = told.refusals
    assert (refusal.labels, refusal.reason) == (("Name", "Phone", "Email"), "Bring your papers")
    await change(visit, name="Mina Park", phone="0491 570 159")
    [told] = await updates.told(visit, await details.read(visit))
    assert [(r.labels, r.reason) for r in told.refusals] == [(("Email",), "Bring your papers")]
    assert told.waiting == ("Phone",)


async def test_what_was_decided_stays_history_when_the_patient_changes_it_again(
    mina: Someone, clinic: Clinic, amara: Place
) -> None:
    read = await waiting_for(amara, clinic)
    await updates.decide(amara, read.id, on(read, phone=REJECTED))
    await change(await mina.visit(), phone="0491 570 159")
    assert (await lines_of(clinic, "Decided")) == {"phone": ("0491 570 156", "0491 570 158")}
    assert (await lines_of(clinic))["phone"] == ("0491 570 156", "0491 570 159")
    assert await open_update(clinic) == read.id
    assert len(await mails("update-decided")) == 1
    found = await find(amara, clinic.patient)
    assert [(u.state, [c.field for c in u.changes]) for u in await updates.history(amara, found)] == [
        (UpdateState.WAITING, ["name", "phone", "email"]), (UpdateState.DECIDED, ["phone"]),
    ]  # fmt: skip


async def test_of_two_deciders_at_once_one_wins_and_the_other_is_told(clinic: Clinic, amara: Place) -> None:
    """Approve and reject at once: twenty rounds, each with connections that are open already."""
    bea = await clinic.place(await clinic.hire("Bea Castellanos", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR))
    for _ in range(20):
        await run("UPDATE patient_update SET state = 'Waiting', decided_at = NULL")
        await run("UPDATE patient_update_field SET state = 'Waiting', decided_by = NULL, decided_at = NULL")
        await run("UPDATE patient SET phone = 'old', last_name = 'Park'")
        read, _ = await asyncio.gather(waiting_for(amara, clinic), waiting_for(bea, clinic))
        ends = await asyncio.gather(
            updates.decide(amara, read.id, on(read, every=APPROVED)),
            updates.decide(bea, read.id, on(read, every=REJECTED)),
            return_exceptions=True,
        )
        assert sorted(type(end).__name__ for end in ends) == ["Changed", "Update"]
        winner, verdict, phone = (
            ("Amara Okafor", APPROVED, "0491 570 158")
            if isinstance(ends[0], Update)
            else ("Bea Castellanos", REJECTED, "old")
        )
        stands = await updates.one(bea, read.id)
        assert {(c.decided_by, c.state) for c in stands.changes} == {(winner, verdict)}
        assert stands.last_step == f"{winner} decided this a moment ago"
        assert (await row(clinic.patient))["phone"] == phone


async def test_a_decision_and_a_further_change_at_once_lose_nothing(
    mina: Someone, clinic: Clinic, amara: Place
) -> None:
    """Either the yes came first and the newer phone waits, or it came second and is told so."""
    visit = await mina.visit()
    for n in range(20):
        await change(visit, phone=f"0491 571 {n:03}")
        read = await waiting_for(amara, clinic)
        newer = f"0491 572 {n:03}"
        ends = await asyncio.gather(
            updates.decide(amara, read.id, on(read, every=APPROVED)), change(visit, phone=newer), return_exceptions=True
        )
        assert not isinstance(ends[1], BaseException)
        assert isinstance(ends[0], (Update, Changed))
        assert (await lines_of(clinic))["phone"][1] == newer


async def test_two_practices_decide_while_the_patient_changes_more(mina: Someone, clinic: Clinic, amara: Place) -> None:
    """Nobody waits for anybody in a circle, and no practice's decision reaches the other's patient."""
    east = await Clinic.open(mina.portal, "Eastside Physio")
    priya = await east.place(await east.hire("Priya Nair"))
    visit = await mina.visit()
    for n in range(20):
        await change(visit, city=f"Town {n}")
        reads = [await waiting_for(amara, clinic), await waiting_for(priya, east)]
        ends = await asyncio.gather(
            updates.decide(amara, reads[0].id, on(reads[0], every=APPROVED)),
            change(visit, postcode=str(3000 + n)),
            updates.decide(priya, reads[1].id, on(reads[1], every=REJECTED)),
            return_exceptions=True,
        )
        assert all(isinstance(end, (Update, Changed, tuple)) for end in ends), ends
        assert not (await row(east.patient))["city"].startswith("Town")


async def test_the_same_decision_sent_twice_is_taken_once(clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    once = on(read, reason="Ring us", name=APPROVED, phone=REJECTED)
    ends = await asyncio.gather(*(updates.decide(amara, read.id, once) for _ in range(10)))
    assert {tuple(c.field for c in end.waiting) for end in ends} == {("email",)}
    assert len(await run("SELECT FROM event WHERE kind = 'update:decide'")) == 1
    for other in (
        replace(once, reason="Else"), replace(once, verdicts={"name": APPROVED}),
        replace(once, verdicts={"name": REJECTED, "phone": REJECTED}), replace(once, verdicts={}, all=APPROVED),
        replace(once, verdicts={}, all=APPROVED, reason="Else"),
    ):  # fmt: skip
        with pytest.raises(Changed):
            await updates.decide(amara, read.id, other)
    read = await waiting_for(amara, clinic)
    await asyncio.gather(*(updates.decide(amara, read.id, on(read, every=REJECTED)) for _ in range(10)))
    assert len(await mails("update-decided")) == 1


async def test_a_change_in_between_is_shown_first(mina: Someone, clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    await change(await mina.visit(), city="Manly")
    with pytest.raises(Changed):
        await updates.decide(amara, read.id, on(read, every=APPROVED))
    assert (await updates.one(amara, read.id)).last_step == "This changed a moment ago"


async def test_what_the_practice_has_now_is_shown_and_not_overwritten_unseen(clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    await run("UPDATE patient SET phone = '02 5550 0000', version = version + 1 WHERE id = $1", clinic.patient)
    with pytest.raises(Changed):
        await updates.decide(amara, read.id, on(read, phone=APPROVED))
    assert (await row(clinic.patient))["phone"] == "02 5550 0000"
    fresh = await waiting_for(amara, clinic)
    assert fresh.version == read.version
    assert [c.present for c in fresh.changes if c.field == "phone"] == ["02 5550 0000"]
    await updates.decide(amara, read.id, on(read, email=REJECTED))
    await updates.decide(amara, read.id, on(await waiting_for(amara, clinic), phone=APPROVED))
    assert (await row(clinic.patient))["phone"] == "0491 570 158"


@pytest.mark.parametrize(
    ("verdicts", "reason", "field"),
    [
        ({}, "", ""),
        ({"city": APPROVED}, "", ""),
        ({"nonsense": REJECTED}, "Why", ""),
        ({"phone": APPROVED}, "Why", "reason"),
        ({"phone": REJECTED}, "x" * 501, "reason"),
    ],
)
async def test_what_decides_nothing_is_refused(
    clinic: Clinic, amara: Place, verdicts: dict[str, FieldState], reason: str, field: str
) -> None:
    read = await waiting_for(amara, clinic)
    with pytest.raises(Refused) as refused:
        await updates.decide(amara, read.id, on(read, reason=reason, **verdicts))
    assert refused.value.field == field
    assert await waiting_for(amara, clinic) == read


async def test_who_may_not(clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    kept: list[dict[str, Any]] = [{"read_only": True}, {"hides_names": True}, {"has_patients": False}]
    for others in kept:
        name = f"{next(iter(others))} Whitlock"
        place = await clinic.place(await clinic.hire(name, MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, **others))
        assert await updates.waiting(place, 5) == ()
        for attempt in (
            updates.read(place), updates.one(place, read.id), updates.decide(place, read.id, on(read, every=APPROVED)),
        ):  # fmt: skip
            with pytest.raises(NotPermitted):
                await attempt


@pytest.mark.parametrize(
    ("level", "error"), [(MemberLevel.PERSONAL, NotFound), (MemberLevel.OWN_AND_CONTACT, NotPermitted)]
)
async def test_others_patients_are_not_theirs_to_decide_on(
    clinic: Clinic, amara: Place, level: MemberLevel, error: type[Exception]
) -> None:
    rhys = await clinic.place(await clinic.hire("Rhys Lindqvist", level))
    read = await waiting_for(amara, clinic)
    assert (await updates.read(rhys)).waiting == ()
    for attempt in (updates.one(rhys, read.id), updates.decide(rhys, read.id, on(read, every=APPROVED))):
        with pytest.raises(error):
            await attempt
    await clinic.book(clock.now(), practitioner=rhys.member)
    assert [one.id for one in (await updates.read(rhys)).waiting] == [read.id]
    await updates.decide(rhys, read.id, on(await updates.one(rhys, read.id), every=APPROVED))


async def test_another_practices_and_a_revoked_patients_updates_are_not_found(clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    east = await Clinic.open(None, "Eastside Physio")
    priya = await east.place(await east.hire("Priya Nair"))
    rhys = await clinic.place(await clinic.hire("Rhys Lindqvist"))
    await write(
        "patient_revocation", patient=clinic.patient, member=rhys.member, revoked_by=amara.account,
        revoked_at=clock.now(),
    )  # fmt: skip
    for place in (priya, rhys):
        assert (await updates.read(place)).waiting == ()
        for found in (read.id, uuid4()):
            for attempt in (updates.one(place, found), updates.decide(place, found, on(read, every=APPROVED))):
                with pytest.raises(NotFound):
                    await attempt
    assert await waiting_for(amara, clinic) == read


async def test_who_made_a_change_and_what_they_are(mina: Someone, clinic: Clinic, amara: Place) -> None:
    jun, leo = await someone("Jun Park"), await leo_of(mina)
    await let_in(jun, mina, Level.CLINICAL, Role.EDIT)
    await change(await jun.visit(mina.portal), city="Manly")
    read = await waiting_for(amara, clinic)
    assert {c.field: c.changed_by for c in read.changes} == {
        "name": "Mina Park, the patient", "phone": "Mina Park, the patient", "email": "Mina Park, the patient",
        "city": "Jun Park, with access",
    }  # fmt: skip
    patient = await clinic.admit(leo, first_name="Leo")
    for state, said in (("Confirmed", "guardian"), ("Waiting", "guardian, not confirmed by you")):
        await run("UPDATE guardian_confirmation SET state = $2 WHERE patient = $1", patient, state)
        await change(await mina.visit(leo), city=f"Town of {state}")
        [one] = [w for w in (await updates.read(amara)).waiting if w.patient == patient]
        assert [c.changed_by for c in (await updates.one(amara, one.id)).changes] == [f"Mina Park, {said}"]


async def test_guardians_are_mailed_where_the_practice_shows_itself(
    mina: Someone, clinic: Clinic, amara: Place
) -> None:
    leo = await leo_of(mina)
    patient = await clinic.admit(leo, first_name="Leo")
    for state, expected in (("Waiting", 0), ("Confirmed", 1)):
        await run("UPDATE guardian_confirmation SET state = $2 WHERE patient = $1", patient, state)
        await change(await mina.visit(leo), city=f"Town of {state}")
        [one] = [w for w in (await updates.read(amara)).waiting if w.patient == patient]
        await updates.decide(amara, one.id, on(await updates.one(amara, one.id), every=REJECTED))
        assert len(await mails("update-decided")) == expected


async def test_no_words_of_an_update_where_names_are_hidden(clinic: Clinic, amara: Place) -> None:
    read = await waiting_for(amara, clinic)
    await updates.decide(amara, read.id, on(read, every=REJECTED, reason="Canary why"))
    tom = await clinic.hire("Tom Whitlock", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True)
    place = await clinic.place(tom)
    [seen] = await updates.history(place, await find(place, clinic.patient))
    said = str(seen)
    assert [c.label for c in seen.changes] == ["Name", "Phone", "Email"]
    for canary in ("Mina", "Park", "Almeida", "0491", "example.com", "Canary"):
        assert canary not in said


async def test_a_list_is_paged_and_costs_the_same_however_long(mina: Someone, clinic: Clinic, amara: Place) -> None:
    costs = []
    for many in (1, 60):
        for _ in range(many):
            patient = await clinic.admit(None)
            update = await write(
                "patient_update", practice=clinic.practice, patient=patient, portal=mina.portal, account=mina.account,
                state="Waiting", changed_at=clock.now(),
            )  # fmt: skip
            await write(
                "patient_update_field", patient_update=update, field="phone", before="1", after="2", state="Waiting",
                account=mina.account, changed_at=clock.now(),
            )  # fmt: skip
        with counting() as asked:
            shown = await updates.read(amara)
        costs.append(len(asked))
    assert costs == [1, 1]
    assert (len(shown.waiting), shown.more, shown.waiting[0].labels) == (50, True, ("Phone",))
    rest = await updates.read(amara, 2)
    assert (len(rest.waiting), rest.more) == (12, False)
    assert len(await updates.waiting(amara, 3)) == 3
    with pytest.raises(NotFound):
        await updates.read(amara, 0)


async def test_switching_the_mode_leaves_what_waits_to_be_decided(clinic: Clinic, amara: Place) -> None:
    await mode(clinic, "Disabled")
    read = await waiting_for(amara, clinic)
    assert not (await updates.decide(amara, read.id, on(read, every=APPROVED))).waiting
