"""Account > Access: who can open one's own portal, and whose portals one opens."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import Field, ValidationInfo, field_validator

from domain import access, guardians, portals, requests
from domain.requests import CHILDREN, RELATIONSHIPS, Asking
from domain.sessions import Session
from web.authorization import Open
from web.fields import Email, LevelChoice, Name, Relationship, RoleChoice, YesOrNo
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/account/access"


class AddPatientForm(FormModel):
    name: Name
    relationship: Relationship
    own_login: YesOrNo


class AskForm(AddPatientForm):
    """With a login of their own: it needs its email, and how much one asks for."""

    level: LevelChoice
    role: RoleChoice
    email: Email


class DependantForm(AddPatientForm):
    """Without one: for an adult it needs a ground to act for them."""

    basis: Annotated[str, Field(validate_default=True, description="Choose why you act for them")] = ""

    @field_validator("basis")
    @classmethod
    def is_a_ground(cls, basis: str, typed: ValidationInfo) -> str:
        if typed.data.get("relationship") not in (*CHILDREN, None) and basis not in guardians.BASES_FOR_ADULTS:
            raise ValueError("Choose why you act for them")
        return basis

    @property
    def ground(self) -> str:
        return guardians.PARENTAL if self.relationship in CHILDREN else self.basis


async def sections(session: Session) -> dict[str, Any]:
    """What the Access page shows of one's own portal, if any, and of those one opens."""
    own = await portals.visit(session.account, session.name, session.portal) if session.portal else None
    people = await access.people(own) if own else None
    return {"own": own, "people": people, "patients": await access.patients(session.account)}


@get(HERE, permission=Open.LOGGED_IN)
async def show_access(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    return page(request, "account/access", **await sections(session))


@get(f"{HERE}/add-patient", permission=Open.LOGGED_IN)
async def show_add_patient(request: Caller) -> Response[bytes]:
    return add_patient_page(request, Form())


@post(f"{HERE}/patients", permission=Open.LOGGED_IN)
async def add_patient(request: Caller, session: NamedDependency[Session]) -> Response[bytes]:
    form: Form[Any] = await read(request, AddPatientForm)
    if form["own_login"] in ("yes", "no"):
        form = await read(request, AskForm if form["own_login"] == "yes" else DependantForm)
    if form.ok:
        with form.refusals():
            words = await _add(session, form.value)
            if isinstance(form.value, DependantForm):
                return await done(request, HERE, flash=words)  # the whole page: the menu has a new door
            return await done(
                request, HERE, flash=words, fragment="patients-you-access", into="patients-you-access",
                context=lambda: sections(session),
            )  # fmt: skip
    return add_patient_page(request, form, status=422)


async def _add(session: Session, typed: AskForm | DependantForm) -> str:
    if isinstance(typed, DependantForm):
        await guardians.open_dependant(session, typed.name, typed.relationship, typed.ground)
        return f"{typed.name} has a portal now, and you can open it"
    await requests.ask(session, Asking(typed.name, typed.relationship, typed.level, typed.role, typed.email))
    return f"We have written to {typed.email}. You can open their portal once they say yes"


@post(f"{HERE}/requests/{{asked:uuid}}/withdrawal", permission=Open.LOGGED_IN)
async def withdraw(request: Caller, asked: FromPath[UUID], session: NamedDependency[Session]) -> Response[bytes]:
    await requests.withdraw(session, asked)
    return await done(
        request, HERE, flash="Your request is withdrawn", fragment="patients-you-access", into="patients-you-access",
        context=lambda: sections(session),
    )  # fmt: skip


def add_patient_page(request: Caller, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(
        request, "account/add-patient", fragment="add-patient", status=status,
        form=form, relationships=RELATIONSHIPS, bases=guardians.BASES_FOR_ADULTS,
    )  # fmt: skip


ROUTES: list[Any] = [show_access, show_add_patient, add_patient, withdraw]
