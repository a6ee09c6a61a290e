"""A practice's tags: words of its own by which it groups patients. They are free text (decision 18)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from db.engine import Prepared, run
from db.ids import new_id
from db.keys import key
from domain.errors import Refused
from domain.names import is_plain
from domain.permissions import Area, reach
from domain.places import FOUND_ALL, OWN, Place

MOST, LONGEST = 10, 40
"""Tags of one patient, and characters of one."""

_every = Prepared(
    "SELECT t.id, t.name FROM tag t WHERE t.practice = $1 AND EXISTS (SELECT FROM patient_tag g"  # noqa: S608 - words of ours
    f" JOIN patient p ON p.id = g.patient WHERE g.tag = t.id AND {FOUND_ALL}) ORDER BY t.name_key"
)
_of = Prepared(
    "SELECT t.name FROM patient_tag g JOIN tag t ON t.id = g.tag WHERE g.patient = $1 AND t.practice = $2"
    " ORDER BY t.name_key"
)
_of_own = Prepared(
    "SELECT t.id, t.name FROM tag t WHERE t.practice = $1 AND t.id IN (SELECT g.tag FROM patient_tag g"  # noqa: S608 - words of ours
    "  JOIN patient p ON p.id = g.patient WHERE p.id IN (SELECT id FROM patient WHERE practitioner = $3"
    "   UNION SELECT patient FROM appointment WHERE practitioner = $3 AND status = 'Booked')"
    f"  AND {FOUND_ALL} AND {OWN}) ORDER BY t.name_key"
)


async def every(place: Place) -> dict[UUID, str]:
    """The tags that some patient has whose profile the member reads, by name; none where names are hidden. One that no
    patient has any more is kept for the next, and offered to nobody."""
    how_much = reach(place, Area.PROFILES)
    if place.hides_names or how_much == "none":
        return {}
    who = (place.practice.id, place.member)
    rows = await (_every.rows(*who) if how_much == "all" else _of_own.rows(*who, place.own))
    return {row["id"]: row["name"] for row in rows}


def typed(text: str) -> tuple[str, ...]:
    """The tags in a text that separates them by commas: each once, in the order of the alphabet."""
    said = {key(name): " ".join(name.split()) for name in reversed(text.split(","))}
    return tuple(said[one] for one in sorted(said) if one)


def faults(names: Sequence[str], field: str = "tags") -> list[Refused]:
    """What is wrong with a patient's tags, at the field."""
    if len(names) > MOST:
        return [Refused(f"Give a patient at most {MOST} tags. These are {len(names)}", field)]
    if any(len(name) > LONGEST for name in names):
        return [Refused(f"Use at most {LONGEST} characters for one tag, and a comma between two", field)]
    if not all(is_plain(name) for name in names):
        return [Refused("There are characters or a web address here that cannot be kept in a tag", field)]
    return []


def same(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists hold the same tags: case and accents do not tell two apart."""
    return {key(name) for name in some} == {key(name) for name in others}


async def of(practice: UUID, patient: UUID) -> tuple[str, ...]:
    """A patient's tags in the order of the alphabet, for who has found them and reads names."""
    return tuple(row["name"] for row in await _of.rows(patient, practice))


async def write(practice: UUID, tagged: Mapping[UUID, Sequence[str]]) -> set[UUID]:
    """Gives each of these patients these tags and no others, in the caller's transaction. A tag that the practice has
    already keeps its spelling. Gives those whose tags were others."""
    spelled = {key(name): name for names in tagged.values() for name in names}
    # In one order, so that two who write the same new tags wait for each other and do not block each other.
    keys = sorted(spelled)
    await run(
        "INSERT INTO tag (id, practice, name, name_key) SELECT n.id, $1, n.name, n.name_key"
        " FROM unnest($2::uuid[], $3::text[], $4::text[]) AS n (id, name, name_key)"
        " ON CONFLICT (practice, name_key) DO NOTHING",
        practice,
        [new_id() for _ in keys],
        [spelled[one] for one in keys],
        keys,
    )
    pairs = sorted({(patient, key(name)) for patient, names in tagged.items() for name in names})
    whose, which = [patient for patient, _ in pairs], [one for _, one in pairs]
    gone = await run(
        "DELETE FROM patient_tag g USING tag t WHERE t.id = g.tag AND t.practice = $1 AND g.patient = ANY ($2)"
        " AND NOT EXISTS (SELECT FROM unnest($3::uuid[], $4::text[]) AS n (patient, name_key)"
        "  WHERE n.patient = g.patient AND n.name_key = t.name_key) RETURNING g.patient",
        practice,
        list(tagged),
        whose,
        which,
    )
    new = await run(
        "INSERT INTO patient_tag (id, patient, tag) SELECT n.id, n.patient, t.id"
        " FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS n (id, patient, name_key)"
        " JOIN tag t ON t.practice = $1 AND t.name_key = n.name_key ON CONFLICT (tag, patient) DO NOTHING"
        " RETURNING patient",
        practice,
        [new_id() for _ in pairs],
        whose,
        which,
    )
    return {row["patient"] for row in (*gone, *new)}
