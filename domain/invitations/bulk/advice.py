"""What a practice does about each outcome of which nobody was sent anything (decision 15); the reason of a failure says
so itself."""

from collections.abc import Mapping

from db.tables.bulk_invitation import BulkOutcome

_ADVICE: Mapping[BulkOutcome, str] = {
    BulkOutcome.PENDING: "To send it again, choose Resend in Invitations",
    BulkOutcome.NO_EMAIL: "Add an email to the profile",
    BulkOutcome.STAFF: "Use the patient’s private address",
    BulkOutcome.SAME_EMAIL: "Two adults share this address: choose one, or give each their own",
    BulkOutcome.CHILD: "Add a parent’s email to the profile",
    BulkOutcome.INACTIVE: "Make them active first",
    BulkOutcome.NO_ACCESS: "Ask a colleague who can open their profile",
    BulkOutcome.NAME_HIDDEN: "Ask a colleague who sees their name",
}


def advice(outcome: BulkOutcome, reason: str = "") -> str:
    """The reason or, where there is none, what to do; '' for nothing to do."""
    return reason or _ADVICE.get(outcome, "")
