"""The practice's words to each of many, their terms resolved (decision 16)."""

from collections.abc import Sequence

from domain import communication_templates, terms, web_addresses
from domain.errors import Refused
from domain.invitations.bulk.draft import BulkDraft
from domain.invitations.bulk.families import Letter, Weighed
from domain.places import Place
from domain.terms import LONGEST
from domain.words import listed

NAMED = 3
"""So many of those who lack what a term needs are named; how many there are is said."""


async def text_of(place: Place, draft: BulkDraft) -> tuple[str, str]:
    """The words before their terms are resolved, and the field that they come from.

    Raises Refused at 'message' or 'template'.
    """
    if draft.message and draft.template:
        raise Refused("Write a message or choose a template, not both", "template")
    if len(draft.message) > LONGEST:
        raise Refused(f"Use at most {LONGEST:,} characters", "message")
    if not draft.template:
        return draft.message, "message"
    known = {template.name: template.body for template in await communication_templates.available(place)}
    if draft.template not in known:
        raise Refused("Choose a template of the list", "template")
    return known[draft.template], "template"


def resolved(place: Place, text: str, letters: Sequence[Letter], field: str = "message") -> list[str]:
    """The words to each letter's readers. In a family's, names are joined: "Ana, Beto and Caro".

    Raises Refused at `field` for a link, for a term that there is not, or that has no value for somebody whom a letter
    goes to: it names the term, how many they are and the first of them.
    """
    web_addresses.demand_none(text, place.practice, field)
    try:
        used = terms.used(text)
    except Refused as refused:
        raise Refused(refused.words, field) from refused
    if not used:
        return [text] * len(letters)
    practices = terms.of_place(place)
    everybody = {one.patient: _values(one) for letter in letters for one in letter.members}
    for term in used:
        if term in practices:
            _demand_said(term, practices[term], field)
        else:
            lacking = [one for letter in letters for one in letter.members if not everybody[one.patient][term].strip()]
            _demand_none(term, lacking, field)
    return [
        terms.replaced(text, {**practices, **_joined([everybody[one.patient] for one in letter.members])})
        for letter in letters
    ]


def _values(one: Weighed) -> dict[str, str]:
    return terms.of_patient(one.called, one.first_name, one.last_name, one.practitioner)


def _joined(members: Sequence[dict[str, str]]) -> dict[str, str]:
    """What several have in common is said once."""
    return {term: listed(list(dict.fromkeys(values[term] for values in members))) for term in members[0]}


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
