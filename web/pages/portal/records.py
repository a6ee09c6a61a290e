"""The health records of a portal: read all of them, add and remove its own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from domain import records
from domain.errors import Refused
from domain.notes import shared
from domain.permissions import Permission
from domain.portals import Visit
from domain.records import Entry, NewEntry, RecordKind
from web.days import typed_day, wrong_with
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller
from web.words import whose

HERE = "/portal/{portal:uuid}/records"


class EntryForm(FormModel):
    kind: str = ""
    name: str = ""
    value: str = ""
    unit: str = ""
    happened_on: str = ""
    detail: str = ""

    @property
    def entry(self) -> NewEntry:
        kind = RecordKind(self.kind) if self.kind in set(RecordKind) else None
        return NewEntry(kind, self.name, self.detail, self.value, self.unit, typed_day(self.happened_on))

    def faults(self) -> Iterable[Refused]:
        return [*wrong_with(self.happened_on, "happened_on"), *records.faults(self.entry)]


@get(HERE, permission=Permission.VIEW_RECORDS)
async def show_records(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    return page(request, "portal/records", records=await records.read(visit), notes=await shared.newest(visit))


@get(f"{HERE}/add", permission=Permission.ADD_RECORDS)
async def show_add(request: Caller) -> Response[bytes]:
    return add_page(request, Form())


@post(HERE, permission=Permission.ADD_RECORDS)
async def add(request: Caller, visit: NamedDependency[Visit]) -> Response[bytes]:
    form = await read(request, EntryForm)
    if form.ok:
        with form.refusals():
            new = form.value.entry
            await records.add(visit, new)
            assert new.kind is not None
            return await _changed(request, visit, new.kind, f"Added to {whose(visit)} records")
    return add_page(request, form, status=422)


def add_page(request: Caller, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(request, "portal/add-entry", fragment="add-entry", status=status, form=form, kinds=list(RecordKind))


@get(f"{HERE}/{{entry:uuid}}/remove", permission=Permission.REMOVE_RECORDS)
async def show_remove(request: Caller, entry: FromPath[UUID], visit: NamedDependency[Visit]) -> Response[bytes]:
    return remove_page(request, await records.one(visit, entry), Form())


@post(f"{HERE}/{{entry:uuid}}/removal", permission=Permission.REMOVE_RECORDS)
async def remove(request: Caller, entry: FromPath[UUID], visit: NamedDependency[Visit]) -> Response[bytes]:
    form: Form[Any] = Form()
    with form.refusals():
        kind = await records.remove(visit, entry)
        return await _changed(request, visit, kind, f"Removed from {whose(visit)} records")
    return remove_page(request, await records.one(visit, entry), form, status=422)


def remove_page(request: Caller, entry: Entry, form: Form[Any], status: int = 200) -> Response[bytes]:
    return page(request, "portal/remove-entry", fragment="remove-entry", status=status, entry=entry, form=form)


async def _changed(request: Caller, visit: Visit, kind: RecordKind, words: str) -> Response[bytes]:
    async def context() -> dict[str, Any]:
        return {"kind": kind, "entries": (await records.read(visit))[kind], "visit": visit}

    return await done(
        request, f"/portal/{visit.portal}/records", flash=words,
        fragment="record-kind", into=f"record-kind-{kind.lower()}", context=context,
    )  # fmt: skip


ROUTES: list[Any] = [show_records, show_add, add, show_remove, remove]
