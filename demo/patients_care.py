"""What the made-up patients came for, paid and have in their records."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from db.ids import new_id
from db.tables.record_entry import RecordKind
from demo import invoices
from demo.appointments import moment, working_day
from demo.clinics import TYPES
from demo.invoices import Line
from demo.people import CLINICS, HARBOUR_STREET, WORKERS, known_id
from domain import clock

FIRST_INVOICE = 2001
EARLIEST, LATEST = -360, 60
"""Days from today between which there are appointments."""
HOURS = [time(hour, minute) for hour in (9, 10, 11, 13, 14, 15) for minute in (0, 30)]
PLACE = next(clinic.place for clinic in CLINICS if clinic.slug == HARBOUR_STREET)
GONE = {known_id("member", f"{w.clinic}:{w.short}") for w in WORKERS if not w.active}
Row = dict[str, Any]
Hours = Iterator[tuple[date, time]]


class Service(NamedTuple):
    """What a type of appointment is wanted for, and what is charged for it."""

    reasons: tuple[str, ...]
    fee: str


SERVICES = {
    "Standard consultation": Service(
        ("Cough for two weeks", "Repeat prescription", "Sore knee", "Tired lately"), "89.00"
    ),
    "Mental health care plan": Service(
        ("Worry and poor sleep", "Low mood since autumn", "Review of the plan"), "165.00"
    ),
    "Diabetes review": Service(("Quarterly review", "New meter", "Tingling in both feet"), "140.00"),
    "Childhood immunisation": Service(("Due by the schedule", "Catch-up doses"), "25.00"),
    "Skin check": Service(("A spot that bleeds", "Yearly check"), "120.00"),
    "Heart health check": Service(("Father had a heart attack", "Palpitations", "Yearly check"), "145.00"),
    "Wound dressing": Service(("Cut on the hand", "After removal of a mole"), "38.40"),
}

NOTED: tuple[tuple[RecordKind, str, str, str, str], ...] = (
    (RecordKind.ALLERGY, "Penicillin", "Rash", "", ""),
    (RecordKind.ALLERGY, "Bee venom", "Swelling of the whole arm", "", ""),
    (RecordKind.ALLERGY, "Egg", "Vomiting as a small child", "", ""),
    (RecordKind.MEDICINE, "Perindopril", "5 mg in the morning", "", ""),
    (RecordKind.MEDICINE, "Levothyroxine", "75 micrograms before breakfast", "", ""),
    (RecordKind.MEDICINE, "Salbutamol", "Two puffs as needed", "", ""),
    (RecordKind.IMMUNISATION, "Influenza", "Yearly dose", "", ""),
    (RecordKind.IMMUNISATION, "Tetanus and diphtheria", "Booster", "", ""),
    (RecordKind.CONDITION, "High blood pressure", "", "", ""),
    (RecordKind.CONDITION, "Asthma", "Mild", "", ""),
    (RecordKind.CONDITION, "Osteoarthritis", "Both knees", "", ""),
    (RecordKind.MEASUREMENT, "Blood pressure", "Sitting", "134/84", "mmHg"),
    (RecordKind.MEASUREMENT, "Weight", "", "78", "kg"),
    (RecordKind.MEASUREMENT, "Cholesterol", "Fasting", "5.1", "mmol/L"),
)
"""Kind, name, detail, value and unit of what may stand in a record."""


def visits(random: Random, patients: Sequence[Row], today: date) -> list[Row]:
    """One to five appointments, gone and to come, for everybody alive; no practitioner is booked twice."""
    members = sorted({patient["practitioner"] for patient in patients})
    hours = {member: _free_hours(random, 0 if member in GONE else LATEST, today) for member in members}
    booked = []
    for patient in patients:
        if patient["deceased_on"] is None:
            free = hours[patient["practitioner"]]
            booked += [_visit(random, patient, *next(free), today) for _ in range(random.choice((1, 2, 2, 3, 3, 4, 5)))]
    return booked


def _free_hours(random: Random, latest: int, today: date) -> Hours:
    """Every half hour of one practitioner in a mixed order, so that none is taken twice."""
    days = (today + timedelta(days=n) for n in range(EARLIEST, latest))
    hours = [(day, hour) for day in days if day == working_day(day) for hour in HOURS]
    random.shuffle(hours)
    return iter(hours)


def _visit(random: Random, patient: Row, day: date, at: time, today: date) -> Row:
    name, _, minutes = random.choice(TYPES[HARBOUR_STREET])
    starts_at = moment(day, at)
    cancelled = random.random() < 0.06
    return {
        "id": new_id(),
        "practice": patient["practice"],
        "patient": patient["id"],
        "practitioner": patient["practitioner"],
        "type": known_id("appointment-type", f"{HARBOUR_STREET}:{name}"),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=minutes),
        "place": PLACE,
        "reason": random.choice(SERVICES[name].reasons),
        "status": "Cancelled" if cancelled else "Booked",
        "cancelled_at": moment(min(day, today) - timedelta(days=1), time(10)) if cancelled else None,
    }


def bills(random: Random, visits: Sequence[Row], today: date) -> list[invoices.Written]:
    """An invoice for two of three visits that took place, most of them paid."""
    names = {known_id("appointment-type", f"{HARBOUR_STREET}:{kind[0]}"): kind for kind in TYPES[HARBOUR_STREET]}
    written: list[invoices.Written] = []
    for visit in visits:
        day = visit["starts_at"].date()
        if visit["status"] == "Cancelled" or day >= today or random.random() < 1 / 3:
            continue
        name, for_others, _ = names[visit["type"]]
        lines = [Line(name, for_others, SERVICES[name].fee)]
        if random.random() < 0.25:
            lines.append(Line("Dressing material", "Material", "12.50"))
        total = sum((Decimal(line.amount) for line in lines), Decimal(0))
        paid = random.choice((total, total, total, total / 2, Decimal(0))).quantize(Decimal("0.01"))
        number = FIRST_INVOICE + len(written)
        who = (visit["practice"], visit["patient"], visit["practitioner"])
        written.append(invoices.rows(tuple(lines), *who, number, day, paid))
    return written


def entries(random: Random, patients: Sequence[Row], today: date) -> list[Row]:
    """Up to four lines of a record for everybody, as their practitioner wrote them."""
    writers = {known_id("member", f"{w.clinic}:{w.short}"): known_id("account", w.short) for w in WORKERS}
    return [
        {
            "id": new_id(),
            "patient": patient["id"],
            "kind": kind.value,
            "name": name,
            "detail": detail,
            "value": value,
            "unit": unit,
            "happened_on": today - timedelta(days=random.randint(2, 380)),
            "added_by": writers[patient["practitioner"]],
            "added_at": clock.now(),
        }
        for patient in patients
        for kind, name, detail, value, unit in random.sample(NOTED, random.choice((0, 1, 1, 2, 2, 3, 4)))
    ]
