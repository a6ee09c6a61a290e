"""What the practice writes down of a patient: New Patient, and Edit."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain.errors import Changed, NotFound, Refused
from domain.patients import found, practitioners, record, tags
from domain.patients.question import PatientStatus
from domain.patients.record import Record
from domain.permissions import PlacePermission
from domain.places import Place
from web.days import typed_day, wrong_with
from web.forms import Form, read
from web.pages.practice.patient import HERE as PATIENT
from web.pages.practice.patient import shown
from web.pages.practice.patients import HERE as PATIENTS
from web.person_form import PersonForm, drawn
from web.respond import done, page
from web.session import Caller

STATUSES = (PatientStatus.ACTIVE, PatientStatus.INACTIVE)


class RecordForm(PersonForm):
    first_name: str = ""
    last_name: str = ""
    practitioner: str = ""
    status: str = PatientStatus.ACTIVE
    tags: str = ""
    deceased_on: str = ""

    @property
    def record(self) -> Record:
        typed: dict[str, Any] = self.model_dump(include=set(record.COLUMNS))
        days = {field: typed_day(typed[field]) for field in ("birth_date", "deceased_on")}
        active = self.status == PatientStatus.ACTIVE
        whose = {"practitioner": id_in(self.practitioner), "active": active, "tags": tags.typed(self.tags)}
        return Record(**{**typed, **days, **whose})

    def faults(self) -> Iterable[Refused]:
        wrong = [*wrong_with(self.birth_date, "birth_date"), *wrong_with(self.deceased_on, "deceased_on")]
        if self.practitioner and id_in(self.practitioner) is None:
            wrong.append(Refused("Choose a practitioner who works here", "practitioner"))
        if self.status not in STATUSES:
            wrong.append(Refused("Choose Active or Inactive", "status"))
        return [*wrong, *record.faults(self.record)]


class NewForm(RecordForm):
    row: str = ""
    unseen = frozenset({"version", "next", "row"})


def as_drawn(present: Record) -> Form[Any]:
    """The form of what stands now."""
    status = STATUSES[0] if present.active else STATUSES[1]
    return Form({**drawn(present).typed, "status": status, "tags": ", ".join(present.tags)})


def id_in(said: str) -> UUID | None:
    """The id that was sent, None for what is no id."""
    try:
        return UUID(said)
    except ValueError:
        return None


@get(f"{PATIENT}/edit", permission=PlacePermission.CHANGE_PATIENTS)
async def show_edit(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return await edit_page(request, place, patient, as_drawn(await record.read(place, patient)))


@post(PATIENT, permission=PlacePermission.CHANGE_PATIENTS)
async def change(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    before, form = await record.read(place, patient), await read(request, RecordForm)
    if form.ok:
        with form.refusals():
            try:
                await record.change(place, patient, form.value.record)
            except Changed:
                return await edit_page(
                    request, place, patient, as_drawn(await record.read(place, patient)), changed=True, status=409
                )
            return await _changed(request, place, patient, before, form.value.record)
    return await edit_page(request, place, patient, form, status=422)


async def _changed(request: Caller, place: Place, patient: UUID, before: Record, after: Record) -> Response[bytes]:
    """A new name or status stands in the title too, so then the whole page is drawn again, and when they have died."""
    heads = [
        (one.first_name, one.last_name, one.preferred_name, one.deceased_on, one.active) for one in (before, after)
    ]

    async def context() -> dict[str, Any]:
        return {"place": place, **await shown(place, patient)}

    to, said = await _page_of(place, patient)
    return await done(
        request, to, flash=f"Saved{said}",
        fragment="" if said or heads[0] != heads[1] else "patient-details", into="patient-details", context=context,
    )  # fmt: skip


async def _page_of(place: Place, patient: UUID) -> tuple[str, str]:
    """Where to go after a patient was written down, who may be found by others alone now."""
    base = f"/practice/{place.practice.slug}/patients"
    try:
        await found.find(place, patient)
    except NotFound:
        return base, ". They are not one of your own patients"
    return f"{base}/{patient}", ""


async def edit_page(
    request: Caller, place: Place, patient: UUID, form: Form[Any], *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    """Somebody quicker (`changed`): what stands now is shown, not what was typed (decision 3)."""
    present = (await record.read(place, patient)).practitioner
    return page(
        request, "practice/edit-patient", fragment="edit-patient", status=status, form=form, changed=changed,
        patient=patient, row=None, statuses=STATUSES, practitioners=await practitioners.choosable(place, present),
    )  # fmt: skip


@get(f"{PATIENTS}/new", permission=PlacePermission.ADMIT_PATIENTS)
async def show_new(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return await new_page(request, place, Form({"row": record.draw_id()}))


@post(PATIENTS, permission=PlacePermission.ADMIT_PATIENTS)
async def admit(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, NewForm)
    if form.ok:
        with form.refusals():
            patient = id_in(form.value.row) or record.draw_id()
            await record.admit(place, patient, form.value.record)
            to, said = await _page_of(place, patient)
            name = f"{form.value.first_name} {form.value.last_name}".strip()
            return await done(request, to, flash=f"{name} is added{said}")
    return await new_page(request, place, form, status=422)


async def new_page(request: Caller, place: Place, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(
        request, "practice/edit-patient", fragment="edit-patient", status=status, form=form, changed=False,
        patient=None, row=form["row"], statuses=STATUSES, practitioners=await practitioners.choosable(place),
    )  # fmt: skip


ROUTES: list[Any] = [show_edit, change, show_new, admit]
