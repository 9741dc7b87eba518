"""What is due at a home follows at once whatever a register or a list says, not only a visit and the night."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.agreements import service as agreements
from app.agreements.schemas import AgreementIn
from app.contacts import service as contacts
from app.contacts.schemas import ContactPut
from app.db import reading, transaction
from app.households import service as households
from app.households.register_service import today
from app.households.schemas import HouseholdChange
from app.pairing import plan_service
from app.pairing import service as pairing
from app.pairing.schemas import MeasureIn, OfficialIn, ProgressIn
from models.agreements import Agreement
from models.households import Contact, Household
from models.visits import Task
from tests import makers
from tests.imports import files
from tests.imports import test_ledgers as ledgers
from tests.imports.conftest import take, undo
from tests.sync.pushing import push, statuses

TODAY = today()
LONG_AGO = TODAY - timedelta(days=800)


def due() -> set[str]:
    with reading() as session:
        return {one.kind for one in session.scalars(select(Task))}


def why(kind: str) -> str:
    with reading() as session:
        return session.scalars(select(Task.why).where(Task.kind == kind)).one()


def works() -> set[tuple[str, str]]:
    """Where what is due."""
    with reading() as session:
        found = session.execute(select(Household.name, Task.why).join(Task, Task.household_id == Household.id))
        return {(home, why) for home, why in found}


@pytest.fixture
def elder(database):
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        person = makers.person(session, makers.household(session))
        makers.elder(session, person)
        return me, person


def test_an_agreement_is_looked_at_and_ends(elder):
    me, person = elder
    with transaction() as session:
        row = agreements.add(session, me, person.id, AgreementIn(kind="support", signed_on=LONG_AGO, open_ended=True))
    assert "inspection" in due()
    look = makers.command("agreement.inspect", {"agreement_id": row.id, "result": "good"})
    assert statuses(push(me, look)) == ["stored"]
    assert "inspection" not in due()
    with transaction() as session:
        soon = AgreementIn(kind="support", from_on=LONG_AGO, to_on=TODAY + timedelta(days=9))
        agreements.correct(session, me, row.id, soon, "日期写错了", row.version + 1)
    assert why("agreement").startswith("王国庆的赡养协议到 ")
    with transaction() as session:
        agreements.end(session, me, row.id, TODAY, "搬去女儿家")
    assert due() == {"visit", "contact"}


def test_whom_to_call(elder):
    me, person = elder
    with transaction() as session:
        emergency = contacts.put(session, me, person.id, ContactPut(kind="emergency", name="刘军", phone="13900000000"))
    assert why("contact") == "王国庆还没有村里的联系人"
    with transaction() as session:
        village = contacts.put(session, me, person.id, ContactPut(kind="village", name="周平", phone="13900000001"))
    assert why("contact").startswith("该给王国庆的联系人")
    calls = [makers.command("contact.confirm", {"contact_id": one.id, "result": "reached"})
             for one in (emergency, village)]  # fmt: skip
    assert statuses(push(me, *calls)) == ["stored", "stored"]
    assert "contact" not in due()
    with transaction() as session:
        contacts.remove(session, me, emergency.id)
    assert why("contact") == "王国庆还没有紧急联系人"


def test_who_helps_and_what_is_to_be_done(database):
    with transaction() as session:
        makers.divisions(session)
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        home = makers.household(session)
        official = pairing.add_official(session, clerk, OfficialIn(name="何敏群"))
        made = pairing.pair(session, clerk, official.id, home.id, LONG_AGO)
        measure = plan_service.add_measure(session, clerk, home.id, MeasureIn(kind="health", text="签约", due_on=TODAY))
        made_id, measure_id, version = made.id, measure.id, measure.version
    assert (due(), why("visit")) == ({"visit", "measure"}, "帮扶户，90 天走一次")
    with transaction() as session:
        pairing.end(session, clerk, made_id, TODAY - timedelta(days=1))
        plan_service.move_on(session, clerk, measure_id, ProgressIn(progress="done"), version)
    assert due() == set()


def test_the_marks_of_the_register(elder):
    me, _ = elder
    with transaction() as session:
        other = makers.household(session, name="张三")
        someone = makers.person(session, other, "张三")
        households.start_tag(session, me, someone.id, "tekun", LONG_AGO)
    assert "特困人员张三" in why("visit")
    with transaction() as session:
        households.end_tag(session, me, someone.id, "tekun", TODAY - timedelta(days=1))
        row = households.get_household(session, me, other.id)
        households.change_household(session, me, other.id, HouseholdChange(attribute="脱贫不稳定户"), row.version)
    assert "监测户" in why("visit")


@pytest.mark.usefixtures("database")
def test_lists_bring_work_and_take_it_with_them():
    take(*reversed(ledgers.roster()))
    before = due()
    import_id, _ = take(*reversed(ledgers.elders()))
    assert {"visit", "contact", "inspection"} <= due()
    with reading() as session:
        assert session.scalars(select(Agreement)).one().kind == "support"
        assert len(session.scalars(select(Contact)).all()) == 2
    undo(import_id)
    assert due() == before


@pytest.mark.usefixtures("database")
def test_who_moved_by_a_list_takes_their_work_back_to_where_they_lived():
    take(files.roster(files.person(1, 特殊类别="孤寡老人"), files.person(2, home=2, head="李娟", name="李娟")))
    lived = works()
    import_id, _ = take(files.roster(files.person(1, home=2, head="李娟", relation="父亲", 特殊类别="孤寡老人")))
    moved = works()
    assert moved != lived
    undo(import_id)
    assert works() == lived
