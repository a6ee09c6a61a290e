"""The communication templates of Harbour Street."""

from db.ids import next_are
from demo.people import HARBOUR_STREET, known_id
from domain import communication_templates, places

TEMPLATES = {
    "Welcome to the portal": (
        "Dear [Patient First Name],\n\nyour appointments, invoices and what we write down for you are in one place now."
        " Questions? Ring us on [Practice Phone].\n\n[Sender Name], [Practice Name]"
    ),
    "From your practitioner": (
        "Hello [Patient First Name],\n\nplease set up your portal before we next meet.\n\n[Practitioner Name]"
    ),
}


async def write() -> None:
    """Amara writes them by the operation that writes templates in the product."""
    place = await places.place(known_id("account", "amara"), "Dr Amara Okafor", HARBOUR_STREET)
    for name, body in TEMPLATES.items():
        next_are(known_id("communication-template", name))
        await communication_templates.create(place, name, body)
