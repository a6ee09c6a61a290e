"""Patients from a file that somebody sends: what is taken, what is refused and in which words, and who sees it."""

import time
from typing import Any

import pytest

from db.engine import run
from db.tables.member import MemberLevel, RoleType
from domain.patient_import import queue, uploads
from tests.cast import Someone
from tests.clinic import Clinic
from tests.web.conftest import Browser, text

HERE = "/practice/harbour-street-clinic/patients/import"
HEADER = "Id,First,Last,Birthdate,Email,Phone"
ANNA = "7,Anna,Weber,1980-01-02,anna@example.com,02 5550 1111"


@pytest.fixture
async def clinic(database: None) -> Clinic:
    return await Clinic.open(None)


@pytest.fixture
async def amara(clinic: Clinic) -> Someone:
    return await clinic.hire("Amara Okafor")


@pytest.fixture
async def open_import(browser: Browser, amara: Someone) -> Browser:
    await browser.log_in(amara)
    return browser


def csv_of(*lines: str, encoding: str = "utf-8") -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


async def send(browser: Browser, content: bytes, name: str = "patients.csv") -> Any:
    return await browser.post(HERE, files={"file": (name, content, "text/csv")})


async def brought_in(number: int = 0) -> None:
    while await queue.run_next():
        number += 1


async def patients() -> set[str]:
    return {f"{row['first_name']} {row['last_name']}" for row in await run("SELECT * FROM patient")}


async def test_previewed_brought_in_and_its_outcome_read(open_import: Browser, amara: Someone) -> None:
    content = csv_of(HEADER, ANNA, "8,Ben,,1990-05-05,,", "9,Cleo,Ong,5 May 1990,,", "10,Dov,Ong,1991-01-01,,")
    preview = await send(open_import, content)
    said = text(preview)
    assert "4 rows: 2 can be brought in, 2 cannot." in said
    assert "Anna Weber 02 5550 1111 anna@example.com Wed 2 January 1980" in said
    assert "Line 3 Last is empty" in said
    assert "Line 4 Birthdate must be a date such as 1988-08-17" in said
    assert await patients() == {"Mina Park"}, "a look changes nothing"
    going = await open_import.post(f"{preview.url.path}/start")
    assert going.url.path == preview.url.path
    assert 'data-hx-trigger="every 2s"' in going.text
    assert "See how far it is" in going.text
    await open_import.post(f"{preview.url.path}/start")
    await brought_in()
    done = await open_import.get(preview.url.path)
    assert "2 new, 0 brought up to date, 0 unchanged, 2 refused." in text(done)
    assert "Line 3 Last is empty" in text(done)
    assert "every 2s" not in done.text
    assert await patients() == {"Mina Park", "Anna Weber", "Dov Ong"}
    [event] = await run("SELECT account, practice FROM event WHERE kind = 'patients:import'")
    assert event["account"] == amara.account
    [row] = await run("SELECT content, file_name FROM patient_upload")
    assert (row["content"], row["file_name"]) == (b"", "patients.csv")
    await open_import.post(f"{preview.url.path}/start")
    await brought_in()
    assert len(await run("SELECT FROM event WHERE kind = 'patients:import'")) == 1
    assert "patients.csv" in (await open_import.get(HERE)).text


async def test_htmx_gets_how_far_it_is(open_import: Browser) -> None:
    preview = await send(open_import, csv_of(HEADER, ANNA))
    await open_import.post(f"{preview.url.path}/start")
    piece = await open_import.htmx("GET", preview.url.path, "patient-upload")
    assert piece.text.lstrip().startswith('<section class="card" id="patient-upload"')
    assert "Waiting for its turn" in piece.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty"),
        (b"  \n \n", "This file is empty"),
        (csv_of(HEADER), "This file has a header and no rows"),
        (csv_of("Name,Age", "Anna,7"), "lacks what is needed: First, Last, Birthdate"),
        (csv_of("First,Last", "Anna,Weber"), "lacks what is needed: Birthdate"),
        (csv_of(HEADER + ",First", ANNA + ",x"), "has two columns for First"),
        (csv_of(HEADER, ANNA, encoding="utf-16"), "This file is in UTF-16"),
        (csv_of(HEADER, ANNA, encoding="utf-16-le"), "This file is in UTF-16"),
        (b"PK\x03\x04" + b"x" * 500, "This is a spreadsheet"),
        (b"%PDF-1.7\n" + b"x" * 500, "This is not a CSV file"),
        (b"<html><script>alert(1)</script>", "This is not a CSV file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is not a CSV file"),
        (b"\x93\xff\xfe random \xc3", "lacks what is needed"),
        (b'"' * 5001, "lacks what is needed"),
    ],
)  # fmt: skip
async def test_what_is_no_list_of_patients(open_import: Browser, content: bytes, words: str) -> None:
    page = await send(open_import, content)
    assert page.status_code == 422
    assert words in text(page)
    assert 'id="file-error"' in page.text
    assert await run("SELECT FROM patient_upload") == []


async def test_no_file_was_chosen(open_import: Browser) -> None:
    page = await send(open_import, b"", name="")
    assert (page.status_code, "Choose a file" in page.text) == (422, True)
    other = await open_import.post(HERE, files={"another": ("x.csv", b"a", "text/csv")})
    assert (other.status_code, "Choose a file" in other.text) == (422, True)


