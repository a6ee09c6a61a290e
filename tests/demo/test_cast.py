"""The cast is who CONTRACT.md says."""

from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from db.engine import run
from db.tables.record_entry import RecordKind
from demo import cast, family
from demo.people import PEOPLE, known_id
from domain import accounts, appointments, clock, details, funding, home, invoices, records
from domain.errors import NotFound
from domain.portals import visit

AGES = {"mina": 38, "leo": 7, "ivy": 14, "theo": 41, "jun": 70, "kim": 45, "rosa": 39, "zed": 30}
AGES |= {"ana": 5, "beto": 8, "caro": 11}


def age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


async def test_everybody_has_the_ids_that_never_change(the_cast: None) -> None:
    found = await cast.cast()
    assert found["people"]["mina"]["account"] == str(uuid5(NAMESPACE_URL, "kith:account:mina"))
    assert found["people"]["leo"]["portal"] == str(uuid5(NAMESPACE_URL, "kith:portal:leo"))
    for table, key in (("account", "account"), ("portal", "portal"), ("patient", "patient")):
        ids = {UUID(person[key]) for person in found["people"].values() if person[key]}
        rows = await run(f"SELECT id FROM {table} WHERE id = ANY($1)", list(ids))
        assert {row["id"] for row in rows} == ids
    members = {place["id"] for person in found["people"].values() for place in person["members"].values()}
    assert {str(row["id"]) for row in await run("SELECT id FROM member")} == members
    practices = {(p["id"], p["slug"], p["name"]) for p in found["practices"].values()}
    rows = await run("SELECT id::text, slug, name FROM practice")
    assert {tuple(row.values()) for row in rows} == practices
    assert (known_id("practice", "harbour-street"), "Australia/Sydney") in {
        (row["id"], row["timezone"]) for row in await run("SELECT id, timezone FROM practice")
    }


async def test_everybody_has_their_age_today_and_next_week(the_cast: None) -> None:
    found = (await cast.cast())["people"]
    today = cast.today_there()
    for short, expected in AGES.items():
        born = date.fromisoformat(found[short]["birth_date"])
        assert age(born, today) == expected
        assert age(born, date.fromordinal(today.toordinal() + 7)) == expected
    rows = await run("SELECT id, birth_date FROM portal UNION ALL SELECT id, birth_date FROM patient")
    kept = {str(row["id"]): row["birth_date"].isoformat() for row in rows}
    assert {kept[p[key]] == p["birth_date"] for p in found.values() for key in ("portal", "patient") if p[key]} == {
        True
    }


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 3, 1), date(2027, 1, 1), date(2026, 12, 31)])
def test_ages_hold_on_every_day_of_the_calendar(today: date) -> None:
    assert {person.short: age(person.birth_date(today), today) for person in PEOPLE} == {
        person.short: person.age for person in PEOPLE
    }


async def test_birth_dates_stay_when_the_clock_moves(the_cast: None) -> None:
    before = await cast.cast()
    await clock.move(timedelta(days=800))
    assert await cast.cast() == before


async def test_the_states_of_access(the_cast: None) -> None:
    rows = await run(
        "SELECT w.email AS who, p.name AS portal, a.level, a.role, a.status, a.reason, a.basis IS NOT NULL AS guardian"
        " FROM access a JOIN account w ON w.id = a.account JOIN portal p ON p.id = a.portal"
    )
    assert {tuple(row.values()) for row in rows} == {
        ("mina@example.com", "Leo Park", "Clinical", "Edit", "Current", None, True),
        ("mina@example.com", "Ivy Park", "Clinical", "Edit", "Disabled", "age limit", True),
        ("theo@example.com", "Mina Park", "Clinical", "View", "Pending", None, False),
        ("jun@example.com", "Mina Park", "Administrative", "Edit", "Current", None, False),
        ("kim@example.com", "Jun Park", "Clinical", "View", "Current", None, False),
        ("rosa@example.com", "Mina Park", "Clinical", "View", "Disabled", "revoked", False),
    }
    assert (await family.visit_of("ivy")).owns
    assert (await family.visit_of("leo")).account == known_id("account", "mina")


