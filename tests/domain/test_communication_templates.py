"""Communication templates, and the terms that stand in them."""

import asyncio

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain import communication_templates as templates
from domain.communication_templates import TERMS, resolve
from domain.errors import Changed, NotFound, NotPermitted, Refused
from tests.clinic import Clinic
from tests.domain.sharing import in_the_midst_of

BODY = "Dear [Patient First Name], see you soon."


async def amara():
    """A clinic and the place of one who writes templates and to patients."""
    clinic = await Clinic.open(None)
    who = await clinic.hire("Amara Okafor")
    await run("UPDATE patient SET practitioner = $2 WHERE id = $1", clinic.patient, clinic.practitioner)
    return clinic, await clinic.place(who)


async def kinds():
    return [row["kind"] for row in await run("SELECT kind FROM event WHERE kind LIKE 'template:%' ORDER BY seq")]


async def test_every_term_stands_for_what_is_said(database):
    clinic, place = await amara()
    await run("UPDATE practice SET email = 'desk@example.com', address = '12 Harbour Street'")
    place = await clinic.place(await clinic.hire("Bo Lind"))
    values = {term: await resolve(f"[{term}]", place, clinic.patient) for term in TERMS}
    assert values == {
        "Patient First Name": "Mina",
        "Patient Last Name": "Park",
        "Patient Full Name": "Mina Park",
        "Practitioner Name": "Dr Amara of Harbour Street Clinic",
        "Practice Name": "Harbour Street Clinic",
        "Practice Phone": "02 5550 1234",
        "Practice Email": "desk@example.com",
        "Practice Address": "12 Harbour Street",
        "Sender Name": "Bo Lind",
    }


async def test_the_first_name_is_the_preferred_one(database):
    clinic, place = await amara()
    patient = await clinic.admit(None, first_name="Samantha", last_name="Lee", preferred_name="Sam")
    assert await resolve(BODY, place, patient) == "Dear Sam, see you soon."
    assert await resolve("[patient  first name], [PATIENT FULL NAME]", place, patient) == "Sam, Samantha Lee"


async def test_a_value_is_text_and_no_term_in_it_is_resolved(database):
    clinic, place = await amara()
    patient = await clinic.admit(None, first_name="[Practice Phone]", last_name="[[Sender Name]]")
    assert await resolve("[Patient Full Name]", place, patient) == "[Practice Phone] [[Sender Name]]"


@pytest.mark.parametrize(
    "text", ["[Patient Nickname]", "[Date]", "[Patient first nam]", "[practice fax]", "[First Name]"]
)
async def test_a_term_that_there_is_not_is_named(database, text):
    clinic, place = await amara()
    with pytest.raises(Refused) as refused:
        await resolve(f"Hello {text}", place, clinic.patient)
    assert refused.value.field == "message"
    assert text in refused.value.words


@pytest.mark.parametrize("text", ["[sic]", "[1]", "[]", "[see the map]", "a ] and [", "[Bring your card]", "[[sic]"])
async def test_other_brackets_stay(database, text):
    clinic, place = await amara()
    assert await resolve(text, place, clinic.patient) == text


async def test_a_term_without_a_value_is_named_with_what_to_do(database):
    clinic, place = await amara()
    patient = await clinic.admit(None)
    with pytest.raises(Refused, match=r"\[Practitioner Name\].*Choose one in their details") as refused:
        await resolve("Yours, [Practitioner Name]", place, patient)
    assert refused.value.field == "message"


async def test_a_message_has_2000_characters_at_most(database):
    clinic, place = await amara()
    assert len(await resolve("x" * 2000, place, clinic.patient)) == 2000
    with pytest.raises(Refused, match="2,000"):
        await resolve("x" * 2001, place, clinic.patient)


async def test_terms_are_resolved_only_of_patients_whom_one_finds_and_may_name(database):
    clinic, _ = await amara()
    own_only = await clinic.place(await clinic.hire("Rhys Lind", MemberLevel.PERSONAL))
    with pytest.raises(NotFound):
        await resolve(BODY, own_only, clinic.patient)
    tom = await clinic.hire("Tom Whit", MemberLevel.CLINICAL, RoleType.ADMINISTRATOR, hides_names=True)
    with pytest.raises(NotPermitted):
        await resolve(BODY, await clinic.place(tom), clinic.patient)
    other = await Clinic.open(None, "Eastside Physio")
    with pytest.raises(NotFound):
        await resolve(BODY, await clinic.place(await clinic.hire("Ann Lee")), other.patient)


