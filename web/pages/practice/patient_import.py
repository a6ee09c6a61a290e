"""Bringing many patients in: a file is sent, looked at, brought in by the worker, and its outcome read."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain.patient_import import patient_row, uploads
from domain.permissions import PlacePermission
from domain.places import Place
from web.forms import Form
from web.pages.practice.patients import HERE as PATIENTS
from web.respond import page, redirect
from web.session import Caller
from web.uploads import TooLong, read_file

HERE = f"{PATIENTS}/import"


@get(HERE, permission=PlacePermission.IMPORT_PATIENTS)
async def show_import(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return await import_page(request, place, Form())


# How much may come is said by read_file, which lets the browser finish before it is told.
@post(HERE, permission=PlacePermission.IMPORT_PATIENTS, request_max_body_size=None)
async def send(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    form: Form[Any] = Form()
    try:
        sent = await read_file(request, "file", uploads.MOST_BYTES)
    except TooLong:
        form.errors["file"] = "This file is larger than 20 MB. Split it, and send one part after the other"
        return await import_page(request, place, form, status=413)
    if not sent.content and not sent.name:
        form.errors["file"] = "Choose a file"
        return await import_page(request, place, form, status=422)
    with form.refusals():
        upload = await uploads.receive(place, sent.name, sent.content)
        return redirect(f"/practice/{place.practice.slug}/patients/import/{upload}")
    return await import_page(request, place, form, status=422)


async def import_page(request: Caller, place: Place, form: Form[Any], status: int = 200) -> Response[bytes]:
    columns = [names[0] for names in patient_row.COLUMNS.values()]
    needed = [patient_row.COLUMNS[column][0] for column in patient_row.REQUIRED]
    return page(
        request, "practice/import-patients", status=status, form=form, columns=columns, needed=needed,
        most_rows=uploads.MOST_ROWS, uploads=await uploads.mine(place),
    )  # fmt: skip


@get(f"{HERE}/{{upload:uuid}}", permission=PlacePermission.IMPORT_PATIENTS)
async def show_upload(request: Caller, upload: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    """The preview of a file, then how far it is, then what became of it."""
    standing = await uploads.find(place, upload)
    rows = await uploads.first_rows(place, upload) if standing.state == "Read" else []
    return page(request, "practice/patient-upload", fragment="patient-upload", upload=standing, first_rows=rows)


@post(f"{HERE}/{{upload:uuid}}/start", permission=PlacePermission.IMPORT_PATIENTS)
async def start(request: Caller, upload: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    await uploads.start(place, upload)
    return redirect(f"/practice/{place.practice.slug}/patients/import/{upload}")


ROUTES: list[Any] = [show_import, send, show_upload, start]
