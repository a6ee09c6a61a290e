"""A family invitation: one mail, a birth date for each, an access for each; each can be declined (K3)."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.engine import run, transaction
from domain import clock, guardians, invitations
from domain.errors import Changed, DomainError, LinkClosed, Refused
from domain.guardians import PARENTAL
from domain.invitations import Answer, Dependant, Draft
from domain.invitations import family as families
from domain.invitations.family import NewLogin, Reply, WrongReplies
from domain.links import OPEN_FOR
from tests.cast import PASSWORD, Someone, mails, someone
from tests.clinic import Clinic
from tests.domain.inviting import (
    BORN,
    FAMILYS_EMAIL,
    SILVAS,
    confirmations_of,
    family,
    notified,
    patient_row,
    practitioner,
    row_of,
)

pytestmark = pytest.mark.usefixtures("database")
RUI = NewLogin("Rui Silva", PASSWORD)
WRONG = date(2001, 1, 1)
Sent = tuple[UUID, dict[str, UUID]]


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


def new(name: str, born: date | None = None) -> Answer:
    return Answer(born or SILVAS[name], Dependant(f"{name} Silva", "Child", PARENTAL))


def said(sent: Sent, **replies: Answer | None) -> list[Reply]:
    return [Reply(sent[1][name], reply) for name, reply in replies.items()]


def every(sent: Sent) -> list[Reply]:
    return said(sent, **{name: new(name) for name in SILVAS})


async def answer(sent: Sent, replies: list[Reply], who: Any = RUI, version: int = 1) -> dict[UUID, UUID | None]:
    return await families.answer(sent[0], version, replies, who.session if isinstance(who, Someone) else who)


async def states(sent: Sent) -> dict[str, str]:
    return {name: (await row_of(one))["state"] for name, one in sent[1].items()}


async def portals_of(account: UUID) -> set[str]:
    rows = await run(
        "SELECT o.name FROM access a JOIN portal o ON o.id = a.portal WHERE a.account = $1 AND a.status = 'Current'"
        " AND a.basis IS NOT NULL",
        account,
    )
    return {row["name"] for row in rows}


async def rui_of() -> UUID:
    account: UUID = (await run("SELECT id FROM account WHERE email_key = $1", FAMILYS_EMAIL))[0]["id"]
    return account


async def nothing_done(sent: Sent) -> None:
    assert set((await states(sent)).values()) == {"Pending"}
    assert await run("SELECT FROM patient WHERE portal IS NOT NULL") == []
    assert await run("SELECT FROM account WHERE email_key = $1", FAMILYS_EMAIL) == []


async def test_three_siblings_are_one_mail_and_three_accesses(clinic: Clinic) -> None:
    sent = await family(clinic)
    assert [mail["recipient"] for mail in await mails("family-invitation")] == [FAMILYS_EMAIL]
    done = await answer(sent, every(sent))
    rui = await rui_of()
    assert len(set(done.values())) == 3
    assert await portals_of(rui) == {"Ana Silva", "Beto Silva", "Caro Silva"}
    assert await run("SELECT FROM portal WHERE owner = $1", rui) == [], "whoever looks after them has none of their own"
    for name, invitation in sent[1].items():
        row = await row_of(invitation)
        assert (row["state"], row["accepted_by"], row["portal"]) == ("Accepted", rui, done[invitation])
        patient = await patient_row(row["patient"])
        assert patient["portal"] == done[invitation]
        [portal] = await run("SELECT name, birth_date, owner FROM portal WHERE id = $1", patient["portal"])
        assert portal == {"name": f"{name} Silva", "birth_date": SILVAS[name], "owner": None}
        assert await confirmations_of(row["patient"]) == {"Rui Silva": "Confirmed"}
    assert await notified(clinic.practice) == ["invitation-accepted"] * 3
    assert len(await mails("practice-linked")) == 3
    assert len(await run("SELECT FROM event WHERE kind = 'invitation:accept' AND account = $1", rui)) == 3


async def test_one_declined_leaves_two(clinic: Clinic) -> None:
    sent = await family(clinic)
    await answer(sent, said(sent, Ana=new("Ana"), Beto=None, Caro=new("Caro")))
    assert await portals_of(await rui_of()) == {"Ana Silva", "Caro Silva"}
    assert await states(sent) == {"Ana": "Accepted", "Beto": "Declined", "Caro": "Accepted"}
    assert sorted(await notified(clinic.practice)) == ["invitation-accepted"] * 2 + ["invitation-declined"]
    assert (await row_of(sent[1]["Beto"]))["declined_at"]
    assert len(await run("SELECT FROM event WHERE kind = 'invitation:decline'")) == 1
    with pytest.raises(LinkClosed, match="used"):
        await families.family_of(sent[0], 1)


async def test_declining_all_needs_no_login(clinic: Clinic) -> None:
    sent = await family(clinic)
    every_no = said(sent, Ana=None, Beto=None, Caro=None)
    assert set((await answer(sent, every_no, None)).values()) == {None}
    assert set((await states(sent)).values()) == {"Declined"}
    assert await run("SELECT FROM account WHERE email_key = $1", FAMILYS_EMAIL) == []
    await answer(sent, every_no, None)
    assert await notified(clinic.practice) == ["invitation-declined"] * 3, "pressed twice it is said once"
    with pytest.raises(LinkClosed, match="declined"):
        await families.family_of(sent[0], 1)
    place = await practitioner(clinic)
    with pytest.raises(Refused, match="was declined"):
        await invitations.resend(place, sent[1]["Ana"], 1)
    patient = (await row_of(sent[1]["Ana"]))["patient"]
    await invitations.send(place, patient, Draft(FAMILYS_EMAIL))
    assert len(await notified(clinic.practice)) == 2, "who was invited anew is settled"


async def test_accepting_needs_a_login(clinic: Clinic) -> None:
    sent = await family(clinic)
    with pytest.raises(Refused) as refused:
        await answer(sent, every(sent), None)
    assert refused.value.field == "name"
    with pytest.raises(Refused) as refused:
        await answer(sent, said(sent, Ana=new("Ana", WRONG)), NewLogin("Rui", "harbour street"))
    assert (refused.value.field, (await row_of(sent[1]["Ana"]))["tries"]) == ("password", 0)
    with pytest.raises(Refused, match="at least one"):
        await answer(sent, [])
    await nothing_done(sent)


async def test_the_others_can_be_answered_later(clinic: Clinic) -> None:
    sent = await family(clinic)
    await answer(sent, said(sent, Ana=new("Ana")))
    kept = await families.family_of(sent[0], 1)
    assert [one.called for one in kept.waiting] == ["Beto", "Caro"]
    assert [(one.called, one.state.value) for one in kept.answered] == [("Ana", "Accepted")]
    rui = Someone(replace((await someone("Zed Novak")).session, account=await rui_of(), name="Rui Silva"))
    with pytest.raises(Refused, match="There is a login"):
        await answer(sent, said(sent, Beto=new("Beto")))
    await answer(sent, said(sent, Beto=None, Caro=new("Caro")), rui)
    assert await portals_of(rui.account) == {"Ana Silva", "Caro Silva"}


async def test_each_wrong_birth_date_is_counted_for_its_own(clinic: Clinic) -> None:
    sent = await family(clinic)
    with pytest.raises(WrongReplies) as wrong:
        await answer(sent, said(sent, Ana=new("Ana"), Beto=new("Beto", WRONG), Caro=new("Caro", WRONG)))
    assert {one: refused.field for one, refused in wrong.value.wrong.items()} == {
        sent[1]["Beto"]: "birth_date", sent[1]["Caro"]: "birth_date",
    }  # fmt: skip
    assert [(await row_of(sent[1][name]))["tries"] for name in SILVAS] == [0, 1, 1]
    await nothing_done(sent)
    assert len(await run("SELECT FROM event WHERE kind = 'invitation:wrong-birth-date'")) == 2
    with pytest.raises(WrongReplies):
        await answer(sent, said(sent, Ana=None, Beto=new("Beto", WRONG)))
    assert await states(sent) == dict.fromkeys(SILVAS, "Pending"), "all of it or nothing, a Decline too"


async def test_five_wrong_ones_lock_one_and_no_other(clinic: Clinic) -> None:
    sent = await family(clinic)
    for _ in range(5):
        with pytest.raises(WrongReplies) as wrong:
            await answer(sent, said(sent, Ana=new("Ana"), Beto=new("Beto", WRONG)))
    locked = wrong.value.wrong[sent[1]["Beto"]]
    assert (locked.field, "Harbour Street Clinic (02 5550 1234)" in locked.words) == ("", True)
    assert await states(sent) == {"Ana": "Pending", "Beto": "Locked", "Caro": "Pending"}
    assert await notified(clinic.practice) == ["invitation-locked"]
    with pytest.raises(Changed):
        await answer(sent, said(sent, Ana=new("Ana"), Beto=new("Beto")))
    await answer(sent, said(sent, Ana=new("Ana"), Caro=new("Caro")))
    assert await portals_of(await rui_of()) == {"Ana Silva", "Caro Silva"}
    place = await practitioner(clinic)
    await invitations.resend(place, sent[1]["Beto"], 1)
    assert (await row_of(sent[1]["Beto"]))["family"] is None
    assert (await invitations.invited_by(sent[1]["Beto"], 2)).called == "Beto"


async def test_no_more_than_five_guesses_each_at_once(clinic: Clinic) -> None:
    sent = await family(clinic)
    wrong = [said(sent, Ana=new("Ana", WRONG), Caro=new("Caro", WRONG)) for _ in range(12)]
    await asyncio.gather(*(answer(sent, replies) for replies in wrong), return_exceptions=True)
    assert [(await row_of(sent[1][name]))["tries"] for name in SILVAS] == [5, 0, 5]


@pytest.mark.parametrize("known", [False, True])
async def test_of_two_submits_at_once_one_wins(clinic: Clinic, known: bool) -> None:
    rui = await someone("Rui Silva", portal=False) if known else None
    sent = await family(clinic, email="rui@example.com")
    replies = said(sent, Ana=new("Ana"), Beto=new("Beto"), Caro=None)
    done = await asyncio.gather(*(answer(sent, replies, rui or RUI) for _ in range(8)), return_exceptions=True)
    assert all(isinstance(one, dict | DomainError) for one in done), done
    opened = [one for one in done if isinstance(one, dict)]
    assert len({tuple(one.items()) for one in opened}) == 1
    assert len(await run("SELECT FROM portal WHERE owner IS NULL")) == 2
    assert len(await run("SELECT FROM event WHERE kind = 'invitation:accept'")) == 2
    if rui:
        assert await answer(sent, replies, rui) == opened[0], "pressed twice, it is the same"


async def test_two_who_answer_differently_at_once_do_not_both_win(clinic: Clinic) -> None:
    rui = await someone("Rui Silva", portal=False)
    sent = await family(clinic, email="rui@example.com")
    no = said(sent, Caro=None, Ana=None, Beto=None)
    done = await asyncio.gather(answer(sent, every(sent), rui), answer(sent, no, rui), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) in (["Changed", "dict"], ["LinkClosed", "dict"])
    assert len(set((await states(sent)).values())) == 1


ENDINGS = ("state = 'Declined', declined_at = sent_at", "state = 'Cancelled'", "family = NULL")


@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_ends_between_the_check_and_the_claim_is_not_accepted(clinic: Clinic, ending: str) -> None:
    sent, checked = await family(clinic), asyncio.Event()

    async def late() -> None:
        await checked.wait()
        with pytest.raises(Changed):
            await answer(sent, every(sent))

    answering = asyncio.create_task(late())
    async with transaction():
        await run("SELECT FROM patient WHERE first_name = 'Beto' FOR UPDATE")
        checked.set()
        while not answering.done() and not await run("SELECT FROM pg_locks WHERE NOT granted"):
            await run("SELECT")
        await run(f"UPDATE invitation SET {ending} WHERE id = $1", sent[1]["Beto"])
    await answering
    assert (await states(sent))["Ana"] == "Pending"
    assert await run("SELECT FROM patient WHERE portal IS NOT NULL") == []


async def test_a_guardian_of_somebody_of_14_waits_for_the_practice(clinic: Clinic) -> None:
    teen = clock.now().date().replace(year=clock.now().year - 15, month=1, day=1)
    sent = await family(clinic, {"Ana": SILVAS["Ana"], "Iris": teen})
    await answer(sent, said(sent, Ana=new("Ana"), Iris=new("Iris", teen)))
    for name, word in (("Ana", "Confirmed"), ("Iris", "Waiting")):
        row = await row_of(sent[1][name])
        assert await confirmations_of(row["patient"]) == {"Rui Silva": word}
        assert await invitations.awaits_word(row["id"]) == (word == "Waiting")


async def test_answering_while_everything_is_cancelled_ends_one_way(clinic: Clinic) -> None:
    """Both lock many invitations, in one order: neither waits for the other for ever."""
    place, rui = await practitioner(clinic), await someone("Rui Silva", portal=False)
    born = {f"Child{number}": date(2015, 1, 1 + number) for number in range(8)}
    for _ in range(6):
        sent = await family(clinic, born, email="rui@example.com")
        no = said(sent, **dict.fromkeys(born))
        done = await asyncio.gather(answer(sent, no, rui), invitations.cancel_all(place), return_exceptions=True)
        assert isinstance(done[0], dict | Changed | LinkClosed), done
        assert isinstance(done[1], int), done
        assert len(set((await states(sent)).values())) == 1


async def test_who_was_taken_out_meanwhile_is_told_and_nothing_is_done(clinic: Clinic) -> None:
    sent = await family(clinic)
    place = await practitioner(clinic)
    await invitations.cancel(place, sent[1]["Beto"])
    with pytest.raises(Changed):
        await answer(sent, every(sent))
    assert await states(sent) == {"Ana": "Pending", "Beto": "Cancelled", "Caro": "Pending"}
    kept = await families.family_of(sent[0], 1)
    assert ([one.called for one in kept.waiting], kept.answered) == (["Ana", "Caro"], ())


async def test_who_got_a_link_of_their_own_has_left_the_familys(clinic: Clinic) -> None:
    sent = await family(clinic)
    await invitations.resend(await practitioner(clinic), sent[1]["Beto"], 1)
    assert [one.called for one in (await families.family_of(sent[0], 1)).waiting] == ["Ana", "Caro"]
    with pytest.raises(Changed):
        await answer(sent, every(sent))
    await invitations.set_up_and_accept(sent[1]["Beto"], 2, "Rui Silva", PASSWORD, new("Beto"))


async def test_a_child_linked_by_another_way_meanwhile(clinic: Clinic) -> None:
    sent = await family(clinic)
    zed = await someone("Zed Novak")
    kit = await guardians.open_dependant(zed.session, "Beto Silva", "Son", PARENTAL)
    await run("UPDATE patient SET portal = $1 WHERE first_name = 'Beto'", kit)
    kept = await families.family_of(sent[0], 1)
    assert [(one.called, one.linked) for one in kept.answered] == [("Beto", True)]
    with pytest.raises(Changed):
        await answer(sent, every(sent))
    await answer(sent, said(sent, Ana=new("Ana"), Caro=None))
    assert await portals_of(await rui_of()) == {"Ana Silva"}


async def test_a_child_who_has_died_is_spoken_of_no_more(clinic: Clinic) -> None:
    sent = await family(clinic)
    await run("UPDATE patient SET deceased_on = $1 WHERE first_name = 'Beto'", clock.now().date())
    await invitations.cancel_for_the_dead(clinic.practice, None)
    kept = await families.family_of(sent[0], 1)
    assert ([one.called for one in kept.waiting], kept.answered) == (["Ana", "Caro"], ())


async def test_a_link_that_is_out_stays_good_for_who_became_inactive(clinic: Clinic) -> None:
    """As it does where a practice turns its invitations off (decision 23)."""
    sent = await family(clinic)
    await run("UPDATE patient SET active = false")
    await run("UPDATE practice SET invitations = false")
    await answer(sent, every(sent))
    assert set((await states(sent)).values()) == {"Accepted"}


async def test_the_adult_of_a_family_accepts_for_themself(clinic: Clinic) -> None:
    sent = await family(clinic, {"Rui": BORN, **SILVAS})
    children = said(sent, Ana=new("Ana"), Beto=new("Beto"), Caro=None)
    done = await answer(sent, [*said(sent, Rui=Answer(BORN)), *children])
    rui = await rui_of()
    [own] = await run("SELECT id, name, birth_date FROM portal WHERE owner = $1", rui)
    assert own == {"id": done[sent[1]["Rui"]], "name": "Rui Silva", "birth_date": BORN}
    assert await portals_of(rui) == {"Ana Silva", "Beto Silva"}


async def test_nobody_takes_the_adult_for_a_child_or_a_child_for_themself(clinic: Clinic) -> None:
    sent = await family(clinic, {"Rui": BORN, **SILVAS})
    dependant = Answer(BORN, Dependant("Rui Silva", "Father", guardians.BASES_FOR_ADULTS[0]))
    for replies in (said(sent, Rui=dependant), said(sent, Ana=Answer(SILVAS["Ana"]))):
        with pytest.raises(WrongReplies) as wrong:
            await answer(sent, replies)
        assert [refused.field for refused in wrong.value.wrong.values()] == ["guardian"]
    await nothing_done(sent)


async def test_another_parent_is_asked_whether_the_adults_record_is_theirs(clinic: Clinic) -> None:
    sent = await family(clinic, {"Rui": BORN, **SILVAS})
    replies = [*said(sent, Rui=Answer(BORN)), *said(sent, Ana=new("Ana"))]
    with pytest.raises(WrongReplies) as wrong:
        await answer(sent, replies, NewLogin("Marta Costa", PASSWORD))
    assert {one: refused.field for one, refused in wrong.value.wrong.items()} == {sent[1]["Rui"]: "sure"}
    await nothing_done(sent)
    await answer(sent, [*said(sent, Rui=Answer(BORN, sure=True)), *said(sent, Ana=new("Ana"))], RUI)


async def test_portals_that_one_looks_after_already_are_linked(clinic: Clinic) -> None:
    rui = await someone("Rui Silva")
    sent = await family(clinic, email=rui.email)
    ana, bee = [
        await guardians.open_dependant(rui.session, f"{name} Silva", "Child", PARENTAL) for name in ["Ana", "Bee"]
    ]
    with pytest.raises(WrongReplies) as wrong:
        replies = said(sent, Ana=Answer(SILVAS["Ana"], ana), Beto=Answer(SILVAS["Beto"], ana))
        await answer(sent, replies, rui)
    assert [refused.field for refused in wrong.value.wrong.values()] == ["guardian"] * 2
    replies = said(sent, Ana=Answer(SILVAS["Ana"], ana), Beto=Answer(SILVAS["Beto"], bee), Caro=new("Caro"))
    with pytest.raises(WrongReplies) as wrong:
        await answer(sent, replies, rui)
    assert {one: refused.field for one, refused in wrong.value.wrong.items()} == {sent[1]["Beto"]: "sure"}
    assert set((await states(sent)).values()) == {"Pending"}
    replies[1] = Reply(sent[1]["Beto"], Answer(SILVAS["Beto"], bee, sure=True))
    done = await answer(sent, replies, rui)
    assert (done[sent[1]["Ana"]], done[sent[1]["Beto"]]) == (ana, bee)
    assert await portals_of(rui.account) == {"Ana Silva", "Bee Silva", "Caro Silva"}


async def test_a_portal_of_somebody_else_cannot_be_chosen(clinic: Clinic) -> None:
    rui, zed = await someone("Rui Silva"), await someone("Zed Novak")
    kit = await guardians.open_dependant(zed.session, "Ana Silva", "Child", PARENTAL)
    sent = await family(clinic, email=rui.email)
    for forged in (kit, zed.portal, rui.portal, uuid4()):
        with pytest.raises(WrongReplies) as wrong:
            await answer(sent, said(sent, Ana=Answer(SILVAS["Ana"], forged), Beto=new("Beto", WRONG)), rui)
        assert [refused.field for refused in wrong.value.wrong.values()] == ["guardian"]
    assert (await row_of(sent[1]["Beto"]))["tries"] == 0, "what cannot be is said before a birth date is looked at"


async def test_the_wrong_login_burns_nothing(clinic: Clinic) -> None:
    sent, zed = await family(clinic), await someone("Zed Novak")
    for replies in (every(sent), said(sent, Ana=None)):
        with pytest.raises(LinkClosed, match="wrong account") as closed:
            await answer(sent, replies, zed)
        assert closed.value.email == FAMILYS_EMAIL
    await nothing_done(sent)


async def test_invitations_of_another_family_or_practice_are_not_answered(clinic: Clinic) -> None:
    sent, other = await family(clinic), await family(await Clinic.open(None, "Eastside Physio"))
    for replies in (every(other), [*said(sent, Ana=new("Ana")), *said(other, Ana=None)]):
        with pytest.raises(Changed):
            await answer(sent, replies)
    for one in (sent, other):
        await nothing_done(one)


async def test_an_email_of_staff_is_refused_and_the_invitations_wait(clinic: Clinic) -> None:
    """Decision 14, asked again: they may have begun to work there since."""
    sent = await family(clinic)
    await run(
        "UPDATE account SET email = $1, email_key = $1 WHERE id = $2",
        FAMILYS_EMAIL,
        (await clinic.hire("Rui Silva")).account,
    )
    rui = Someone(replace((await someone("Zed Novak")).session, account=await rui_of()))
    with pytest.raises(Refused, match="cannot be opened with this email"):
        await answer(sent, every(sent), rui)
    assert set((await states(sent)).values()) == {"Pending"}


@pytest.mark.parametrize(
    ("version", "sql", "why"),
    [
        (2, "", "ended"),
        (1, "UPDATE invitation SET state = 'Cancelled', link_version = 2", "cancelled"),
        (1, "UPDATE invitation SET state = 'Undeliverable'", "expired"),
        (1, "UPDATE invitation SET state = 'Locked'", "locked"),
        (1, "UPDATE invitation SET family = NULL", "ended"),
        (1, "UPDATE patient SET deceased_on = '2026-01-01'", "cancelled"),
    ],
)
async def test_a_link_with_nobody_to_answer_for(clinic: Clinic, version: int, sql: str, why: str) -> None:
    sent = await family(clinic)
    if sql:
        await run(sql)
    with pytest.raises(LinkClosed, match=why):
        await families.family_of(sent[0], version)
    with pytest.raises((LinkClosed, Changed)):
        await answer(sent, every(sent), version=version)


async def test_it_is_open_for_14_days(clinic: Clinic) -> None:
    sent = await family(clinic)
    clock.set_offset(OPEN_FOR)
    with pytest.raises(LinkClosed, match="expired"):
        await families.family_of(sent[0], 1)
    with pytest.raises(LinkClosed, match="malformed"):
        await families.family_of(uuid4(), 1)


async def test_a_single_invitation_can_be_declined_too(clinic: Clinic) -> None:
    owen, zed = await someone("Owen Tait"), await someone("Zed Novak")
    patient = await clinic.admit(None, first_name="Owen", last_name="Tait", birth_date=BORN)
    place = await practitioner(clinic)
    invitation = await invitations.send(place, patient, Draft(owen.email))
    with pytest.raises(LinkClosed, match="wrong account"):
        await invitations.decline(invitation, 1, zed.session)
    with pytest.raises(Refused, match="There is a login"):
        await invitations.decline(invitation, 1, None)
    done = await asyncio.gather(
        *(invitations.decline(invitation, 1, owen.session) for _ in range(4)), return_exceptions=True
    )
    assert len([one for one in done if isinstance(one, LinkClosed) and one.why == "declined"]) == 3
    assert (await row_of(invitation))["state"] == "Declined"
    assert await notified(clinic.practice) == ["invitation-declined"]
    assert [row.state.value for row in (await invitations.read(place)).rows] == ["Declined"]
