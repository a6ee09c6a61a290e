"""Whether a portal's name may be a patient's: people are asked where it is not, and never told how the two differ."""

from collections.abc import Mapping
from typing import Any

from db.engine import run
from db.keys import key
from domain.errors import Refused
from domain.invitations.opening import Invited


async def demand_sure(invited: Invited, portal: Mapping[str, Any], *, own: bool, sure: bool) -> None:
    """Raises Refused at the field 'sure' where the names differ and nobody has said that it is right all the same.
    `portal` has name and preferred_name. A shared family email must not put one person's record into another's
    portal."""
    [patient] = await run("SELECT first_name, last_name, preferred_name FROM patient WHERE id = $1", invited.patient)
    if sure or _may_be(patient, portal):
        return
    who = invited.called
    question = f"Are you {who}?" if own else f"Is {who} the one whom you chose?"
    raise Refused(f"This invitation is for {who}. {question} Tick the box if so, or choose whom this is about", "sure")


def _may_be(patient: Mapping[str, Any], portal: Mapping[str, Any]) -> bool:
    """A middle name more is no other person."""
    last = patient["last_name"]
    theirs = [_words(first, last) for first in (patient["first_name"], patient["preferred_name"]) if first]
    name, preferred = portal["name"], portal["preferred_name"]
    ours = [_words(name), _words(preferred, name.split()[-1]) if preferred else set()]
    return any(one <= other for one in theirs for other in ours)


def _words(*names: str) -> set[str]:
    return set(key(" ".join(names)).split())
