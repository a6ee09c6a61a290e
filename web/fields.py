"""Fields that several forms share."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from domain.access import Level, Role
from domain.names import is_plain
from domain.requests import RELATIONSHIPS


def _email(value: str) -> str:
    if not value:
        raise ValueError("Type an email address, like name@example.com")
    try:
        found = validate_email(
            value, check_deliverability=False, test_environment=True, allow_smtputf8=False, allow_domain_literal=False
        )
        return found.ascii_email or found.normalized
    except EmailNotValidError as error:
        raise ValueError("This is not an email address. Type it like name@example.com") from error


def _name(value: str) -> str:
    if not is_plain(" ".join(value.split())):
        raise ValueError("Type a name, without a web address or code in it")
    return " ".join(value.split())


def _relationship(value: str) -> str:
    if value not in RELATIONSHIPS:
        raise ValueError("Choose how you are related")
    return value


def _yes_or_no(value: object) -> bool:
    if value not in ("yes", "no"):
        raise ValueError("Choose Yes or No")
    return value == "yes"


def _version(value: object) -> int:
    typed = str(value)
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _lines(value: object) -> object:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


Lines = Annotated[str, BeforeValidator(_lines)]
"""Text of several lines: browsers send two characters for the end of each, people count one."""
Email = Annotated[str, Field(max_length=254, description="Type an email address"), AfterValidator(_email)]
Name = Annotated[str, Field(min_length=1, max_length=100, description="Type a name"), AfterValidator(_name)]
AsTyped = StringConstraints(strip_whitespace=False)
"""A password is taken exactly as it came. ASVS 6.2.8."""
Password = Annotated[str, AsTyped, Field(min_length=1, max_length=1024, description="Type a password")]
Relationship = Annotated[
    str, Field(max_length=40, description="Choose how you are related"), AfterValidator(_relationship)
]
LevelChoice = Annotated[Level, Field(description="Choose Clinical or Administrative")]
RoleChoice = Annotated[Role, Field(description="Choose View or Edit")]
YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no), Field(description="Choose Yes or No")]
TypedAgain = Annotated[str, AsTyped, Field(max_length=1024, description="Type your password")]
Ticked = Annotated[bool, Field(default=False, description="Tick it or leave it")]
Version = Annotated[int, BeforeValidator(_version)]
"""Of the row that the form was drawn from. What is no version is 0, which is older than every row."""
