"""Clinical notes of a patient: read, write, and share with the patient or stop that."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Response
from pydantic import BeforeValidator, Field

from domain import notes
from domain.errors import Changed
from domain.notes import Note
from domain.patients.found import Found, find
from domain.permissions import Area, PlacePermission
from domain.places import Place
from web.fields import Lines, Ticked, Version
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/patients/{patient:uuid}/notes"
ONE = f"{HERE}/{{note:uuid}}"


class NoteForm(FormModel):
    words: Annotated[Lines, Field(min_length=1, max_length=notes.LONGEST, description="Write the note")]
    shared: Ticked = False


class SharingForm(FormModel):
    shared: Annotated[bool, BeforeValidator(lambda value: value == "yes")] = False
    version: Version = 0


@get(HERE, permission=PlacePermission.READ_NOTES)
async def show_notes(
    request: Caller,
    patient: FromPath[UUID],
    place: NamedDependency[Place],
    number: Annotated[int, QueryParameter(name="page")] = 1,
) -> Response[bytes]:
    found, read = await notes.read(place, patient, number)
    return page(request, "practice/notes", patient=found, notes=read, whole=True)


@get(f"{HERE}/new", permission=PlacePermission.WRITE_NOTES)
async def show_new(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    return new_page(request, await find(place, patient, Area.NOTES), Form())


@post(HERE, permission=PlacePermission.WRITE_NOTES)
async def write(request: Caller, patient: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    found, form = await find(place, patient, Area.NOTES), await read(request, NoteForm)
    if form.ok:
        with form.refusals():
            await notes.write(place, patient, form.value.words, shared=form.value.shared)
            words = f"{found.called} reads this note too" if form.value.shared else "The note is kept"

            async def context() -> dict[str, Any]:
                return {"patient": found, "notes": await notes.of_patient(place, found), "place": place}

            return await done(
                request, address_of(place, patient), flash=words,
                fragment="patient-notes", into="patient-notes", context=context,
            )  # fmt: skip
    return new_page(request, found, form, status=422)


def address_of(place: Place, patient: UUID) -> str:
    return f"/practice/{place.practice.slug}/patients/{patient}"


def new_page(request: Caller, patient: Found, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(request, "practice/new-note", fragment="new-note", status=status, patient=patient, form=form)


@get(f"{ONE}/share", permission=PlacePermission.WRITE_NOTES)
async def show_share(
    request: Caller, patient: FromPath[UUID], note: FromPath[UUID], place: NamedDependency[Place]
) -> Response[bytes]:
    return share_page(request, *await notes.one(place, patient, note))


@post(f"{ONE}/sharing", permission=PlacePermission.WRITE_NOTES)
async def share(
    request: Caller, patient: FromPath[UUID], note: FromPath[UUID], place: NamedDependency[Place]
) -> Response[bytes]:
    chosen = (await read(request, SharingForm)).value
    try:
        found, after = await notes.share(place, patient, note, shared=chosen.shared, version=chosen.version)
    except Changed:
        return share_page(request, *await notes.one(place, patient, note), changed=True, status=409)

    async def context() -> dict[str, Any]:
        return {"patient": found, "note": after, "place": place}

    return await done(
        request, address_of(place, patient), fragment="note-row", into=f"note-row-{note}", context=context,
        flash=f"{found.called} reads this note too" if after.shared else f"{found.called} reads this note no more",
    )  # fmt: skip


def share_page(
    request: Caller, patient: Found, note: Note, *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    return page(
        request, "practice/share-note", fragment="share-note", status=status, patient=patient, note=note,
        changed=changed,
    )  # fmt: skip


ROUTES: list[Any] = [show_notes, show_new, write, show_share, share]
