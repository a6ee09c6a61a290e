"""Updates: what patients changed of their own details, for a member to approve or reject."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Response
from pydantic import BeforeValidator, Field

from domain import updates
from domain.errors import Changed
from domain.permissions import PlacePermission
from domain.places import Place
from domain.updates import Decision, FieldState, Update
from web.fields import Version
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/updates"
VERDICTS = {"approve": FieldState.APPROVED, "reject": FieldState.REJECTED}
CHOOSE = "Choose Approve or Reject"


def _verdict(value: object) -> str:
    if value not in ("", *VERDICTS):
        raise ValueError(CHOOSE)
    return str(value)


def _of_all(value: object) -> str:
    return str(value) if value in tuple(VERDICTS) else ""


Verdict = Annotated[str, BeforeValidator(_verdict), Field(description=CHOOSE)]


class DecisionForm(FormModel):
    name: Verdict = ""
    preferred_name: Verdict = ""
    birth_date: Verdict = ""
    gender: Verdict = ""
    phone: Verdict = ""
    email: Verdict = ""
    address: Verdict = ""
    city: Verdict = ""
    postcode: Verdict = ""
    emergency_name: Verdict = ""
    emergency_phone: Verdict = ""
    all: Annotated[str, BeforeValidator(_of_all)] = ""
    reason: Annotated[str, Field(max_length=updates.LONGEST_REASON, description="Type the reason as text")] = ""
    version: Version = 0
    patient_version: Version = 0

    @property
    def decision(self) -> Decision:
        typed = self.model_dump()
        verdicts = {field: VERDICTS[typed[field]] for field in updates.FIELDS if typed[field]}
        return Decision(self.version, self.patient_version, verdicts, VERDICTS.get(self.all), self.reason)


@get(HERE, permission=PlacePermission.DECIDE_UPDATES)
async def show_updates(
    request: Caller, place: NamedDependency[Place], number: Annotated[int, QueryParameter(name="page")] = 1
) -> Response[bytes]:
    return page(request, "practice/updates", shown=await updates.read(place, number))


@get(f"{HERE}/{{update:uuid}}", permission=PlacePermission.DECIDE_UPDATES)
async def show_update(request: Caller, update: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return update_page(request, await updates.one(place, update))


@post(f"{HERE}/{{update:uuid}}/decision", permission=PlacePermission.DECIDE_UPDATES)
async def decide(request: Caller, update: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, DecisionForm)
    if form.ok:
        with form.refusals():
            try:
                decided = await updates.decide(place, update, form.value.decision)
            except Changed:
                return update_page(request, await updates.one(place, update), changed=True, status=409)
            here = f"/practice/{place.practice.slug}/updates"
            return await done(request, f"{here}/{update}" if decided.waiting else here, flash=_said(decided))
    return update_page(request, await updates.one(place, update), form, status=422)


def _said(update: Update) -> str:
    """What was done, and for whom: two tabs may show two patients."""
    done_so = {state: [c.label for c in update.just_decided if c.state is state] for state in VERDICTS.values()}
    said = [f"{state.lower()} {', '.join(labels)}" for state, labels in done_so.items() if labels]
    return f"{update.patient_name}: {'; '.join(said)}"


def update_page(
    request: Caller, update: Update, form: Form[Any] | None = None, *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    """Preselects nothing: looking and pressing Save must not approve. Somebody quicker (`changed`): what stands now."""
    drawn = form or Form()
    offered = {change.field for change in update.waiting}
    errors = {at: words for at, words in drawn.errors.items() if at in offered or at not in updates.FIELDS}
    drawn.errors = errors or ({"": updates.DECIDE_SOMETHING} if drawn.errors else {})
    return page(
        request, "practice/update", fragment="decide-update", status=status, update=update, form=drawn, changed=changed,
    )  # fmt: skip


ROUTES: list[Any] = [show_updates, show_update, decide]
