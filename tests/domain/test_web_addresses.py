"""What of a practice's words mail programs would make a link of, and what is none."""

import pytest

from db.engine import run
from domain import clock, communication_templates, invitations, web_addresses
from domain.errors import Refused
from domain.invitations import Draft, bulk
from domain.invitations.bulk import BulkDraft
from emails.words import lines_unlinked
from tests.clinic import write
from tests.domain.inviting import EMAIL, clinic_with_owen, practitioner
from tests.domain.inviting_many import report_of

LINKED = "Dear [Patient First Name], see (evil.com) now"
OWN = ("Harbour Street Clinic", "02 5550 0110", "front.desk@harbour-street.example.com", "1 Harbour St., Sydney")


@pytest.mark.parametrize(
    "text",
    [
        "Come at 9.30am, or 9:30 am.", "Dr.Okafor and Dr. Okafor", "e.g. this, i.e. that, p.m.", "J.R.Smith",
        "Suite 4/12, a 50% discount", "either/or", "Note: bring your card", "Version 1.2.3", "$1.50 (incl.GST)",
        "the end.Then more", "Ratio 3:1", "@reception", "5 @ noon", "Ring 02 5550 0110.", "no...yes", "A.B.N. 12 345",
        "Write to front.desk@harbour-street.example.com.", "(FRONT.DESK@harbour-street.example.com)",
        "Приходите в 9.30", "下午三点。请来",
    ],
)  # fmt: skip
def test_text_without_a_link_stays_whole(text):
    assert list(web_addresses.found(text, OWN)) == []
    assert lines_unlinked(text, OWN) == (text,)


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("https://evil.example/x", "https evil. example x"), ("HTTP://EVIL", "HTTP EVIL"),
        ("www.evil.zzz", "www. evil. zzz"), ("evil.com", "evil. com"), ("evil.com/pay?now", "evil. com pay?now"),
        ("(evil.co.uk)", "(evil. co. uk)"), ("evil.zip,", "evil. zip,"), ("me@evil.zzz", "me evil. zzz"),
        ("mailto:me", "mailto me"), ("tel:0400", "tel 0400"), ("javascript:x", "javascript x"), ("163.com", "163. com"),
        ("evil。com", "evil。 com"), ("evil\uff0ecom", "evil\uff0e com"), ("müller.de", "müller. de"),
        ("evil.xn--p1ai", "evil. xn--p1ai"), ("злой.рф", "злой. рф"), ("//evil.zzz", "evil. zzz"),
        ("10.0.0.1/x", "10. 0. 0. 1 x"), ("x.front.desk@harbour-street.example.com",
                                          "x. front. desk harbour-street. example. com"),
        ("front.desk@harbour-street.example.com.evil.com", "front. desk harbour-street. example. com. evil. com"),
    ],
)  # fmt: skip
def test_a_link_is_found_and_taken_apart(word, shown):
    assert list(web_addresses.found(f"see {word} now", OWN)) == [word]
    assert lines_unlinked(f"see {word} now", OWN) == (f"see {shown} now",)


@pytest.mark.parametrize("word", ["evil.\u200dcom", "evil\u200b.com", "e\u202evil.com", "ht\u00adtp://evil"])
def test_what_is_unseen_hides_no_link(word):
    assert lines_unlinked(word) != (word,)
    assert not any(web_addresses.is_link(part) for part in lines_unlinked(word)[0].split())


async def test_where_it_is_typed_a_link_is_refused_and_named(database):
    """The practice's own email is none, nor is what a term stands for."""
    clinic = await clinic_with_owen()
    await run("UPDATE practice SET email = $1", OWN[2])
    place = await practitioner(clinic)
    report = await report_of(place, [clinic.patient])
    await write(
        "communication_template", practice=clinic.practice, name="Old", body="See evil.com", created_at=clock.now()
    )
    tried = {
        "message": [
            lambda: invitations.send(place, clinic.patient, Draft(EMAIL, LINKED)),
            lambda: bulk.preview(place, report, BulkDraft(LINKED)),
            lambda: communication_templates.create(place, "New", LINKED),
        ],
        "template": [
            lambda: invitations.preview(place, clinic.patient, Draft(EMAIL, template="Old")),
            lambda: bulk.preview(place, report, BulkDraft(template="Old")),
        ],
    }
    for field, each in tried.items():
        for attempt in each:
            with pytest.raises(Refused, match=r"Leave out “evil\.com”: mails carry no web") as refused:
                await attempt()
            assert refused.value.field == field
    fine = f"At 9.30am, or [Practice Email], or {OWN[2]}."
    assert (await invitations.preview(place, clinic.patient, Draft(EMAIL, fine))).count(OWN[2]) == 2
    assert await bulk.preview(place, report, BulkDraft(fine))
    assert await communication_templates.create(place, "New", fine)
