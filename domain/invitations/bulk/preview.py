"""What will happen if the chosen patients are invited, before anybody is."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from db.tables.bulk_invitation import BulkOutcome
from domain import communication_templates
from domain.communication_templates import Template
from domain.errors import Refused
from domain.invitations.bulk.draft import BulkDraft, Shown
from domain.invitations.bulk.families import Letter
from domain.invitations.bulk.message import wording
from domain.invitations.bulk.weighing import Weighing, weigh
from domain.invitations.invitable import OFF
from domain.permissions import PlacePermission, demand
from domain.places import Place
from domain.reports import choices
from domain.reports.report import Report, find

NOBODY = "Nobody is chosen. Tick patients in the results of the report, then choose the action again"
NONE_LEFT = "None of the patients whom you chose can be invited now. Read what stands beside them, and choose others"


@dataclass(frozen=True)
class BulkPreview:
    """Every chosen patient once: how many there are of each outcome and reason, Waiting first, who get one of
    `letters`. `message` is what the first letter says with its terms resolved."""

    report: Report
    groups: Mapping[tuple[BulkOutcome, str], int]
    names: Mapping[tuple[BulkOutcome, str], tuple[str, ...]]
    """The first few of each group but Waiting, five at most; a group of whom none may be named is not in it."""
    many: int
    sent: int
    declined: int
    """Of those who are sent one: how many declined before, and how many got their birth date wrong five times."""
    locked: int
    letters: int
    families: int
    first: Letter | None
    message: str
    shown: Shown
    templates: tuple[Template, ...]


def demand_invites(place: Place) -> None:
    """Raises NotPermitted, and Refused where the practice has turned invitations off (S4.4)."""
    demand(place, PlacePermission.INVITE)
    if not place.practice.invitations:
        raise Refused(OFF)


async def chosen(place: Place, report: UUID) -> list[UUID]:
    """Whom the member has chosen and may invite from a report. Raises NotPermitted, NotFound, and Refused where
    invitations are off or nobody is chosen."""
    demand_invites(place)
    patients = await choices.chosen(place, report)
    if not patients:
        raise Refused(NOBODY)
    return patients


async def preview(place: Place, report: UUID, draft: BulkDraft | None = None) -> BulkPreview:
    """What `invite` would do now with this draft. Without one, only whom it would reach.

    Raises NotPermitted, NotFound, and Refused at 'message' or 'template' or for the whole.
    """
    demand_invites(place)
    opened = await find(place, report)
    weighing = await weigh(place, await chosen(place, report))
    first, message = next(iter(weighing.letters), None), ""
    if draft:
        text, field = await communication_templates.text_of(place, draft.message, draft.template)
        words = wording(place, text, weighing.letters, field)
        message = words.to(first) if first else ""
    templates = tuple(await communication_templates.available(place))
    return _preview(opened, weighing, first, message, templates)


def _preview(
    report: Report, weighing: Weighing, first: Letter | None, message: str, templates: tuple[Template, ...]
) -> BulkPreview:
    return BulkPreview(
        report=report,
        groups=weighing.counts,
        names=weighing.names,
        many=len(weighing.patients),
        sent=sum(len(letter.members) for letter in weighing.letters),
        declined=sum(one.is_sent and one.declined for one in weighing.patients),
        locked=sum(one.is_sent and one.locked for one in weighing.patients),
        letters=len(weighing.letters),
        families=sum(letter.is_family for letter in weighing.letters),
        first=first,
        message=message,
        shown=Shown(report.version, weighing.digest(templates)),
        templates=templates,
    )
