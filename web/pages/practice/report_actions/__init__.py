"""Actions on the patients chosen in a report: each a file with its ACTION and ROUTES, and its line here."""

from domain.permissions import PlacePermission, may
from domain.places import Place
from web.pages.practice.report_actions import invite, patient_status
from web.pages.practice.report_actions.action import Action

ACTIONS: tuple[Action, ...] = (
    invite.ACTION, patient_status.ACTION,
)  # fmt: skip
"""In the order of the menu."""


def offered(place: Place) -> list[Action]:
    """The menu **Actions** of a member who may choose patients: what they may do with them."""
    chooses = may(place, PlacePermission.CHOOSE_PATIENTS)
    return [action for action in ACTIONS if chooses and may(place, action.permission)]
