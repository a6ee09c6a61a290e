"""What stands in the cast's health records: their own entries, and their practices'."""

from datetime import date, timedelta
from typing import NamedTuple

from db.bulk import insert_many
from db.ids import new_id
from db.tables.record_entry import RecordEntry, RecordKind
from demo.family import visit_of
from demo.people import PEOPLE, known_id
from domain import clock, records
from domain.records import NewEntry

ALLERGY, MEDICINE, IMMUNISATION, CONDITION, MEASUREMENT = RecordKind


class Entry(NamedTuple):
    """`days_ago` is when it happened or began; `until` days ago it ended."""

    short: str
    kind: RecordKind
    name: str
    detail: str
    days_ago: int
    value: str = ""
    unit: str = ""
    until: int | None = None


OWN = (
    Entry("mina", ALLERGY, "Penicillin", "Rash on the arms as a child", 9_800),
    Entry("mina", MEDICINE, "Magnesium", "One tablet in the evening", 60),
    Entry("mina", IMMUNISATION, "Influenza", "At the pharmacy near work", 190),
    Entry("mina", CONDITION, "Hay fever", "Every spring", 7_000),
    Entry("mina", MEASUREMENT, "Weight", "At home, in the morning", 3, "64.5", "kg"),
    Entry("leo", ALLERGY, "Peanuts", "Hives within minutes; carries an injector", 1_100),
    Entry("leo", MEDICINE, "Cetirizine", "5 mL when itchy", 300),
    Entry("leo", IMMUNISATION, "Hepatitis A", "Before the trip to Seoul", 410),
    Entry("leo", CONDITION, "Eczema", "Behind the knees, worse in winter", 1_600),
    Entry("leo", MEASUREMENT, "Temperature", "At bedtime", 21, "38.4", "°C"),
    Entry("jun", ALLERGY, "Shellfish", "Swollen lips", 12_000),
    Entry("jun", MEDICINE, "Fish oil", "Two capsules a day", 700),
    Entry("jun", IMMUNISATION, "Shingles", "Second dose", 380),
    Entry("jun", CONDITION, "Hearing loss", "Left ear", 2_200),
    Entry("jun", MEASUREMENT, "Blood glucose", "Before breakfast", 1, "7.9", "mmol/L"),
    Entry("ivy", ALLERGY, "Cats", "Sneezing and red eyes", 1_900),
    Entry("ivy", MEDICINE, "Ibuprofen", "After netball", 30),
    Entry("theo", ALLERGY, "Latex", "Itching hands", 4_000),
    Entry("theo", MEASUREMENT, "Blood pressure", "At home", 5, "128/82", "mmHg"),
    Entry("zed", CONDITION, "Migraine", "About once a month", 2_600),
    Entry("zed", MEDICINE, "Rizatriptan", "At the first sign of one", 500),
)

PRACTICES = (
    Entry("mina", ALLERGY, "Sulfonamides", "Severe rash in hospital", 3_300),
    Entry("mina", MEDICINE, "Sertraline", "50 mg in the morning", 71),
    Entry("mina", MEDICINE, "Amoxicillin", "Stopped: rash", 9_800, until=9_798),
    Entry("mina", IMMUNISATION, "Tetanus, diphtheria and pertussis", "Booster", 1_500),
    Entry("mina", CONDITION, "Anxiety with low mood", "Care plan made", 71),
    Entry("mina", CONDITION, "Asthma", "Mild, worse at night", 5_000),
    Entry("mina", MEASUREMENT, "Blood pressure", "Sitting, left arm", 15, "118/76", "mmHg"),
    Entry("leo", ALLERGY, "Peanut protein", "Positive skin test", 1_050),
    Entry("leo", MEDICINE, "Adrenaline injector", "150 micrograms, as needed", 1_050),
    Entry("leo", IMMUNISATION, "Measles, mumps and rubella", "Second dose", 2_000),
    Entry("leo", CONDITION, "Otitis media", "Right ear", 22, until=12),
    Entry("leo", MEASUREMENT, "Height", "", 120, "121", "cm"),
    Entry("jun", ALLERGY, "Iodine contrast", "Breathless after a scan", 2_900),
    Entry("jun", MEDICINE, "Metformin", "1 g twice a day with food", 3_600),
    Entry("jun", IMMUNISATION, "Pneumococcal", "", 800),
    Entry("jun", CONDITION, "Type 2 diabetes", "With an ulcer on the right heel", 3_600),
    Entry("jun", MEASUREMENT, "HbA1c", "", 95, "7.4", "%"),
    Entry("ivy", CONDITION, "Patellar tendinopathy", "Right knee", 17),
    Entry("theo", CONDITION, "Lumbar strain", "After lifting", 30),
    Entry("nadia", CONDITION, "Dysplastic naevi", "Yearly skin checks", 400),
    Entry("owen", MEDICINE, "Atorvastatin", "40 mg at night", 600),
    Entry("ana", IMMUNISATION, "Diphtheria, tetanus, pertussis and polio", "At four years", 300),
    Entry("caro", CONDITION, "Migraine", "Without aura", 90),
)


async def write(today: date) -> None:
    """Everybody's own entries, which Mina adds for Leo, and what the practitioners wrote."""
    for entry in OWN:
        happened_on = today - timedelta(days=entry.days_ago)
        typed = NewEntry(entry.kind, entry.name, entry.detail, entry.value, entry.unit, happened_on)
        await records.add(await visit_of(entry.short), typed)
    writers = {person.short: str(person.practitioner) for person in PEOPLE}
    await insert_many(RecordEntry, [_row(entry, today, writers[entry.short]) for entry in PRACTICES])


def _row(entry: Entry, today: date, added_by: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "patient": known_id("patient", entry.short),
        "kind": entry.kind.value,
        "name": entry.name,
        "detail": entry.detail,
        "value": entry.value,
        "unit": entry.unit,
        "happened_on": today - timedelta(days=entry.days_ago),
        "ended_on": today - timedelta(days=entry.until) if entry.until is not None else None,
        "added_by": known_id("account", added_by),
        "added_at": clock.now(),
    }