async def test_the_members_and_their_levels(the_cast: None) -> None:
    rows = await run(
        "SELECT split_part(w.email, '@', 1), p.slug, m.role_type, m.level, m.owner, m.read_only, m.hides_names,"
        " m.active FROM member m JOIN account w ON w.id = m.account JOIN practice p ON p.id = m.practice"
    )
    harbour, eastside = "harbour-street", "eastside-physio"
    assert {tuple(row.values()) for row in rows} == {
        ("amara", harbour, "Practitioner", "Full Access", True, False, False, True),
        ("rhys", harbour, "Practitioner", "Personal Access", False, False, False, True),
        ("rhys", eastside, "Practitioner", "Clinical Access", False, False, False, True),
        ("bea", harbour, "Administrator", "Clinical Access", False, False, False, True),
        ("tom", harbour, "Administrator", "Clinical Access", False, True, True, True),
        ("ines", harbour, "Practitioner", "Clinical Access", False, False, False, False),
        ("priya", eastside, "Practitioner", "Full Access", True, False, False, True),
    }
    assert not await run("SELECT FROM portal p JOIN member m ON m.account = p.owner")


async def test_who_has_no_login_or_no_portal(the_cast: None) -> None:
    people = (await cast.cast())["people"]
    assert {short for short, person in people.items() if not person["account"]} == {
        *("leo", "nadia", "owen", "ana", "beto", "caro")
    }
    assert {short for short, person in people.items() if person["portal"]} == {
        *("mina", "leo", "ivy", "theo", "jun", "zed")
    }
    assert {people[short]["email"] for short in ("ana", "beto", "caro")} == {"silva.family@example.com"}
    in_harbour_street = {short for short, person in people.items() if person["practice"] == "harbour-street"}
    assert in_harbour_street == {"mina", "leo", "jun", "nadia", "owen", "ana", "beto", "caro"}


@pytest.mark.parametrize("short", ["mina", "leo", "jun"])
async def test_each_area_has_something_in_it(the_cast: None, short: str) -> None:
    inside = await family.visit_of(short)
    diary = await appointments.read(inside)
    assert len(diary.upcoming) >= 2
    assert len(diary.past) >= 2
    assert {invoice.owing > 0 for invoice in (await invoices.read(inside)).invoices} == {True, False}
    for entries in (await records.read(inside)).values():
        assert {entry.own for entry in entries} == {True, False}
    assert (await details.read(inside)).birth_date
    card = await funding.read(inside)
    assert card.whole
    assert len(card.medicare_number.replace(" ", "")) == 10
    assert (await home.read(inside)).owing > 0


async def test_types_are_called_otherwise_for_others(the_cast: None) -> None:
    assert not await run("SELECT FROM appointment_type WHERE name = name_for_others")
    assert not await run("SELECT FROM invoice_line WHERE description = description_for_others")


async def test_zed_can_open_nothing_of_anyone_else(the_cast: None) -> None:
    zed = known_id("account", "zed")
    for person in PEOPLE:
        if person.portal and person.short != "zed":
            with pytest.raises(NotFound):
                await visit(zed, "Zed Novak", known_id("portal", person.short))


async def test_everybody_logs_in_with_the_password(the_cast: None) -> None:
    for short in ("mina", "kim", "amara"):
        came = await accounts.log_in(f"{short}@example.com", cast.PASSWORD, address="203.0.113.7", device="")
        assert came.account == known_id("account", short)


async def test_nothing_is_owed_or_used_up_by_building(the_cast: None) -> None:
    left = await run("SELECT (SELECT count(*) FROM mail) AS mails, (SELECT count(*) FROM attempt) AS tries")
    assert left == [{"mails": 0, "tries": 0}]


def test_every_kind_of_record_is_in_the_story() -> None:
    from demo.records import OWN, PRACTICES

    for story in (OWN, PRACTICES):
        assert {entry.kind for entry in story if entry.short == "mina"} == set(RecordKind)


async def test_owens_invitation_waits_and_is_in_no_mailbox(the_cast: None) -> None:
    owen = (await cast.cast())["people"]["owen"]
    [waiting] = await run("SELECT id::text, state, email, patient::text FROM invitation")
    assert waiting == {
        "id": owen["invitation"], "state": "Pending", "email": "owen@example.com", "patient": owen["patient"],
    }  # fmt: skip
    assert await run("SELECT FROM mail") == []
