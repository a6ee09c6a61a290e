"""A practice's addresses with ids that are not theirs, and what those without names could find. ASVS 8.2.2, 8.3.1."""

import json
import re
from uuid import uuid5

from db.engine import run
from db.ids import new_id
from demo.people import known_id
from tests.web.fingerprint import fingerprint
from tests.web.household import undone
from tests.web.practice_hiring import hire
from tests.web.practice_household import EASTSIDE, HARBOUR, OF_A_MEMBER, OF_A_PATIENT, PracticeHousehold
from tests.web.practice_model import CLINICAL, PERSONAL, Member
from tests.web.practice_readers import Reader
from tests.web.wire import send

FORMS: tuple[dict[str, object], ...] = (
    {},
    {
        "role_type": "Practitioner", "level": CLINICAL, "name": "Nell Archer", "email": "nell@example.com",
        "confirm_email": "nell@example.com", "version": "1", "patient_version": "1", "all": "Approved",
        "phone": "Approved", "first_name": "Nell", "last_name": "Archer", "words": "Well", "body": "Come",
        "message": "Come",
        "state": "Confirmed", "drawn": "Waiting", "practitioner": str(known_id("member", f"{EASTSIDE}:priya")),
        "member": str(known_id("member", f"{EASTSIDE}:priya")), "link_version": "1", "shared": "yes",
        "type": "Case Load", "status": "Inactive", "choose": "all", "ticked": str(known_id("patient", "ivy")),
        "mark": str(uuid5(known_id("patient", "ivy"), known_id("portal", "ivy").hex)),
    },
)  # fmt: skip
"""Nothing, and what fills every form that has an id in its address."""


async def test_an_id_of_another_practice_is_not_found_and_changes_nothing(practices: PracticeHousehold) -> None:
    """ASVS 8.2.2, decision 17: the owner of one practice, with ids of another's patient, member, invitation, update,
    template, notification, note or file in the address of their own."""
    forged = [route for route in practices.routes if len(route.names) > 1]
    assert forged
    before = await fingerprint()
    for route in forged:
        ids = {**await practices.ids(EASTSIDE, known_id("patient", "ivy")), "slug": HARBOUR}
        for name in route.names[1:]:
            assert await _is_there(ids[name]), str(route)
        for form in FORMS if route.method == "POST" else (None,):
            async with undone():
                answer = await practices.sent(route, ids, practices.household.tokens["amara"], form=form)
                assert (answer.status, await fingerprint()) == (404, before), str(route)


async def _is_there(identity: object) -> bool:
    """Whether some table has this row: an id that is nobody's would be not found anyway."""
    tables = ("member", "communication_template", "patient_upload", "patient_update", "invitation", "note",
              "guardian_confirmation", "notification", "patient", "report", "bulk_invitation")  # fmt: skip
    return any([await run(f"SELECT FROM {table} WHERE id = $1", identity) for table in tables])


async def test_an_id_of_another_patient_is_not_found_and_changes_nothing(practices: PracticeHousehold) -> None:
    """Two ids in one address belong together."""
    doubled = [r for r in practices.routes if "patient" in r.names and set(r.names) & set(OF_A_PATIENT) - {"patient"}]
    before = await fingerprint()
    for route in doubled:
        ids = {**await practices.ids(HARBOUR, known_id("patient", "leo")), "patient": known_id("patient", "mina")}
        for form in FORMS if route.method == "POST" else (None,):
            async with undone():
                answer = await practices.sent(route, ids, practices.household.tokens["amara"], form=form)
                assert (answer.status, await fingerprint()) == (404, before), str(route)


async def test_cancelling_all_ends_only_the_invitations_of_those_whom_one_finds(practices: PracticeHousehold) -> None:
    """S4.8: Rhys, with Personal Access, cancels Owen's and Jun's and nobody else's."""
    [route] = [route for route in practices.routes if route.path.endswith("/invitations/cancellations")]
    pending = "SELECT patient FROM invitation WHERE state = 'Pending' AND practice = $1"
    before = {row["patient"] for row in await run(pending, known_id("practice", HARBOUR))}
    _, rhys = await practices.one_of_the_cast("rhys", HARBOUR)
    assert isinstance(rhys, Reader)
    own = {patient for patient in before if rhys.whose[patient] == "own"}
    assert own
    assert before - own
    async with undone():
        ids = await practices.ids(HARBOUR, known_id("patient", "owen"))
        assert (await practices.sent(route, ids, practices.household.tokens["rhys"])).status == 303
        after = {row["patient"] for row in await run(pending, known_id("practice", HARBOUR))}
    assert after == before - own


