"""Who is in the cast: CONTRACT.md's table, with what their details pages show."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from db.tables.member import MemberLevel, RoleType

HARBOUR_STREET, EASTSIDE = "harbour-street", "eastside-physio"
TIMEZONE = "Australia/Sydney"


def known_id(kind: str, name: str) -> UUID:
    """The id that never changes of the cast's `name`: its account, portal, patient, practice …"""
    return uuid5(NAMESPACE_URL, f"kith:{kind}:{name}")


@dataclass(frozen=True)
class Clinic:
    slug: str
    name: str
    phone: str
    email: str
    address: str
    place: str
    """Where its appointments are."""


@dataclass(frozen=True)
class Person:
    """Somebody of the cast. `birthday_ago`: days since their last birthday, on the day of the reset."""

    short: str
    name: str
    age: int
    birthday_ago: int
    gender: str
    login: bool
    portal: bool
    clinic: str | None = None
    practitioner: str | None = None
    preferred_name: str = ""
    phone: str = ""
    address: str = ""
    city: str = "Sydney"
    postcode: str = "2000"
    shared_email: str = ""

    @property
    def email(self) -> str:
        """Where they read mail; a small child nowhere."""
        return self.shared_email or (f"{self.short}@example.com" if self.login or not self.portal else "")

    def birth_date(self, today: date) -> date:
        """A date that makes them `age` years old on `today`, and for some weeks around it."""
        year = today.year - self.age
        same_day = date(year, 2, 28) if (today.month, today.day) == (2, 29) else today.replace(year=year)
        return same_day - timedelta(days=self.birthday_ago)


@dataclass(frozen=True)
class Worker:
    """One place of one person in one clinic."""

    short: str
    name: str
    clinic: str
    role_type: RoleType
    level: MemberLevel
    owner: bool = False
    read_only: bool = False
    hides_names: bool = False
    active: bool = True
    views: tuple[str, ...] = ()
    """The practitioners whose information an administrator may view; they view the first."""

    @property
    def email(self) -> str:
        return f"{self.short}@example.com"


CLINICS = (
    Clinic(
        HARBOUR_STREET,
        "Harbour Street Clinic",
        "02 5550 0110",
        "front.desk@harbour-street.example.com",
        "12 Harbour Street, Sydney NSW 2000",
        "Harbour Street Clinic, 12 Harbour Street",
    ),
    Clinic(
        EASTSIDE,
        "Eastside Physio",
        "02 5550 0170",
        "hello@eastside-physio.example.com",
        "3 Bronte Lane, Bondi NSW 2026",
        "Eastside Physio, 3 Bronte Lane",
    ),
)

_ENMORE = {"address": "5 Enmore Road", "city": "Newtown", "postcode": "2042"}
_KENT = {"address": "8/21 Kent Street", "city": "Millers Point", "postcode": "2000"}
_ASH = {"address": "40 Frederick Street", "city": "Ashfield", "postcode": "2131"}
_CROYDON = {
    "address": "7 Edwin Street",
    "city": "Croydon",
    "postcode": "2132",
    "shared_email": "silva.family@example.com",
}

PEOPLE = (
    Person("mina", "Mina Park", 38, 96, "Female", True, True, HARBOUR_STREET, "amara", phone="0491 570 156", **_KENT),
    Person("leo", "Leo Park", 7, 61, "Male", False, True, HARBOUR_STREET, "amara", **_KENT),
    Person("ivy", "Ivy Park", 14, 33, "Female", True, True, EASTSIDE, "priya", phone="0491 570 157", **_KENT),
    Person("theo", "Theo Almeida", 41, 210, "Male", True, True, EASTSIDE, "priya", phone="0491 570 158", **_KENT),
    Person("jun", "Jun Park", 70, 150, "Male", True, True, HARBOUR_STREET, "rhys", phone="0491 570 159", **_ASH),
    Person("kim", "Kim Sato", 45, 80, "Female", True, False),
    Person("rosa", "Rosa Ibarra", 39, 121, "Female", True, False),
    Person("zed", "Zed Novak", 30, 45, "Male", True, True, phone="0491 570 110", **_ENMORE),
    Person("nadia", "Nadia Rahman", 33, 177, "Female", False, False, HARBOUR_STREET, "amara", phone="0491 570 313"),
    Person("owen", "Owen Tait", 52, 58, "Male", False, False, HARBOUR_STREET, "rhys", phone="0491 570 737"),
    Person("ana", "Ana Silva", 5, 140, "Female", False, False, HARBOUR_STREET, "amara", **_CROYDON),
    Person("beto", "Beto Silva", 8, 99, "Male", False, False, HARBOUR_STREET, "amara", **_CROYDON),
    Person("caro", "Caro Silva", 11, 72, "Female", False, False, HARBOUR_STREET, "amara", **_CROYDON),
)  # fmt: skip

WORKERS = (
    Worker("amara", "Dr Amara Okafor", HARBOUR_STREET, RoleType.PRACTITIONER, MemberLevel.FULL, owner=True),
    Worker("rhys", "Rhys Lindqvist", HARBOUR_STREET, RoleType.PRACTITIONER, MemberLevel.PERSONAL),
    Worker("rhys", "Rhys Lindqvist", EASTSIDE, RoleType.PRACTITIONER, MemberLevel.CLINICAL),
    Worker(
        "bea",
        "Bea Castellanos",
        HARBOUR_STREET,
        RoleType.ADMINISTRATOR,
        MemberLevel.CLINICAL,
        views=("amara", "rhys"),
    ),
    Worker(
        "tom",
        "Tom Whitlock",
        HARBOUR_STREET,
        RoleType.ADMINISTRATOR,
        MemberLevel.CLINICAL,
        read_only=True,
        hides_names=True,
        views=("amara",),
    ),
    Worker("ines", "Dr Ines Duarte", HARBOUR_STREET, RoleType.PRACTITIONER, MemberLevel.CLINICAL, active=False),
    Worker("priya", "Priya Nair", EASTSIDE, RoleType.PRACTITIONER, MemberLevel.FULL, owner=True),
)
