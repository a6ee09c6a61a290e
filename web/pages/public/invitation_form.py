"""What is typed where an invitation is accepted."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from domain import guardians, names
from domain.errors import Refused
from domain.invitations import Answer, Dependant
from domain.requests import RELATIONSHIPS
from web.days import typed_day
from web.fields import Name, Password
from web.forms import FormModel

DAY = "Type the birth date, such as 29/2/2020"
NEEDED = {
    "patient_name": "Type their whole name",
    "relationship": "Choose how you are related",
    "basis": "Choose why you act for them",
}
"""What is asked of somebody who opens a portal for another."""


def _day(value: object) -> date:
    day = typed_day(value.strip()) if isinstance(value, str) else None
    if day is None:
        raise ValueError(DAY)
    return day


def _about(value: object) -> str:
    """Oneself ("no"), somebody who gets a portal ("yes"), or the id of a portal that one looks after."""
    try:
        return str(value) if value in ("yes", "no") else str(UUID(str(value)))
    except ValueError as error:
        raise ValueError("Choose whom this is about") from error


class AnswerForm(FormModel):
    guardian: Annotated[str, BeforeValidator(_about), Field(description="Choose whom this is about")]
    sure: Annotated[Literal["", "yes"], Field(description="Tick the box, or choose whom this is about")] = ""
    patient_name: Annotated[str, Field(max_length=100, validate_default=True, description=NEEDED["patient_name"])] = ""
    relationship: Annotated[str, Field(validate_default=True, description=NEEDED["relationship"])] = ""
    basis: Annotated[str, Field(validate_default=True, description=NEEDED["basis"])] = ""
    birth_date: Annotated[date, BeforeValidator(_day), Field(description=DAY)]

    @field_validator("patient_name", "relationship", "basis")
    @classmethod
    def is_given(cls, value: str, typed: ValidationInfo) -> str:
        """Only of somebody who opens a portal for another."""
        sound = {
            "patient_name": bool(value) and names.is_plain(value),
            "relationship": value in RELATIONSHIPS,
            "basis": value in (guardians.PARENTAL, *guardians.BASES_FOR_ADULTS),
        }[str(typed.field_name)]
        if typed.data.get("guardian") == "yes" and not sound:
            raise ValueError(NEEDED[str(typed.field_name)])
        return value

    @property
    def answer(self) -> Answer:
        about: Dependant | UUID | None = None
        if self.guardian == "yes":
            about = Dependant(self.patient_name, self.relationship, self.basis)
        elif self.guardian != "no":
            about = UUID(self.guardian)
        return Answer(self.birth_date, about, sure=bool(self.sure))


class NewLoginForm(AnswerForm):
    name: Name
    password: Password

    def faults(self) -> Iterable[Refused]:
        return [] if self.guardian in ("yes", "no") else [Refused("Choose whom this is about", "guardian")]
