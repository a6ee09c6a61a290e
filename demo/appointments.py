"""What the cast's patients come and came for."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from db.bulk import insert_many
from db.ids import new_id
from db.tables.appointment import Appointment
from demo.clinics import TYPES
from demo.people import CLINICS, PEOPLE, TIMEZONE, known_id


class Visit(NamedTuple):
    """`days` from the day of the reset (a weekend moves to Monday); before and after the hours of the made-up
    patients, so that no practitioner is booked twice."""

    short: str
    days: int
    at: time
    type: str
    reason: str
    cancelled: bool = False


VISITS = (
    Visit("mina", 6, time(8, 0), "Mental health care plan", "Review of sleep and low mood, six weeks on"),
    Visit("mina", 34, time(8, 0), "Skin check", "A mole on the left shoulder that has changed"),
    Visit("mina", 13, time(8, 0), "Standard consultation", "Repeat of sertraline", cancelled=True),
    Visit("mina", -15, time(8, 0), "Standard consultation", "Asthma worse at night"),
    Visit("mina", -71, time(8, 0), "Mental health care plan", "Trouble sleeping since the move"),
    Visit("mina", -204, time(8, 0), "Heart health check", "Family history of high blood pressure"),
    Visit("leo", 9, time(8, 30), "Childhood immunisation", "Catch-up dose of influenza vaccine"),
    Visit("leo", 48, time(8, 30), "Standard consultation", "Review of eczema"),
    Visit("leo", -22, time(8, 30), "Standard consultation", "Ear ache for three days"),
    Visit("leo", -120, time(8, 30), "Standard consultation", "Eczema behind the knees"),
    Visit("jun", 4, time(17, 0), "Diabetes review", "HbA1c result and feet"),
    Visit("jun", 25, time(17, 0), "Wound dressing", "Ulcer on the right heel"),
    Visit("jun", -10, time(17, 0), "Wound dressing", "Ulcer on the right heel"),
    Visit("jun", -95, time(17, 0), "Diabetes review", "Quarterly review, metformin"),
    Visit("ivy", 11, time(16, 0), "Knee rehabilitation", "Pain below the kneecap after netball"),
    Visit("ivy", -17, time(16, 0), "Knee rehabilitation", "First assessment of knee pain"),
    Visit("theo", 8, time(17, 30), "Lower back treatment", "Stiff back after driving"),
    Visit("theo", -30, time(17, 30), "Lower back treatment", "Sudden pain on lifting"),
    Visit("nadia", 16, time(17, 30), "Skin check", "Yearly check"),
    Visit("owen", -40, time(17, 30), "Heart health check", "Chest tightness on stairs"),
    Visit("ana", 20, time(12, 40), "Childhood immunisation", "Before starting school"),
    Visit("beto", -33, time(12, 40), "Standard consultation", "Sore throat"),
    Visit("caro", 27, time(12, 40), "Standard consultation", "Headaches at school"),
)


async def book(today: date) -> None:
    """Every visit of the cast, those to come and those that were."""
    await insert_many(Appointment, [_row(visit, today) for visit in VISITS])


def _row(visit: Visit, today: date) -> dict[str, object]:
    person = next(person for person in PEOPLE if person.short == visit.short)
    clinic = next(clinic for clinic in CLINICS if clinic.slug == person.clinic)
    minutes = next(minutes for name, _, minutes in TYPES[clinic.slug] if name == visit.type)
    starts_at = moment(working_day(today + timedelta(days=visit.days)), visit.at)
    return {
        "id": new_id(),
        "practice": known_id("practice", clinic.slug),
        "patient": known_id("patient", visit.short),
        "practitioner": known_id("member", f"{clinic.slug}:{person.practitioner}"),
        "type": known_id("appointment-type", f"{clinic.slug}:{visit.type}"),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "place": clinic.place,
        "reason": visit.reason,
        "status": "Cancelled" if visit.cancelled else "Booked",
        "cancelled_at": moment(today - timedelta(days=1), time(10, 0)) if visit.cancelled else None,
        "cancelled_by": known_id("account", visit.short) if visit.cancelled else None,
    }


def moment(day: date, at: time) -> datetime:
    """When it is `at` o'clock on `day` at the practices."""
    return datetime.combine(day, at, ZoneInfo(TIMEZONE))


def working_day(day: date) -> date:
    """`day`, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
