"""The settings of a practice's side of the portal (S3.2 to S3.6): for all of its practitioners, from the next request
on. The portal itself is on and cannot be turned off."""

from dataclasses import dataclass

from db.engine import run, transaction
from db.tables.practice import UpdateMode
from domain import audit
from domain.errors import Changed
from domain.invitations.bulk.cancelling import cancel_unsent
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.practices import Practice, find

__all__ = ["Settings", "UpdateMode", "change"]


@dataclass(frozen=True)
class Settings:
    """Whether patients may be invited, what becomes of the changes that they make, and whether other practitioners
    read a clinical note."""

    invitations: bool
    updates: UpdateMode
    note_sharing: bool


async def change(place: Place, settings: Settings, version: int) -> Practice:
    """Writes the settings, and gives the practice as it is then. The same again changes nothing. Invitations that are
    out stay good, those that have not gone yet are cancelled (decision 23), and updates that wait go on waiting.

    Raises NotPermitted, and Changed when they are newer than the form.
    """
    demand(place, PlacePermission.CHANGE_SETTINGS)
    async with transaction():
        written = await run(
            "UPDATE practice SET invitations = $3, updates = $4, note_sharing = $5,"
            " settings_version = settings_version + 1 WHERE id = $1 AND settings_version = $2"
            " AND (invitations, updates, note_sharing) IS DISTINCT FROM ($3::boolean, $4::text, $5::boolean)"
            " RETURNING id",
            place.practice.id,
            version,
            settings.invitations,
            settings.updates.value,
            settings.note_sharing,
        )
        if written:
            if not settings.invitations:
                await cancel_unsent(place)
            await audit.record(
                "settings:change", account=place.account, practice=place.practice.id, subject=place.practice.id
            )
    now = await find(place.practice.slug)
    if not written and Settings(now.invitations, now.updates, now.note_sharing) != settings:
        raise Changed
    return now
