"""The form of somebody's details, as they say them themselves or as a practice writes them down."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from web.fields import Version
from web.forms import Form, FormModel

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class PersonForm(FormModel):
    """All but the name, which a portal has whole and a practice in two. Each is text here: the domain says what is
    wrong with it."""

    preferred_name: str = ""
    birth_date: str = ""
    gender: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    city: str = ""
    postcode: str = ""
    emergency_name: str = ""
    emergency_phone: str = ""
    version: Version = 0


def drawn(present: "DataclassInstance") -> Form[Any]:
    """The form as it is opened, with what stands now."""
    return Form({field: "" if value is None else value for field, value in asdict(present).items()})
