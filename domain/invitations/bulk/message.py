"""The practice's words to each of many, their terms resolved (decision 16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain import terms
from domain.errors import Refused
from domain.invitations.bulk.families import Letter, Weighed
from domain.places import Place
from domain.words import listed

NAMED = 3
"""So many of those who lack what a term needs are named; how many there are is said."""


@dataclass(frozen=True)
class Wording:
    """The practice's words to many: `parts` of a text whose terms are all about patients, at every second place. Nobody
    builds ten thousand messages: each letter is resolved where it is written."""

    parts: Sequence[str]

    @property
    def pattern(self) -> str:
        """For PostgreSQL's format(), with the value of each of `terms.OF_PATIENT` as its arguments."""
        slots = {term: f"%{number}$s" for number, term in enumerate(terms.OF_PATIENT, 1)}
        return "".join(slots[part] if n % 2 else part.replace("%", "%%") for n, part in enumerate(self.parts))

    def values(self, letters: Sequence[Letter]) -> list[list[str] | None]:
        """Those arguments: for each term its value to each letter's readers, None for a term that is not used."""
        used = self.parts[1::2]
        return [[_value(term, letter) for letter in letters] if term in used else None for term in terms.OF_PATIENT]

    def to(self, letter: Letter) -> str:
        """What a letter says."""
        return "".join(_value(part, letter) if n % 2 else part for n, part in enumerate(self.parts))


def wording(place: Place, text: str, letters: Sequence[Letter], field: str = "message") -> Wording:
    """The words to the readers of all these letters.

    Raises Refused at `field` for a term that there is not, or that has no value for somebody whom a letter goes to: it
    names the term, how many they are and the first of them.
    """
    try:
        parts = terms.parts(text)
    except Refused as refused:
        raise Refused(refused.words, field) from refused
    practices = terms.of_place(place)
    merged = [parts[0]]
    for term, after in zip(parts[1::2], parts[2::2], strict=True):
        if term in practices:
            _demand_said(term, practices[term], field)
            merged[-1] += practices[term] + after
        else:
            merged += [term, after]
    for term in dict.fromkeys(merged[1::2]):
        everybody = (one for letter in letters for one in letter.members)
        _demand_none(term, [one for one in everybody if not _of_one(term, one).strip()], field)
    return Wording(merged)


def _of_one(term: str, one: Weighed) -> str:
    return terms.of_patient(one.called, one.first_name, one.last_name, one.practitioner)[term]


def _value(term: str, letter: Letter) -> str:
    """In a family's, names are joined: "Ana, Beto and Caro". What several have in common is said once."""
    return listed(list(dict.fromkeys(_of_one(term, one) for one in letter.members)))


def _demand_said(term: str, value: str, field: str) -> None:
    if not value.strip():
        raise Refused(f"[{term}] has nothing to stand in its place. {terms.MISSING[term]}", field)


def _demand_none(term: str, lacking: Sequence[Weighed], field: str) -> None:
    if not lacking:
        return
    names = [one.name for one in lacking[:NAMED]]
    more = len(lacking) - len(names)
    who = listed([*names, f"{more:,} more"]) if more else listed(names)
    raise Refused(
        f"[{term}] has nothing to stand in its place for {len(lacking):,} of the patients: {who}. Add it to their"
        " details, choose them no longer, or take the term out",
        field,
    )