async def test_nobody_is_invited_while_patient_invitations_are_off(practices: PracticeHousehold) -> None:
    """S4.4: the link is not there, and the server refuses whoever might otherwise."""
    ana = known_id("patient", "ana")
    ids, amara = await practices.ids(HARBOUR, ana), practices.household.tokens["amara"]
    named = {str(route).removeprefix("GET /practice/{slug}/"): route for route in practices.routes}
    profile, invite = named["patients/{patient}"], named["patients/{patient}/invite"]
    send_it = named["POST /practice/{slug}/patients/{patient}/invitations"]
    typed = {"email": "new@example.com", "confirm_email": "new@example.com"}
    async with undone():
        assert f"{ana}/invite" in (await practices.ask(profile, ids, amara)).text
        assert (await practices.ask(send_it, ids, amara, form=typed)).status == 303
        await run("UPDATE practice SET invitations = false WHERE slug = $1", HARBOUR)
        assert f"{ana}/invite" not in (await practices.ask(profile, ids, amara)).text
        before = await fingerprint()
        for route, form in ((invite, None), (send_it, typed)):
            assert (await practices.sent(route, ids, amara, form=form)).status in (409, 422)
        assert await fingerprint() == before


async def test_absent_and_not_yours_are_the_same_bytes(practices: PracticeHousehold) -> None:
    """Decision 11: no address tells a stranger whether there is such a practice, nor a member whether there is such a
    patient."""
    zed, rhys = (f"__Host-session={practices.household.tokens[who]}" for who in ("zed", "rhys"))
    for route in practices.routes:
        theirs = await practices.ids(HARBOUR, known_id("patient", "mina"))
        nobodys = theirs | {"slug": "no-such-practice"}
        of_somebody = {*OF_A_PATIENT, *OF_A_MEMBER}
        gone = theirs | {name: new_id() for name in of_somebody}
        for cookie, other in ((zed, nobodys), (rhys, gone)) if set(route.names) & of_somebody else ((zed, nobodys),):
            async with undone():
                found = await send(practices.site, route.method, route.filled(theirs), cookie=cookie)
                absent = await send(practices.site, route.method, route.filled(other), cookie=cookie)
                assert (found.status, found.headers, found.body) == (absent.status, absent.headers, absent.body), str(
                    route
                )
                assert found.status in (403, 404), str(route)


async def test_a_hidden_name_is_not_found_by_searching(practices: PracticeHousehold) -> None:
    """Decision 18: whatever Tom types of a patient's, the answer is that of a word which nobody has; the code finds."""
    token, mina = practices.household.tokens["tom"], known_id("patient", "mina")
    patients = next(route for route in practices.routes if str(route) == "GET /practice/{slug}/patients")
    ids = await practices.ids(HARBOUR, mina)
    hidden = [
        word.removesuffix("kqz") for word, canary in practices.household.planted.items()
        if canary.row == mina and canary.field.startswith("patient.")
    ]  # fmt: skip
    assert len(hidden) > 8
    for query in ("?q={}", "?q={}&sort=First+name", "?q={}&sort=Family+name", "?q={}&portal=Has+a+portal"):
        for partial in (False, True):
            nothing = await practices.ask(patients, ids, token, partial=partial, query=query.format("zqk99999"))
            for word in hidden:
                answer = await practices.ask(patients, ids, token, partial=partial, query=query.format(word))
                assert (answer.status, answer.text.replace(word, "zqk99999")) == (200, nothing.text), query
    [row] = await run("SELECT code FROM patient WHERE id = $1", mina)
    found = await practices.ask(patients, ids, token, query=f"?q={row['code']}")
    assert f">{row['code']}</a>" in found.text


async def test_where_names_are_hidden_the_code_sorts(practices: PracticeHousehold) -> None:
    """Decision 18: the order of a list tells nothing of names, however it is asked for."""
    patients = next(route for route in practices.routes if str(route) == "GET /practice/{slug}/patients")
    ids = await practices.ids(HARBOUR, known_id("patient", "mina"))
    for query in ("", "?sort=First+name", "?sort=Family+name", "?page=2", "?sort=nothing"):
        answer = await practices.ask(patients, ids, practices.household.tokens["tom"], query=query)
        codes = re.findall(r">(KT\d{6})</a>", answer.text)
        assert len(codes) == 50, query
        assert codes == sorted(codes), query


