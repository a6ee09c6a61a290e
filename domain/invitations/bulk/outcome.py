"""The outcome of one patient on their own, in the order of precedence: what is first true of them is said."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from db.tables.bulk_invitation import BulkOutcome
from domain.addresses import can_be_written_to
from domain.invitations import delivery, rations
from domain.invitations.bulk.families import Weighed
from domain.invitations.invitable import UNBORN
from domain.invitations.opening import ADULT


def outcome(row: Mapping[str, Any], age: int | None, *, hides_names: bool) -> BulkOutcome:
    """What a row of facts says of a patient who is so old; Waiting where nothing stands against a mail."""
    if not row["found"]:
        return BulkOutcome.NO_ACCESS
    against = {
        BulkOutcome.NAME_HIDDEN: hides_names,
        BulkOutcome.DECEASED: row["deceased"],
        BulkOutcome.INACTIVE: not row["active"],
        BulkOutcome.HAS_PORTAL: row["linked"],
        BulkOutcome.PENDING: row["pending"],
        BulkOutcome.CHILD: not row["email_key"] and age is not None and age < ADULT,
        BulkOutcome.NO_EMAIL: not row["email_key"],
        BulkOutcome.STAFF: row["works_here"],
    }
    return next((said for said, is_so in against.items() if is_so), BulkOutcome.WAITING)


def failure(one: Weighed, spent: Collection[str]) -> Weighed:
    """The same, Failed with the reason where a mail cannot go; `spent` are the emails that have had theirs today."""
    if not one.is_sent:
        return one
    against = {
        UNBORN: one.birth_date is None,
        rations.GUESSED: one.guessed,
        delivery.NO_ADDRESS: not can_be_written_to(one.email),
        rations.SPENT: one.email_key in spent,
    }
    reason = next((words for words, is_so in against.items() if is_so), "")
    return replace(one, outcome=BulkOutcome.FAILED, reason=reason) if reason else one
