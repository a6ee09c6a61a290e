"""The clinical notes of the cast: some that their practitioners share with them, and some that they do not."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple

from db.bulk import insert_many
from db.engine import run
from db.ids import new_id
from db.tables.note import Note
from demo.appointments import moment, working_day
from demo.people import EASTSIDE, HARBOUR_STREET, known_id

Row = dict[str, Any]


class Written(NamedTuple):
    """Who wrote what about whom, how many days ago, and whether the patient reads it."""

    short: str
    clinic: str
    author: str
    days_ago: int
    shared: bool
    words: str


CAST = (
    Written(
        "mina", HARBOUR_STREET, "amara", 71, True,
        "We made a mental health care plan today. Six sessions with a psychologist, and a first review in "
        "eight weeks."
        "\n\nCall us earlier if your sleep gets worse.",
    ),
    Written(
        "mina", HARBOUR_STREET, "amara", 71, False,
        "Scores on both scales in the moderate range. No plan to self-harm. Started sertraline 50 mg.",
    ),
    Written(
        "mina", HARBOUR_STREET, "amara", 15, True,
        "Blood pressure fine at 118/76. Asthma well controlled: keep the preventer going through spring.",
    ),
    Written(
        "mina", HARBOUR_STREET, "amara", 15, False,
        "Sleeping better. Says that things are tense at home. Ask again at the review.",
    ),
    Written(
        "leo", HARBOUR_STREET, "amara", 22, True,
        "Ear infection on the right. Finish all of the antibiotic, even once the pain is gone. Back in ten "
        "days.",
    ),
    Written(
        "leo", HARBOUR_STREET, "amara", 12, False,
        "Ear drum healed. Mother anxious about school: talked through the anaphylaxis plan.",
    ),
    Written(
        "jun", HARBOUR_STREET, "rhys", 95, True,
        "HbA1c 7.4 %, a little better. Please check the right heel every evening and keep it dry.",
    ),
    Written(
        "jun", HARBOUR_STREET, "rhys", 40, False,
        "Ulcer 9 mm, clean edges. If no smaller in four weeks, refer to the foot clinic.",
    ),
    Written(
        "jun", HARBOUR_STREET, "amara", 33, False,
        "Seen for Rhys. Medicines reviewed, nothing changed. Hearing makes the phone hard: ring Kim.",
    ),
    Written(
        "ivy", EASTSIDE, "priya", 17, True,
        "Right knee: single-leg squats on the step, three sets of ten every second day. Netball again in "
        "three weeks.",
    ),
    Written(
        "ivy", EASTSIDE, "priya", 17, False,
        "Pain 4 of 10 on decline squat. Training load went up too fast. Prefers to come without her mother.",
    ),
    Written(
        "theo", EASTSIDE, "rhys", 30, False,
        "Lumbar strain after lifting. No red flags.",
    ),
    Written(
        "nadia", HARBOUR_STREET, "amara", 60, False,
        "Skin check: two naevi photographed, none to remove. Again in a year.",
    ),
    Written(
        "owen", HARBOUR_STREET, "rhys", 44, False,
        "Cholesterol in target. Atorvastatin to go on.",
    ),
    Written(
        "caro", HARBOUR_STREET, "amara", 90, True,
        "Migraine without aura. A diary of meals and sleep helps us to find what sets it off.",
    ),
)  # fmt: skip

OTHERS = (
    "Blood pressure a little high. Again in three months before any tablet.",
    "Results all in range. No change.",
    "Referred for an X-ray of the knee. Back with the pictures.",
    "Repeat prescription for six months. Side effects asked about: none.",
    "Wound clean and dry, stitches out. No dressing needed any more.",
    "Tired since winter. Iron, thyroid and sugar asked for.",
    "Walks half an hour a day now. Praised, and the next goal set.",
    "Chest clear. Cough is viral: fluids, rest, and back if there is fever.",
)
"""What stands in the notes about the patients who are made up."""


async def write(today: date) -> None:
    """All of them, those about the cast first."""
    await insert_many(Note, [_row(note, today) for note in CAST])
    patients = await run(
        "SELECT id, practice, practitioner, birth_date FROM patient WHERE practice = $1 AND email LIKE 'p%@patients.%'"
        " AND practitioner IS NOT NULL AND deceased_on IS NULL ORDER BY last_key, id",
        known_id("practice", HARBOUR_STREET),
    )
    await insert_many(Note, _others(Random(3), patients, today))  # noqa: S311 - made-up notes


def _row(note: Written, today: date) -> Row:
    return _written(
        known_id("practice", note.clinic),
        known_id("patient", note.short),
        known_id("member", f"{note.clinic}:{note.author}"),
        note.words,
        moment(working_day(today - timedelta(days=note.days_ago)), time(16, 10)),
        shared=note.shared,
    )


def _others(random: Random, patients: Sequence[Row], today: date) -> list[Row]:
    """None to three about each, by their practitioner, one in four shared."""
    return [
        _written(
            patient["practice"],
            patient["id"],
            patient["practitioner"],
            words,
            moment(working_day(today - timedelta(days=random.randint(5, 300))), time(random.randint(9, 16), 20)),
            shared=random.random() < 0.25,
        )
        for patient in patients
        for words in random.sample(OTHERS, random.choice((0, 0, 1, 1, 2, 3)))
    ]


def _written(practice: Any, patient: Any, author: Any, words: str, at: datetime, *, shared: bool) -> Row:
    return {
        "id": new_id(),
        "practice": practice,
        "patient": patient,
        "author": author,
        "words": words,
        "shared": shared,
        "version": 1,
        "written_at": at,
        "shared_at": at if shared else None,
    }