BOUNDARY = "x" * 20
PART = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n%s\r\n%s\r\n--{BOUNDARY}--\r\n'


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=", b"x", 400),
        (f"multipart/form-data; boundary={BOUNDARY}", b"", 400),
        (f"multipart/form-data; boundary={BOUNDARY}", b"nothing of the kind", 400),
        (f"multipart/form-data; boundary={BOUNDARY}", PART.encode()[:60], 400),
        (f"multipart/form-data; boundary={BOUNDARY}", (PART % ("a.csv", "Content-Type: text/csv; charset=klingon\r\n",
                                                               f"{HEADER}\r\n{ANNA}")).encode(), 200),
        (f"multipart/form-data; boundary={BOUNDARY}; charset=klingon", (PART % ("a.csv", "", HEADER)).encode(), 422),
        (f"multipart/form-data; boundary={BOUNDARY}", (PART % ("a\0.csv", "", f"{HEADER}\r\n{ANNA}")).encode(), None),
        (f"multipart/form-data; boundary={BOUNDARY}", (PART % ("caf\xe9", "", HEADER)).encode("latin-1"), 400),
        (f"multipart/form-data; boundary={BOUNDARY}", (PART % ("a", "X: " + "x" * 9000 + "\r\n", "a")).encode(), 400),
        ("application/x-www-form-urlencoded", b"file=a", 415),
        ("application/json", b"{}", 415),
        ("", b"file", 415),
    ],
)  # fmt: skip
async def test_what_no_browser_sends(open_import: Browser, kind: str, body: bytes, status: int | None) -> None:
    page = await open_import.post(HERE, content=body, headers={"Content-Type": kind})
    assert page.status_code == status if status else page.status_code < 500
    names = await run("SELECT file_name FROM patient_upload")
    assert all("\0" not in row["file_name"] for row in names)


async def test_a_file_of_more_than_20_mb(open_import: Browser) -> None:
    for size, status in ((uploads.MOST_BYTES + 1, 413), (4 * uploads.MOST_BYTES, 413), (15_000_000, 200)):
        page = await send(open_import, csv_of(HEADER, ANNA) + b" \n" * (size // 2))
        assert page.status_code == status
        assert ("This file is larger than 20 MB" in page.text) == (status == 413)


async def test_a_path_and_html_in_its_name(open_import: Browser) -> None:
    page = await send(open_import, csv_of(HEADER, ANNA), name="C:\\Users\\bea\\<b>pa\x1btients</b>.csv")
    assert page.status_code == 200
    [row] = await run("SELECT file_name FROM patient_upload")
    assert row["file_name"] in ("b>.csv", "<b>patients</b>.csv")
    assert "<b>" not in page.text


async def test_a_hundred_thousand_rows(open_import: Browser) -> None:
    rows = (f"{n},First{n},Last{n},1980-01-02,p{n}@example.com,02 5550 {n:06}" for n in range(100_000))
    content = csv_of(HEADER, *rows)
    began = time.perf_counter()
    preview = await send(open_import, content)
    assert "100,000 rows: 100,000 can be brought in." in text(preview)
    looked = time.perf_counter()
    await open_import.post(f"{preview.url.path}/start")
    await brought_in()
    print(f"looked through in {looked - began:.1f} s, brought in in {time.perf_counter() - looked:.1f} s")
    assert "100,000 new" in text(await open_import.get(preview.url.path))
    over = await send(open_import, content + b"0,One,More,1980-01-02,,\r\n")
    assert (over.status_code, "more than 100,000 rows" in over.text) == (422, True)


async def test_a_hundred_faults_are_shown_and_the_rest_counted(open_import: Browser) -> None:
    page = await send(open_import, csv_of(HEADER, *(f"{n},,Last,1980-01-02,," for n in range(150))))
    assert page.text.count("First is empty") == 100
    assert "and 50 more." in text(page)
    assert ">Import</button>" not in page.text


async def test_a_file_is_its_senders_alone(open_import: Browser, other_browser: Browser, clinic: Clinic) -> None:
    preview = (await send(open_import, csv_of(HEADER, ANNA))).url.path
    other = await Clinic.open(None, "Eastside Physio")
    for who in (await clinic.hire("Bea C", MemberLevel.FULL, RoleType.ADMINISTRATOR), await other.hire("Priya Nair")):
        await other_browser.log_in(who)
        for slug in ("harbour-street-clinic", "eastside-physio"):
            address = preview.replace("harbour-street-clinic", slug)
            assert (await other_browser.get(address)).status_code == 404
            assert (await other_browser.post(f"{address}/start")).status_code == 404
        await other_browser.post("/logout")
    assert (await open_import.get(preview.replace("harbour-street-clinic", "eastside-physio"))).status_code == 404
    assert await run("SELECT state FROM patient_upload") == [{"state": "Read"}]


@pytest.mark.parametrize(
    "others",
    [
        {"read_only": True},
        {"hides_names": True},
        {"has_patients": False},
        {"level": MemberLevel.PERSONAL},
        {"profiles": "own"},
    ],
)
async def test_only_who_may_add_patients(browser: Browser, clinic: Clinic, others: dict[str, Any]) -> None:
    await browser.log_in(await clinic.hire("Rhys Lindqvist", **others))
    assert (await browser.get(HERE)).status_code == 403
    assert (await send(browser, csv_of(HEADER, ANNA))).status_code == 403


async def test_a_new_file_takes_the_place_of_one_that_was_not_used(open_import: Browser) -> None:
    first = (await send(open_import, csv_of(HEADER, ANNA))).url.path
    await send(open_import, csv_of(HEADER, ANNA))
    assert (await open_import.get(first)).status_code == 404
    assert len(await run("SELECT FROM patient_upload")) == 1
