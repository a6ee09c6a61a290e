"""The form of New User and Edit: what a member may do."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field

from domain.members import listing
from domain.members.rights import WHOM_TO_ASK, Limit, MemberLevel, Rights, RoleType
from domain.places import MODULE_COLUMNS, Place
from web.fields import Email, Name, Ticked, TypedAgain, Version
from web.forms import Form, FormModel, read, sent
from web.session import Caller
from web.words import AREAS

LEVELS = tuple(MemberLevel)
LIMITS = tuple(Limit)
ADVANCED = {*AREAS, *MODULE_COLUMNS.values(), "read_only", "hides_names", "owner"}
"""The fields that most members are given without: they are folded away."""

LimitChoice = Annotated[Limit, Field(description="Choose all, own or none")]
Chosen = Annotated[
    tuple[UUID, ...],
    BeforeValidator(lambda typed: typed if isinstance(typed, list) else [typed]),
    Field(description="Choose among the practitioners who work here"),
]


class RightsForm(FormModel):
    role_type: Annotated[RoleType, Field(description="Choose Practitioner or Administrator")]
    level: Annotated[MemberLevel, Field(description="Choose a member level")]
    views: Chosen = ()
    calendars: LimitChoice = Limit.ALL
    invoices: LimitChoice = Limit.ALL
    profiles: LimitChoice = Limit.ALL
    financial_reports: LimitChoice = Limit.ALL
    has_calendar: Ticked = False
    has_patients: Ticked = False
    has_invoices: Ticked = False
    has_reports: Ticked = False
    has_invitations: Ticked = False
    read_only: Ticked = False
    hides_names: Ticked = False
    owner: Ticked = False
    version: Version = 0
    password: TypedAgain = ""

    @property
    def rights(self) -> Rights:
        plain = {"role_type", "level", "views", *AREAS, "read_only", "hides_names", "owner"}
        modules = frozenset(module for module, column in MODULE_COLUMNS.items() if getattr(self, column))
        return Rights(**self.model_dump(include=plain), modules=modules)


class Who(FormModel):
    name: Name
    email: Email


class NewUserForm(RightsForm, Who):
    """Its fields in the order of the page: name and email first."""


async def read_rights(request: Caller, model: type[Any]) -> Form[Any]:
    """The form, with every practitioner that was ticked."""
    form: Form[Any] = await read(request, model)
    views = (await sent(request)).get("views", [])
    form.typed["views"] = views if isinstance(views, list) else [views]
    return form


def empty() -> Form[Any]:
    """For somebody new: every module is on."""
    return Form(dict.fromkeys(MODULE_COLUMNS.values(), "yes"))


def drawn(rights: Rights) -> Form[Any]:
    """As a member's rights stand now."""
    ticked = {"read_only": rights.read_only, "hides_names": rights.hides_names, "owner": rights.owner}
    ticked |= {column: module in rights.modules for module, column in MODULE_COLUMNS.items()}
    views = [str(practitioner) for practitioner in rights.views]
    return Form({"role_type": rights.role_type, "level": rights.level, **rights.limits, **ticked, "views": views})


async def choices_of(place: Place, form: Form[Any]) -> dict[str, Any]:
    """What the form offers, and whether the part that most do without is open."""
    form.typed = {**dict.fromkeys(AREAS, Limit.ALL), **form.typed}
    limited = any(form[area] != Limit.ALL for area in AREAS) or not all(form[c] for c in MODULE_COLUMNS.values())
    return {
        "form": form,
        "levels": LEVELS,
        "areas": AREAS.items(),
        "limits": LIMITS,
        "modules": [(column, module) for module, column in MODULE_COLUMNS.items()],
        "practitioners": listing.practitioners(await listing.members(place)),
        "unfolded": limited or any(form[f] for f in ("read_only", "hides_names", "owner")) or ADVANCED & {*form.errors},
        "whom_to_ask": WHOM_TO_ASK,
    }
