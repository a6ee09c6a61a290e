"""Writing notes, and saying whether the patient reads them. A note is never edited and never removed: another note
corrects it."""

from uuid import UUID

from db.engine import run, transaction
from db.ids import new_id
from domain import clock
from domain.errors import Changed, Refused
from domain.notes.reading import Note, one, record
from domain.patients.found import Found, find
from domain.permissions import Area, PlacePermission, demand
from domain.places import Place

LONGEST = 5_000


async def write(place: Place, patient: UUID, words: str, *, shared: bool = False) -> UUID:
    """Writes a note, shared with the patient at once or not, and gives its id; that of a moment ago when the same words
    are sent twice and were to be shared alike.

    Raises NotPermitted, NotFound, and Refused at 'words' for nothing or more than 5,000 characters.
    """
    demand(place, PlacePermission.WRITE_NOTES)
    found = await find(place, patient, Area.NOTES)
    _demand_sound(words)
    async with transaction():
        await run("SELECT FROM patient WHERE id = $1 FOR NO KEY UPDATE", patient)
        if pressed := await _just_written(place, patient, words, shared=shared):
            return pressed
        note, now = new_id(), clock.now()
        await run(
            "INSERT INTO note (id, practice, patient, author, words, shared, written_at, shared_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            note,
            place.practice.id,
            patient,
            place.member,
            words,
            shared,
            now,
            now if shared else None,
        )
        await record("note:write", place, found, note)
        if shared:
            await record("note:share", place, found, note)
    return note


def _demand_sound(words: str) -> None:
    if not words.strip():
        raise Refused("Write the note", "words")
    if len(words) > LONGEST:
        raise Refused(f"Use at most {LONGEST:,} characters", "words")


async def _just_written(place: Place, patient: UUID, words: str, *, shared: bool) -> UUID | None:
    rows = await run(
        "SELECT id FROM note WHERE patient = $1 AND practice = $2 AND author = $3 AND words = $4 AND shared = $5"
        " AND written_at > $6",
        patient,
        place.practice.id,
        place.member,
        words,
        shared,
        clock.now() - clock.PRESSED_TWICE_WITHIN,
    )
    return rows[0]["id"] if rows else None


async def share(place: Place, patient: UUID, note: UUID, *, shared: bool, version: int) -> tuple[Found, Note]:
    """Shares one's own note with the patient or stops that, and gives it as it is then. The same again changes nothing.

    Raises as `one` does, and Changed where it would be shared and is newer than the form.
    """
    found, before = await one(place, patient, note)
    if before.shared == shared:
        return found, before
    async with transaction():
        written = await run(
            "UPDATE note SET shared = $5, shared_at = $6, version = version + 1 WHERE id = $1 AND practice = $2"
            " AND author = $3 AND (version = $4 OR NOT $5) RETURNING id",
            note,
            place.practice.id,
            place.member,
            version,
            shared,
            clock.now() if shared else None,
        )
        if not written:
            raise Changed
        await record("note:share" if shared else "note:unshare", place, found, note)
    return await one(place, patient, note)
