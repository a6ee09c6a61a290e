from db.tables.access import Level, Role, Status
from domain import access, guardians, requests
from domain.requests import Asking
from tests.cast import mails, someone


async def test_ask_and_grant(database):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    await requests.ask(theo.session, Asking("Mina", "Spouse", Level.CLINICAL, Role.VIEW, "Mina@Example.com "))
    assert [(m["kind"], m["recipient"]) for m in await mails()] == [("access-request", "mina@example.com")]
    [row] = await access.people(await mina.visit())
    assert row.status is Status.PENDING and row.name == "Theo Almeida"
    assert (await access.patients(theo.account))[0].portal is None
    done = await access.decide(await mina.visit(), row.id, access.Decision(Status.CURRENT, Level.CLINICAL, Role.VIEW, row.version))
    assert done.status is Status.CURRENT
    assert (await theo.visit(mina.portal)).role is Role.VIEW
    await access.leave(await theo.visit(mina.portal))


async def test_dependant_and_offer(database):
    mina, theo = await someone("Mina Park"), await someone("Theo Almeida")
    leo = await guardians.open_dependant(mina.session, "Leo Park", "Child", guardians.PARENTAL)
    visit = await mina.visit(leo)
    assert visit.controls
    assert await guardians.offer(visit, guardians.Offer("Theo", theo.email, "Child", Level.CLINICAL, Role.EDIT, guardians.PARENTAL))
    row = (await access.people(visit))[-1]
    await guardians.accept_offer(theo.session, [p for p in await access.people(visit) if p.offered][0].id, 1)
    assert (await theo.visit(leo)).controls
