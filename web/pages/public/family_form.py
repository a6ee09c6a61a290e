"""What is typed where a family is answered for: the fields about one of them end in the invitation's id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from domain import guardians, names
from domain.errors import Refused
from domain.invitations import Answer, Dependant
from domain.invitations.family import Family, NewLogin, Reply
from web.days import typed_day
from web.fields import Name, Password, Relationship
from web.forms import Form, FormModel, checked
from web.pages.public.invitation_form import DAY, NEEDED

NOBODY = "Choose Accept or Decline for at least one of them"
SHARED = ("relationship", "basis", "")


class ReplyForm(FormModel):
    """About an adult. What stands beside a Decline is not looked at."""

    answer: Annotated[Literal["accept", "decline", "later"], Field(description="Choose Accept, Decline or Not now")]
    birth_date: Annotated[date | None, Field(validate_default=True, description=DAY)] = None
    sure: Annotated[Literal["", "yes"], Field(description="Tick the box, or choose Decline")] = ""

    @field_validator("birth_date", mode="before")
    @classmethod
    def is_a_day(cls, value: object, typed: ValidationInfo) -> date | None:
        if typed.data.get("answer") != "accept":
            return None
        day = typed_day(value.strip()) if isinstance(value, str) else None
        if day is None:
            raise ValueError(DAY)
        return day


class ChildForm(ReplyForm):
    guardian: Annotated[str, Field(validate_default=True, description="Choose whose portal it becomes")] = ""
    patient_name: Annotated[str, Field(validate_default=True, description=NEEDED["patient_name"])] = ""

    @field_validator("guardian")
    @classmethod
    def is_a_portal(cls, value: str, typed: ValidationInfo) -> str:
        if typed.data.get("answer") == "accept" and value != "new":
            return str(UUID(value)) if _is_id(value) else _wrong("Choose whose portal it becomes")
        return value

    @field_validator("patient_name")
    @classmethod
    def is_a_name(cls, value: str, typed: ValidationInfo) -> str:
        name = " ".join(value.split())
        asked = typed.data.get("answer") == "accept" and typed.data.get("guardian") == "new"
        if asked and len(name) > 100:
            return _wrong("Use at most 100 characters")
        return _wrong(NEEDED["patient_name"]) if asked and not (name and names.is_plain(name)) else name


class SharedForm(FormModel):
    """Asked once for all who get a new portal."""

    relationship: Relationship
    basis: Annotated[str, Field(description=NEEDED["basis"])]

    @field_validator("basis")
    @classmethod
    def is_a_basis(cls, value: str) -> str:
        return value if value in (guardians.PARENTAL, *guardians.BASES_FOR_ADULTS) else _wrong(NEEDED["basis"])


class LoginForm(FormModel):
    name: Name
    password: Password


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
    for invitation, part in parts.items():
        form.errors |= {f"{field}-{invitation.hex}": words for field, words in part.errors.items()}
    accepts = [part for part in parts.values() if part["answer"] == "accept"]
    shared = _more(form, came, SharedForm) if any(part["guardian"] == "new" for part in accepts) else None
    login = _more(form, came, LoginForm) if accepts and not mine else None
    old = _answered_before(came, family)
    if not old and all(part["answer"] == "later" for part in parts.values()):
        form.errors[""] = NOBODY
    if form.errors:
        return Typed(form, (), None)
    said = [(one, part.value) for one, part in parts.items() if part.value.answer != "later"]
    replies = (*(Reply(one, _answer(reply, shared)) for one, reply in said), *old)
    return Typed(form, replies, NewLogin(login.name, login.password) if login else None)


def refuse(form: Form[Any], family: Family, wrong: Mapping[UUID, Refused]) -> None:
    """Says what the rules of the domain say against the answers, each at its field."""
    for invitation, refused in ((one.id, wrong[one.id]) for one in family.waiting if one.id in wrong):
        shared = refused.field in SHARED
        field = refused.field if shared else f"{refused.field}-{invitation.hex}"
        form.errors[field] = refused.words if field not in form.errors else f"{form.errors[field]}. {refused.words}"


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
    others = {UUID(one): value for one, value in said.items() if _is_id(one) and UUID(one) not in waiting}
    return [
        Reply(one, Answer(date.min) if value == "accept" else None)
        for one, value in others.items()
        if value in ("accept", "decline")
    ]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _wrong(words: str) -> str:
    raise ValueError(words)
