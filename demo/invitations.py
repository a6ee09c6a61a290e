"""The cast's one open invitation: Owen's."""

from db.ids import next_are
from demo.people import HARBOUR_STREET, PEOPLE, known_id
from domain import invitations, places

MESSAGE = "Hello Owen, your results and your next appointments will be in your portal. See you soon, Rhys"


async def send() -> None:
    """Rhys invites his patient Owen by the operation that invites people in the product."""
    [owen] = [person for person in PEOPLE if person.short == "owen"]
    place = await places.place(known_id("account", "rhys"), "Rhys Lindqvist", HARBOUR_STREET)
    next_are(known_id("invitation", "owen"))
    await invitations.send(place, known_id("patient", "owen"), invitations.Draft(owen.email, MESSAGE))
