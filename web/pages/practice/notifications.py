"""Notifications: what a practice's people should know, the one place where they act on it, and archive it."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from domain import notification_list, notifications
from domain.notification_list import Notification
from domain.notifications import NotificationKind
from domain.permissions import PlacePermission, may
from domain.places import Place
from web.forms import sent
from web.respond import done, page
from web.session import Caller

HERE = "/practice/{slug:str}/notifications"


@dataclass(frozen=True)
class Words:
    """What a kind of notification says, after the name of whom it is about and, with a space, before it; and where one
    acts, below the practice's address: those who may. Others are led to the patient."""

    says: str
    action: str
    address: str = "/patients/{patient}"
    permission: PlacePermission = PlacePermission.VIEW_PATIENTS
    opens: str = ""


WORDS: dict[NotificationKind, Words] = {
    NotificationKind.INVITATION_ACCEPTED: Words(
        "was accepted: a portal is linked", "Open patient", opens="The invitation of "
    ),
    NotificationKind.INVITATION_UNDELIVERABLE: Words("could not be reached: the invitation came back", "Open patient"),
    NotificationKind.INVITATION_LOCKED: Words(
        "was invited, and the birth date was wrong five times: the invitation is locked", "Open patient"
    ),
    NotificationKind.INVITATION_DECLINED: Words("was declined", "Open patient", opens="The invitation of "),
    NotificationKind.UPDATE_WAITING: Words(
        "were changed", "Decide", "/updates/{subject}", PlacePermission.DECIDE_UPDATES, opens="Details of "
    ),
    NotificationKind.GUARDIANS_WAITING: Words(
        "has a guardian whom you have not confirmed",
        "Confirm",
        "/patients/{patient}/guardians",
        PlacePermission.CONFIRM_GUARDIANS,
    ),
    NotificationKind.MEMBER_ACCEPTED: Words(
        "works here now", "Open users", "/settings/users", PlacePermission.VIEW_MEMBERS
    ),
    NotificationKind.MEMBER_DECLINED: Words(
        "does not want to work here", "Open users", "/settings/users", PlacePermission.VIEW_MEMBERS
    ),
}
if unsaid := set(NotificationKind) - set(WORDS):
    raise RuntimeError(f"notifications without words: {sorted(unsaid)}")


def words_of(notification: Notification) -> Words:
    return WORDS[notification.kind]


def place_of(notification: Notification, place: Place) -> tuple[str, str]:
    """Where this member acts on it, and what the link is called."""
    words = WORDS[notification.kind]
    if not may(place, words.permission):
        words = Words("", "Open patient")
    return f"/practice/{place.practice.slug}{words.address}".format(
        patient=notification.patient, subject=notification.subject
    ), words.action


async def shown(place: Place, number: int = 1, *, archived: bool = False) -> dict[str, Any]:
    """What the list is drawn from."""
    read = await notification_list.read(place, number, archived=archived)
    return {"shown": read, "archived": archived, "place": place, "words_of": words_of, "place_of": place_of}


async def afresh(place: Place) -> dict[str, Any]:
    """The list and the bell after something was archived."""
    return {**await shown(place), "notified": await notifications.waiting(place), "bell_too": True}


@get(HERE, permission=PlacePermission.VIEW_NOTIFICATIONS)
async def show_notifications(
    request: Caller, place: NamedDependency[Place], number: Annotated[int, QueryParameter(name="page")] = 1
) -> Response[bytes]:
    return page(request, "practice/notifications", **await shown(place, number))


@get(f"{HERE}/archived", permission=PlacePermission.VIEW_NOTIFICATIONS)
async def show_archived(
    request: Caller, place: NamedDependency[Place], number: Annotated[int, QueryParameter(name="page")] = 1
) -> Response[bytes]:
    return page(request, "practice/notifications", **await shown(place, number, archived=True))


@post(f"{HERE}/{{notification:uuid}}/archival", permission=PlacePermission.ARCHIVE_NOTIFICATIONS)
async def archive(request: Caller, notification: FromPath[UUID], place: NamedDependency[Place]) -> Response[bytes]:
    await notification_list.archive(place, notification)
    return await _archived(request, place, "Archived for everybody here")


@post(f"{HERE}/archival", permission=PlacePermission.ARCHIVE_NOTIFICATIONS)
async def archive_shown(request: Caller, place: NamedDependency[Place]) -> Response[bytes]:
    """Those that the page showed, not those that came since."""
    many = await notification_list.archive(place, *_ids((await sent(request)).get("shown", [])))
    return await _archived(request, place, f"Archived {many} for everybody here")


def _ids(typed: str | list[str]) -> list[UUID]:
    """What is no id is nobody's notification."""
    found = []
    for one in [typed] if isinstance(typed, str) else typed:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


async def _archived(request: Caller, place: Place, words: str) -> Response[bytes]:
    return await done(
        request, f"/practice/{place.practice.slug}/notifications", flash=words,
        fragment="notifications", into="notifications", context=lambda: afresh(place),
    )  # fmt: skip


ROUTES: list[Any] = [show_notifications, show_archived, archive, archive_shown]
