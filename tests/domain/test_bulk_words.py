"""What many are written: terms, words that look like slots, templates that change."""

from uuid import uuid4

import pytest

from db.engine import run
from domain import clock, communication_templates
from domain.errors import Changed, Refused
from domain.invitations import bulk
from domain.invitations.bulk import BulkDraft
from tests.clinic import write
from tests.domain import inviting_many as many
from tests.domain.inviting_many import adults, child, choose, clinic_and_place, counts, invite, owed, report_of

pytestmark = pytest.mark.usefixtures("database")


async def test_a_term_without_a_value_stops_everything_and_is_named() -> None:
    """Decision 16."""
    clinic, place = await clinic_and_place()
    patients = await adults(clinic, 5)
    await run("UPDATE patient SET practitioner = $1 WHERE id = $2", place.member, patients[0])
    report = await report_of(place, patients)
    with pytest.raises(Refused) as refused:
        await invite(place, report, BulkDraft("You see [practitioner  NAME]"))
    assert refused.value.field == "message"
    assert "[Practitioner Name] has nothing to stand in its place for 4 of the patients" in refused.value.words
    assert refused.value.words.count("Case") == 3
    assert "and 1 more" in refused.value.words
    with pytest.raises(Refused, match="There is no term \\[Patient Shoe Size\\]"):
        await invite(place, report, BulkDraft("[Patient Shoe Size]"))
    with pytest.raises(Refused, match="Your practice has no street address here"):
        await bulk.preview(place, report, BulkDraft("[Practice Address]"))
    with pytest.raises(Refused, match="2,000"):
        await invite(place, report, BulkDraft("x" * 2001))
    for bad in (BulkDraft("Hello", "Welcome"), BulkDraft(template="Another practice's")):
        with pytest.raises(Refused) as refused:
            await invite(place, report, bad)
        assert refused.value.field == "template"
    assert await owed() == await run("SELECT FROM bulk_invitation") == []
    inactive = await clinic.admit(None, active=False, email="q@example.com")
    await choose(place, report, [inactive])
    await run("UPDATE patient SET practitioner = $1 WHERE active", place.member)
    await write(
        "communication_template", practice=clinic.practice, name="Welcome", created_at=clock.now(),
        body="You see [Practitioner Name]",
    )  # fmt: skip
    made = await invite(place, report, BulkDraft(template="Welcome"))
    assert (await counts(made))["Waiting"] == 5, "who gets no letter lacks nothing"
    assert {one["message"] for one in await many.invitations()} == {"You see Rhys Lindqvist"}


async def test_words_are_resolved_for_each_and_what_looks_like_a_slot_is_text() -> None:
    clinic, place = await clinic_and_place()
    [percent, *_] = await adults(clinic, 1, first_name="%2$s", last_name="[Practice Phone]")
    family = [await child(clinic, "100%"), await child(clinic, "Beto")]
    text = "100% of %1$s %s: [patient  first name], [Patient Full Name] – [Practice Name] [sic] [Patient First Name]"
    report = await report_of(place, [percent, *family])
    seen = await bulk.preview(place, report, BulkDraft(text))
    await invite(place, report, BulkDraft(text))
    alone, *both = await many.invitations()
    start, end = "100% of %1$s %s: ", f" – {place.practice.name} [sic] "
    assert alone["message"] == f"{start}%2$s, %2$s [Practice Phone]{end}%2$s"
    names = [
        f"{start}{called}, {full}{end}{called}"
        for called, full in (
            ("100% and Beto", "100% Silva and Beto Silva"),
            ("Beto and 100%", "Beto Silva and 100% Silva"),
        )
    ]
    assert {one["message"] for one in both} in ({names[0]}, {names[1]})
    assert seen.message in (alone["message"], both[0]["message"])


async def test_a_template_that_says_something_else_by_now_is_not_sent() -> None:
    clinic, place = await clinic_and_place()
    report = await report_of(place, await adults(clinic, 1))
    template = await communication_templates.create(place, "Welcome", "Hello")
    shown = (await bulk.preview(place, report, BulkDraft(template="Welcome"))).shown
    await communication_templates.change(place, template, "Welcome", "Good evening", 1)
    with pytest.raises(Changed):
        await bulk.invite(place, report, uuid4(), BulkDraft(template="Welcome"), shown)
    assert await owed() == []
