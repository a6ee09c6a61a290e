"""Forms that were drawn before an import: what it wrote is not put back by them."""

from dataclasses import replace

import pytest

from db.engine import run
from domain import updates
from domain.errors import Changed
from domain.patient_import import Outcome, import_patients
from domain.patient_import.sheet import Uploaded
from domain.patients import record
from tests.cast import someone
from tests.clinic import Clinic
from tests.domain.updating import APPROVED, agree, change, on, row, waiting_for


@pytest.fixture
async def clinic(database: None) -> Clinic:
    """Mina was brought in under the Id 7, and has changed her phone since, which the practice has not looked at."""
    mina = await someone("Mina Park")
    clinic = await Clinic.open(mina.portal)
    await run("UPDATE patient SET source = 'csv', source_id = '7'")
    await agree(await mina.visit())
    await change(await mina.visit(), phone="0491 570 158")
    return clinic


async def bring_in(phone: str) -> Outcome:
    content = f"Id,First,Last,Birthdate,Phone\n7,Mina,Park,1980-01-02,{phone}\n"
    return await import_patients(Uploaded("p.csv", content.encode()), "harbour-street-clinic")


async def test_a_profile_form_and_an_approval_from_before_an_import_write_nothing(clinic: Clinic) -> None:
    amara = await clinic.place(await clinic.hire("Amara Okafor"))
    form, update = await record.read(amara, clinic.patient), await waiting_for(amara, clinic)
    assert (await bring_in("02 5550 1111")).updated == 1
    with pytest.raises(Changed):
        await record.change(amara, clinic.patient, replace(form, city="Balmain"))
    with pytest.raises(Changed):
        await updates.decide(amara, update.id, on(update, phone=APPROVED))
    assert (await row(clinic.patient))["phone"] == "02 5550 1111"


async def test_an_import_that_changes_nothing_leaves_the_form_good(clinic: Clinic) -> None:
    amara = await clinic.place(await clinic.hire("Amara Okafor"))
    await bring_in("02 5550 1111")
    form = await record.read(amara, clinic.patient)
    assert (await bring_in("02 5550 1111")).unchanged == 1
    await record.change(amara, clinic.patient, replace(form, city="Balmain"))
    assert (await row(clinic.patient))["city"] == "Balmain"