async def test_templates_are_written_changed_and_removed(database):
    _, place = await amara()
    template = await templates.create(place, "Welcome", BODY)
    await templates.create(place, "ärger", "x")
    assert [t.name for t in await templates.available(place)] == ["ärger", "Welcome"]
    changed = await templates.change(place, template, "Welcome back", "Hello", 1)
    assert (changed.name, changed.body, changed.version) == ("Welcome back", "Hello", 2)
    assert await templates.one(place, template) == changed
    await templates.remove(place, template)
    await templates.remove(place, template)
    assert [t.name for t in await templates.available(place)] == ["ärger"]
    with pytest.raises(NotFound):
        await templates.one(place, template)
    assert await kinds() == ["template:create", "template:create", "template:change", "template:remove"]


async def test_pressed_twice_it_is_written_once(database):
    _, place = await amara()
    once, again = await asyncio.gather(*(templates.create(place, "Welcome", BODY) for _ in range(2)))
    assert once == again
    assert len(await templates.available(place)) == 1
    for _ in range(2):
        await templates.change(place, once, "Welcome", "Hello", 1)
    assert (await templates.one(place, once)).version == 2


async def refused_midst(first, second):
    """How the second of two at once is refused, while the first is not done."""

    async def later():
        return (await asyncio.gather(second(), return_exceptions=True))[0]

    _, result = await in_the_midst_of(first, later)
    assert isinstance(result, Refused), result
    return result


async def test_two_at_once_do_not_take_one_name(database):
    _, place = await amara()
    refused = await refused_midst(
        lambda: templates.create(place, "Welcome", BODY), lambda: templates.create(place, "WELCOME", "Hello")
    )
    assert refused.field == "name"
    other = await templates.create(place, "Farewell", BODY)
    refused = await refused_midst(
        lambda: templates.change(place, other, "Recall", BODY, 1), lambda: templates.create(place, "récall", BODY)
    )
    assert refused.field == "name"
    assert [t.name for t in await templates.available(place)] == ["Recall", "Welcome"]


async def test_two_at_once_are_not_one_too_many(database, monkeypatch):
    monkeypatch.setattr(templates, "AT_MOST", 1)
    _, place = await amara()
    await refused_midst(lambda: templates.create(place, "One", BODY), lambda: templates.create(place, "Two", BODY))
    assert len(await templates.available(place)) == 1


async def test_a_form_from_before_a_change_overwrites_nothing(database):
    _, place = await amara()
    template = await templates.create(place, "Welcome", BODY)
    await templates.change(place, template, "Welcome", "Hello", 1)
    with pytest.raises(Changed):
        await templates.change(place, template, "Welcome", "Good day", 1)


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("", "x", "name"),
        ("x" * 101, "x", "name"),
        ("a\tb", "x", "name"),
        ("Ok", " ", "message"),
        ("Ok", "x" * 2001, "message"),
        ("Ok", "[Patient Nickname]", "message"),
        ("WELCOME", "x", "name"),
    ],
)
async def test_what_is_no_template_is_refused(database, name, body, field):
    _, place = await amara()
    await templates.create(place, "Welcome", BODY)
    with pytest.raises(Refused) as refused:
        await templates.create(place, name, body)
    assert refused.value.field == field


async def test_a_removed_name_is_free_again_and_other_practices_have_their_own(database):
    _, place = await amara()
    other = await Clinic.open(None, "Eastside Physio")
    elsewhere = await other.place(await other.hire("Priya Nair"))
    template = await templates.create(place, "Welcome", BODY)
    await templates.create(elsewhere, "Welcome", BODY)
    for forbidden in (templates.one(elsewhere, template), templates.remove(elsewhere, template)):
        with pytest.raises(NotFound):
            await forbidden
    await templates.remove(place, template)
    assert await templates.create(place, "Welcome", BODY) != template
    assert [t.name for t in await templates.available(elsewhere)] == ["Welcome"]


async def test_whoever_has_no_settings_reads_them_to_write_and_changes_none(database):
    clinic, place = await amara()
    template = await templates.create(place, "Welcome", BODY)
    rhys = await clinic.place(await clinic.hire("Rhys Lind", MemberLevel.CLINICAL))
    assert len(await templates.available(rhys)) == 1
    for forbidden in (
        templates.read(rhys),
        templates.one(rhys, template),
        templates.create(rhys, "a", "b"),
        templates.change(rhys, template, "a", "b", 1),
        templates.remove(rhys, template),
    ):
        with pytest.raises(NotPermitted):
            await forbidden


async def test_the_preview_is_of_nobody(database):
    _, place = await amara()
    assert templates.preview(BODY, place) == "Dear Sam, see you soon."
