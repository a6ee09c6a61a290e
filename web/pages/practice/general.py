"""Settings > General: what the practice is called, and its side of the patient portal (S3.2 to S3.6)."""

from typing import Annotated, Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Response
from pydantic import BeforeValidator, Field

from domain import invitations, practice_settings, practices
from domain.errors import Changed
from domain.permissions import PlacePermission, may
from domain.places import Place
from domain.practice_settings import Settings, UpdateMode
from domain.practices import Practice
from web.fields import Version
from web.forms import Form, FormModel, read
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/settings/general"
PORTAL = f"{HERE}/patient-portal"


def _on_or_off(value: object) -> bool:
    if value not in ("on", "off"):
        raise ValueError("Choose On or Off")
    return value == "on"


OnOff = Annotated[bool, BeforeValidator(_on_or_off), Field(description="Choose On or Off")]


class SettingsForm(FormModel):
    invitations: OnOff
    updates: Annotated[UpdateMode, Field(description="Choose Auto update, Require approval or Disabled")]
    note_sharing: OnOff
    version: Version = 0

    @property
    def settings(self) -> Settings:
        return Settings(self.invitations, self.updates, self.note_sharing)


@get(HERE, permission=PlacePermission.VIEW_SETTINGS)
async def show_general(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return page(request, "practice/general", **await shown(place, place.practice))


async def shown(place: Place, practice: Practice) -> dict[str, Any]:
    """The settings as they are, and how many invitations are out though none may be sent."""
    counts = not practice.invitations and may(place, PlacePermission.VIEW_INVITATIONS)
    return {
        "practice": practice, "place": place, "modes": UpdateMode,
        "pending": await invitations.waiting(place) if counts else 0,
    }  # fmt: skip


@get(f"{PORTAL}/edit", permission=PlacePermission.CHANGE_SETTINGS)
async def show_edit(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    return edit_page(request, place.practice)


@post(PORTAL, permission=PlacePermission.CHANGE_SETTINGS)
async def change(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    form = await read(request, SettingsForm)
    if not form.ok:
        return edit_page(request, place.practice, form, status=422)
    try:
        practice = await practice_settings.change(place, form.value.settings, form.value.version)
    except Changed:
        return edit_page(request, await practices.find(place.practice.slug), changed=True, status=409)
    return await done(
        request, f"/practice/{place.practice.slug}/settings/general", flash="Saved for everybody at your practice",
        fragment="portal-settings", into="portal-settings", context=lambda: shown(place, practice),
    )  # fmt: skip


def edit_page(
    request: Caller, practice: Practice, form: Form[Any] | None = None, *, changed: bool = False, status: int = 200
) -> Response[bytes]:
    """Drawn from the settings as they stand, unless something was typed."""
    stands = {
        "invitations": "on" if practice.invitations else "off",
        "updates": practice.updates,
        "note_sharing": "on" if practice.note_sharing else "off",
    }
    return page(
        request, "practice/edit-portal-settings", fragment="edit-portal-settings", status=status,
        practice=practice, form=form or Form(stands), changed=changed, modes=UpdateMode,
    )  # fmt: skip


ROUTES: list[Any] = [show_general, show_edit, change]
