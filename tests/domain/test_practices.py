import pytest

from db.engine import run
from domain import practices
from domain.errors import NotFound, Refused


async def test_a_practice_is_found_by_its_slug(database: None) -> None:
    made = await practices.create("Harbour Street Clinic", "harbour-street", "Australia/Sydney", phone="02 5550 0110")
    found = await practices.find("harbour-street")
    assert (found.id, found.name, found.timezone) == (made, "Harbour Street Clinic", "Australia/Sydney")
    assert (found.phone, found.email) == ("02 5550 0110", "")
    assert await run("SELECT kind, practice, account FROM event") == [
        {"kind": "practice:create", "practice": made, "account": None}
    ]
    with pytest.raises(NotFound):
        await practices.find("harbour")


@pytest.mark.parametrize(
    ("name", "slug", "timezone", "field"),
    [
        ("", "a-clinic", "Australia/Sydney", "name"),
        (" ", "a-clinic", "Australia/Sydney", "name"),
        ("A\0 clinic", "a-clinic", "Australia/Sydney", "name"),
        ("A" * 121, "a-clinic", "Australia/Sydney", "name"),
        ("A clinic", "A-Clinic", "Australia/Sydney", "slug"),
        ("A clinic", "a--clinic", "Australia/Sydney", "slug"),
        ("A clinic", "../etc", "Australia/Sydney", "slug"),
        ("A clinic", "a-clinic\n", "Australia/Sydney", "slug"),
        ("A clinic", "", "Australia/Sydney", "slug"),
        ("A clinic", "a" * 61, "Australia/Sydney", "slug"),
        ("A clinic", "a-clinic", "Sydney", "timezone"),
        ("A clinic", "a-clinic", "../../etc/passwd", "timezone"),
        ("A clinic", "a-clinic", "", "timezone"),
    ],
)
async def test_what_is_no_practice(database: None, name: str, slug: str, timezone: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        await practices.create(name, slug, timezone)
    assert refusal.value.field == field
    assert not await run("SELECT FROM practice")


async def test_a_slug_is_taken_once(database: None) -> None:
    await practices.create("One", "a-clinic", "Australia/Sydney")
    with pytest.raises(Refused, match="already"):
        await practices.create("Two", "a-clinic", "Australia/Sydney")
    assert [row["name"] for row in await run("SELECT name FROM practice")] == ["One"]
