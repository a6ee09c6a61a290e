"""What is said about a family, read from the form and held against the family as it stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.errors import Refused
from domain.invitations import Answer, Dependant, Invited
from domain.invitations.family import Family, NewLogin, Reply
from domain.words import listed
from web.forms import Form, FormModel, checked
from web.pages.public.family_form import ChildForm, LoginForm, ReplyForm, SharedForm, is_id

NOBODY = "Choose Accept or Decline for at least one of them"
SHARED = ("relationship", "basis", "")
ORDER = ("answer", "guardian", "sure", "patient_name", "birth_date")
"""In which the page asks."""


@dataclass(frozen=True)
class Typed:
    """The form as it is drawn, and what was said when there is nothing wrong with it."""

    form: Form[Any]
    replies: tuple[Reply, ...]
    login: NewLogin | None


def typed(came: Mapping[str, Any], family: Family, *, mine: bool) -> Typed:
    """What came, about a family as it stands now. `mine`: the one who answers has a login."""
    form: Form[Any] = checked(came, FormModel)
    parts = {
        one.id: checked(_part(came, one.id), ChildForm if not one.is_adult else ReplyForm) for one in family.waiting
    }
    for one in family.waiting:
        wrong = parts[one.id].errors
        form.errors |= {f"{field}-{one.id.hex}": _of(one, wrong[field]) for field in ORDER if field in wrong}
    accepts = [part for part in parts.values() if part["answer"] == "accept"]
    shared = _more(form, came, SharedForm) if any(part["guardian"] == "new" for part in accepts) else None
    login = _more(form, came, LoginForm) if accepts and not mine else None
    old = _answered_before(came, family)
    if not old and all(part["answer"] == "later" for part in parts.values()):
        form.errors[""] = NOBODY
    if form.errors:
        _say_what_is_not_saved(form, family)
        return Typed(form, (), None)
    said = [(one, part.value) for one, part in parts.items() if part.value.answer != "later"]
    replies = (*(Reply(one, _answer(reply, shared)) for one, reply in said), *old)
    return Typed(form, replies, NewLogin(login.name, login.password) if login else None)


def refuse(form: Form[Any], family: Family, wrong: Mapping[UUID, Refused]) -> None:
    """Says what the rules of the domain say against the answers, each at its field."""
    for one, refused in ((one, wrong[one.id]) for one in family.waiting if one.id in wrong):
        if refused.field in SHARED:
            form.errors.setdefault(refused.field, refused.words)
        else:
            words = _unsure(one) if refused.field == "sure" else _of(one, refused.words)
            form.errors[f"{refused.field}-{one.id.hex}"] = words
    _say_what_is_not_saved(form, family)


def _say_what_is_not_saved(form: Form[Any], family: Family) -> None:
    """Answers are taken together: nobody should think that those which were right have gone already."""
    wrong = {name.rpartition("-")[2] for name in form.errors}
    answered = [one for one in family.waiting if form[f"answer-{one.id.hex}"] in ("accept", "decline")]
    right = [one.called for one in answered if one.id.hex not in wrong]
    if right and "" not in form.errors:
        form.errors[""] = f"Nothing is saved yet, also not for {listed(right)}"


def _of(one: Invited, words: str) -> str:
    """Many are asked about, so it is said about whom."""
    return f"{one.called}: {words[0].lower()}{words[1:]}"


def _unsure(one: Invited) -> str:
    if one.is_adult:
        return f"This is for {one.called}. Tick the box if you are {one.called}, or choose Decline"
    return f"{one.called}: tick the box if this portal is theirs, or choose another"


def _answer(reply: ReplyForm, shared: SharedForm | None) -> Answer | None:
    """None for a Decline."""
    if reply.birth_date is None:
        return None
    about: Dependant | UUID | None = None
    if isinstance(reply, ChildForm) and reply.guardian != "new":
        about = UUID(reply.guardian)
    elif isinstance(reply, ChildForm) and shared:
        about = Dependant(reply.patient_name, shared.relationship, shared.basis)
    return Answer(reply.birth_date, about, sure=bool(reply.sure))


def _part(came: Mapping[str, Any], invitation: UUID) -> dict[str, Any]:
    ending = f"-{invitation.hex}"
    return {name.removesuffix(ending): value for name, value in came.items() if name.endswith(ending)}


def _more(form: Form[Any], came: Mapping[str, Any], model: type[Any]) -> Any:
    part: Form[Any] = checked(came, model)
    form.errors |= part.errors
    return part.value if part.ok else None


def _answered_before(came: Mapping[str, Any], family: Family) -> list[Reply]:
    """What the form says of whom nobody is asked about any more: the domain says whether it is what stands."""
    waiting = {one.id for one in family.waiting}
    said = {name.removeprefix("answer-"): value for name, value in came.items() if name.startswith("answer-")}
    others = {UUID(one): value for one, value in said.items() if is_id(one) and UUID(one) not in waiting}
    return [
        Reply(one, Answer(date.min) if value == "accept" else None)
        for one, value in others.items()
        if value in ("accept", "decline")
    ]
