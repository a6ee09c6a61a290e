"""What is typed where a family is answered for: the fields about one of them end in the invitation's id."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from domain import guardians, names
from web.days import typed_day
from web.fields import Name, Password, Relationship
from web.forms import FormModel
from web.pages.public.invitation_form import DAY, NEEDED


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
            return str(UUID(value)) if is_id(value) else _wrong("Choose whose portal it becomes")
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


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _wrong(words: str) -> str:
    raise ValueError(words)
