"""Which builder makes which kind of mail."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from domain import invitations
from domain.invitations import family
from domain.mail import MailKind
from domain.members import delivery
from emails import (
    access_consent,
    access_decision,
    access_offer,
    access_request,
    access_widened,
    already_signed_up,
    confirm_email,
    family_invitation,
    invitation,
    member_request,
    member_set_up,
    password_changed,
    password_reset,
    practice_linked,
    practice_unlinked,
    set_up,
    update_decided,
)
from emails.compose import TEMPLATES
from emails.letter import Builder, BuilderOfMany

BUILDERS: dict[MailKind, Builder] = {
    MailKind.CONFIRM_EMAIL: confirm_email.build,
    MailKind.ALREADY_SIGNED_UP: already_signed_up.build,
    MailKind.PASSWORD_RESET: password_reset.build,
    MailKind.PASSWORD_CHANGED: password_changed.build,
    MailKind.ACCESS_REQUEST: access_request.build,
    MailKind.SET_UP: set_up.build,
    MailKind.ACCESS_DECISION: access_decision.build,
    MailKind.ACCESS_WIDENED: access_widened.build,
    MailKind.ACCESS_OFFER: access_offer.build,
    MailKind.ACCESS_CONSENT: access_consent.build,
    MailKind.INVITATION: invitation.build,
    MailKind.FAMILY_INVITATION: family_invitation.build,
    MailKind.PRACTICE_LINKED: practice_linked.build,
    MailKind.PRACTICE_UNLINKED: practice_unlinked.build,
    MailKind.UPDATE_DECIDED: update_decided.build,
    MailKind.MEMBER_SET_UP: member_set_up.build,
    MailKind.MEMBER_REQUEST: member_request.build,
}

BUILT_TOGETHER: dict[MailKind, BuilderOfMany] = {
    MailKind.INVITATION: invitation.build_many,
    MailKind.FAMILY_INVITATION: family_invitation.build_many,
}
"""Kinds that come by the hundred: a batch of them is read at once."""

WHEN_FAILED: dict[MailKind, Callable[[UUID, datetime, str], Awaitable[None]]] = {
    MailKind.INVITATION: invitations.failed,
    MailKind.FAMILY_INVITATION: family.failed,
    MailKind.MEMBER_SET_UP: delivery.failed,
    MailKind.MEMBER_REQUEST: delivery.failed,
}
"""Whom the operation that owed a mail of this kind tells that it will never arrive: the mail's subject, when it was
owed, and why."""


def stem(kind: MailKind) -> str:
    """The name that a kind's module and templates share."""
    return kind.value.replace("-", "_")


def demand_builders() -> None:
    """Raises RuntimeError for a kind without a builder, and Jinja's TemplateNotFound or TemplateSyntaxError for one
    without sound templates, so that nothing starts that owes mail which nobody can write."""
    if missing := sorted(set(MailKind) - set(BUILDERS)):
        raise RuntimeError(f"kinds of mail without a builder: {', '.join(missing)}")
    for kind in MailKind:
        for ending in ("txt", "html"):
            TEMPLATES.get_template(f"{stem(kind)}.{ending}")