async def test_who_is_not_theirs_is_never_chosen(practices: PracticeHousehold) -> None:
    """S4.8: another practice's patient, one whom they are kept from, one who is not in the report, and nobody."""
    async with undone():
        token, nell = await hire(Member(level=PERSONAL))
        await practices.run_reports(HARBOUR, token, nell.account)
        ids = await practices.ids(HARBOUR, known_id("patient", "leo")) | await practices.mine(HARBOUR, nell.account)
        chosen = "SELECT c.patient FROM chosen_patient c JOIN report_run u ON u.id = c.run WHERE u.member = $1"
        own = {patient for patient, relation in nell.whose.items() if relation == "own"}
        assert {row["patient"] for row in await run(chosen, nell.member)} == own
        [choose] = [route for route in practices.routes if route.path.endswith("/reports/{report}/choice")]
        assert (await practices.sent(choose, ids, token, form={"version": "1", "choose": "nobody"})).status == 303
        others = [known_id("patient", short) for short in ("ivy", "jun", "owen")]
        forged = [*map(str, others), str(new_id()), "1' OR '1'='1", str(known_id("patient", "leo"))]
        form = {"version": "1", "shown": ",".join(forged), "ticked": forged}
        answer = await practices.sent(choose, ids, token, partial=True, form=form)
        assert "1 chosen. 4 could not be" in answer.text
        assert [row["patient"] for row in await run(chosen, nell.member)] == [known_id("patient", "leo")]


async def test_reports_hide_names_too(practices: PracticeHousehold) -> None:
    """Decision 18: the code sorts, in the results and in the file; filters that speak of what is hidden do nothing."""
    token = practices.household.tokens["tom"]
    mine = await practices.mine(HARBOUR, known_id("account", "tom"))
    ids = await practices.ids(HARBOUR, known_id("patient", "mina")) | mine
    named = {str(route): route for route in practices.routes}
    report, download = (named[f"GET /practice/{{slug}}/reports/{{report}}{rest}"] for rest in ("", "/download"))
    for query in ("?sort=name", "?sort=-name", "?sort=-email", "?page=2"):
        answer = await practices.ask(report, ids, token, query=query)
        codes = re.findall(r">(KT\d{6})</a>", answer.text)
        assert len(codes) == 50, query
        assert codes == sorted(codes, reverse=query == "?sort=-name"), query
    lines = (await practices.ask(download, ids, token)).text.splitlines()
    assert "Email" not in lines[0]
    codes = [line.partition(",")[0] for line in lines[1:]]
    assert len(codes) > 480
    assert codes == sorted(codes)
    assert all(re.fullmatch(r"KT\d{6}", code) for code in codes)
    city = "SELECT city FROM patient WHERE id = $1"
    [row] = await run(city, known_id("patient", "mina"))
    async with undone():
        guess = {"version": "1", "city": row["city"], "has_email": "Yes"}
        refilter = named["POST /practice/{slug}/reports/{report}/filters"]
        assert (await practices.sent(refilter, ids, token, form=guess)).status == 303
        assert len(re.findall(r">(KT\d{6})</a>", (await practices.sent(report, ids, token)).text)) == 50
        await run("UPDATE report SET filters = $2 WHERE id = $1", ids["report"], json.dumps({"city": row["city"]}))
        assert len(re.findall(r">(KT\d{6})</a>", (await practices.sent(report, ids, token)).text)) == 50


async def test_the_codes_are_those_of_the_database_everywhere(practices: PracticeHousehold) -> None:
    """Decision 18: a patient is the same code in the title, the heading and the list."""
    ids = await practices.ids(HARBOUR, known_id("patient", "mina"))
    profile = next(route for route in practices.routes if str(route) == "GET /practice/{slug}/patients/{patient}")
    answer = await practices.ask(profile, ids, practices.household.tokens["tom"])
    [row] = await run("SELECT code FROM patient WHERE id = $1", ids["patient"])
    assert f"<h1>{row['code']}</h1>" in answer.text
    assert f"<title>{row['code']} ·" in answer.text
