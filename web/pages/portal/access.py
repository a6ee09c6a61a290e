"""Who can open a portal: its controllers decide, everybody else reads their own line and may leave."""

from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from pydantic import Field, ValidationInfo, field_validator

from domain import access, accounts, guardians
from domain.access import Decision, Person, Status
from domain.errors import Changed
from domain.permissions import Permission, may
from domain.portals import Visit
from domain.requests import CHILDREN, RELATIONSHIPS
from domain.sessions import Session
from domain.words import possessive
from web.fields import Email, LevelChoice, Name, Relationship, RoleChoice, Ticked, TypedAgain, Version, YesOrNo
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller
from web.words import whose

HERE = "/portal/{portal:uuid}/access"


class DecisionForm(FormModel):
    status: Annotated[Literal["Current", "Disabled"], Field(description="Choose Current to give access, or Disabled")]
    level: LevelChoice
    role: RoleChoice
    version: Version = 0
    refuse_for_good: Ticked = False
    password: TypedAgain = ""


class GiveForm(FormModel):
    name: Name
    email: Email
    relationship: Relationship
    level: LevelChoice
    role: RoleChoice
    guardian: YesOrNo
    basis: Annotated[str, Field(validate_default=True, description="Choose why they act for them")] = ""
    password: TypedAgain = ""

    @field_validator("basis")
    @classmethod
    def is_a_ground(cls, basis: str, typed: ValidationInfo) -> str:
        adult = typed.data.get("relationship") not in (*CHILDREN, None)
        if typed.data.get("guardian") and adult and basis not in guardians.BASES_FOR_ADULTS:
            raise ValueError("Choose why they act for them")
        return basis

    @property
    def ground(self) -> str | None:
        if not self.guardian:
            return None
        return guardians.PARENTAL if self.relationship in CHILDREN else self.basis


@get(HERE, permission=Permission.OPEN_PORTAL)
async def show_access(
    request: Caller, visit: NamedDependency[Visit], session: NamedDependency[Session]
) -> Response[bytes]:
    controls = may(visit, Permission.VIEW_ACCESS)
    return page(
        request, "portal/access",
        people=await access.people(visit) if controls else [await access.own(visit)],
        patients=await access.patients(session.account),
    )  # fmt: skip


@get(f"{HERE}/{{row:uuid}}/edit", permission=Permission.DECIDE_ACCESS)
async def show_edit(request: Caller, row: FromPath[UUID], visit: NamedDependency[Visit]) -> Response[bytes]:
    return edit_page(request, await access.person(visit, row))


@post(f"{HERE}/{{row:uuid}}/decision", permission=Permission.DECIDE_ACCESS)
async def decide(
    request: Caller, row: FromPath[UUID], visit: NamedDependency[Visit], session: NamedDependency[Session]
) -> Response[bytes]:
    form, person = await read(request, DecisionForm), await access.person(visit, row)
    if form.ok:
        with form.refusals():
            if form.value.status == Status.CURRENT.value:
                await accounts.demand_fresh(session, form.value.password)
            try:
                decided = await access.decide(visit, row, _decision(form.value))
            except Changed:
                return edit_page(request, person, changed=True, status=409)
            return await done(
                request, f"/portal/{visit.portal}/access", flash=_said(person, decided, visit),
                fragment="access-row", into=f"access-row-{row}", context=_row(decided, visit),
            )  # fmt: skip
    return edit_page(request, person, form, status=422)


def _decision(typed: DecisionForm) -> Decision:
    return Decision(Status(typed.status), typed.level, typed.role, typed.version, typed.refuse_for_good)


def _row(person: Person, visit: Visit) -> Any:
    async def context() -> dict[str, Any]:
        return {"person": person, "visit": visit}

    return context


def _said(before: Person, after: Person, visit: Visit) -> str:
    """What was done, with both names: two tabs may show two portals."""
    portal = f"{whose(visit)} portal"
    if after.version == before.version:
        return "Nothing was changed"
    if after.agreed and after.status is Status.CURRENT:
        return f"Noted. Nothing changes for {after.name} until every guardian says the same"
    if after.agreed:
        return f"Noted. {after.name} can open {portal} when every guardian says the same"
    if after.status is Status.CURRENT:
        return f"{after.name} can now open {portal}: {after.level}, {after.role}"
    if after.status is Status.PENDING:
        return f"{after.name} has been written to and can open {portal} after saying yes"
    if before.status is Status.CURRENT:
        return f"{after.name} can no longer open {portal}"
    return f"{after.name} cannot open {portal}"


def edit_page(
    request: Caller, person: Person, form: Form[Any] | None = None, *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    """Preselects nothing for somebody who waits: looking and pressing Submit must not grant (decision 4)."""
    waits = person.status is Status.PENDING
    drawn = {
        "status": "" if waits else person.status, "level": person.level, "role": person.role,
        "refuse_for_good": person.refused_for_good,
    }  # fmt: skip
    return page(
        request, "portal/edit-access", fragment="edit-access", status=status,
        person=person, form=form or Form(drawn), changed=changed,
    )  # fmt: skip


@get(f"{HERE}/give", permission=Permission.GIVE_ACCESS)
async def show_give(request: Caller) -> Response[bytes]:
    return give_page(request, Form())


@post(f"{HERE}/offers", permission=Permission.GIVE_ACCESS)
async def give(request: Caller, visit: NamedDependency[Visit], session: NamedDependency[Session]) -> Response[bytes]:
    form = await read(request, GiveForm)
    if form.ok:
        with form.refusals():
            typed = form.value
            await accounts.demand_fresh(session, typed.password)
            sent = await guardians.offer(
                visit,
                guardians.Offer(typed.name, typed.email, typed.relationship, typed.level, typed.role, typed.ground),
            )
            words = f"We have written to {typed.email}" if sent else "Noted. Every guardian has to agree first"
            return await done(request, f"/portal/{visit.portal}/access", flash=words)
    return give_page(request, form, status=422)


def give_page(request: Caller, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(
        request, "portal/give-access", fragment="give-access", status=status,
        form=form, relationships=RELATIONSHIPS, bases=guardians.BASES_FOR_ADULTS,
    )  # fmt: skip


@get(f"{HERE}/leave", permission=Permission.LEAVE)
async def show_leave(request: Caller) -> Response[bytes]:
    return page(request, "portal/leave", fragment="leave", form=Form())


@post(f"{HERE}/departure", permission=Permission.LEAVE)
async def leave(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    form: Form[Any] = Form()
    with form.refusals():
        await access.leave(visit)
        return await done(request, "/account/access", flash=f"You have left {possessive(visit.called)} portal")
    return page(request, "portal/leave", fragment="leave", form=form, status=422)


ROUTES: list[Any] = [show_access, show_edit, decide, show_give, give, show_leave, leave]
