"""What is compared when one home is saved: that home alone, as it is seen with the whole county, and at once."""


from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app import jobs, rooms
from app.accounts.rules import Role
from app.benefits import service as benefits
from app.benefits.schemas import EnrolIn
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.feed.service import Change, publish
from app.findings import service
from app.queue import queue
from app.settings import service as settings
from models.agreements import Agreement
from models.benefits import Enrolment, Payment, PettyEntry
from models.children import Child
from models.findings import Finding, FindingRun
from models.hardship import Hardship
from models.households import Household, Person
from models.pairing import Plan
from models.visits import Visit
from tests import makers
from tests.findings.stage import DAY, finding_tasks, old_woman, pay, row_of, the_one

rooms.fill_registry()
pytestmark = pytest.mark.usefixtures("database")


def test_of_one_home_only_its_own_is_settled(old):
    with transaction() as session:
        other = old_woman(session, "钱多")
    service.compare(DAY)
    with transaction() as session:
        for one in (old, other):
            session.add(Enrolment(**row_of(one), programme="old_allowance", from_month="2020-01"))
    settled = service.compare(DAY, [old.household_id])
    assert settled.closed == 1
    with reading() as session:
        states = dict(session.execute(select(Finding.household_id, Finding.state)).all())
    assert states == {old.household_id: "closed", other.household_id: "open"}


def _never_paid(session) -> Person:
    """Enrolled, and never paid anything, while another home has been paid."""
    other, person = old_woman(session, "钱大妈"), old_woman(session, "孙大妈")
    for one in (other, person):
        session.add(Enrolment(**row_of(one), programme="old_allowance", from_month="2026-08", amount_fen=6000))
    for month in ("2026-08", "2026-09"):
        pay(session, other, month)
    return person


def _paid_wrongly_long_ago(session) -> Person:
    """Paid another amount than is due, in a month after which others have been paid."""
    person = _never_paid(session)
    row = {name: value for name, value in row_of(person).items() if name != "updated_at"}
    session.add(Payment(**row, programme="old_allowance", period="2026-08", amount_fen=100))
    return person


def _without_fee(session) -> Person:
    """Destitute at home without the fee of a quarter that another has."""
    other, person = old_woman(session, "钱大妈"), old_woman(session, "孙大妈")
    session.add(Hardship(**row_of(person), support="home", assessed_on=DAY, listed_visit_on=DAY))
    session.add(Enrolment(**row_of(person), programme="tekun", from_month="2020-01"))
    row = {name: value for name, value in row_of(other).items() if name != "updated_at"}
    session.add(Payment(**row, programme="care_fee", period="2026Q3", amount_fen=36000))
    return person


def _without_plan(session) -> Person:
    """A poor home without a plan, in a township where another has one."""
    other, person = old_woman(session, "钱大妈"), old_woman(session, "孙大妈")
    session.get_one(Household, person.household_id).attribute = "建档立卡-未脱贫"
    row = {name: value for name, value in row_of(other).items() if name != "person_id"}
    session.add(Plan(**row, year=DAY.year, causes=[]))
    return person


def _helped_twice(session) -> Person:
    """Twice out of the petty fund for one reason; of one the papers are missing."""
    person = old_woman(session, "孙大妈")
    for at in (1, 2):
        session.add(PettyEntry(
            id=new_id(), division=person.division[:9], on=date(2026, at, 5), voucher=f"2026-{at}", position=at,
            kind="支出", outlay_fen=10000, balance_fen=100000, person_id=person.id, created_at=utcnow(),
            details={"reason": "火灾", "handlers": ["甲", "乙"], "lifted_on": "2026-01-05"},
        ))  # fmt: skip
    return person


@pytest.mark.parametrize(
    ("make", "rules"),
    [
        (_never_paid, {"R44"}), (_paid_wrongly_long_ago, {"R44"}), (_without_fee, {"R33"}), (_without_plan, {"R47"}),
        (_helped_twice, {"R39", "R41"}),
    ],
)  # fmt: skip
def test_a_home_looked_at_alone_is_seen_as_it_is_seen_with_the_county(database, make, rules):
    with transaction() as session:
        makers.divisions(session)
        person = make(session)
    service.compare(DAY)
    with reading() as session:
        query = select(Finding.rule).where(Finding.household_id == person.household_id)
        assert rules <= set(session.scalars(query))
    alone = service.compare(DAY, [person.household_id])
    assert (alone.raised, alone.closed, alone.changed) == (0, 0, 0)


def test_what_happens_to_a_carer_is_found_at_the_childs_home(old):
    with transaction() as session:
        home = makers.household(session, makers.NEXT_VILLAGE, "孙")
        boy = makers.person(session, home, "孙小", born_on=date(2016, 1, 1), is_head=True, relation="户主")
        session.add(Child(**row_of(boy), kinds=["child_left_behind"], risk="green", school_written="在校",
                          listed_visit_on=DAY))  # fmt: skip
        session.add(Agreement(**row_of(boy), kind="guardianship", from_on=date(2026, 1, 1), to_on=date(2027, 1, 1),
                              carer_name="赵荷菊", carer_index=old.id_index, bar_1=False))  # fmt: skip
    service.compare(DAY)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == old.id).values(died_on=date(2026, 10, 30)))
    service.compare(DAY, [old.household_id])
    assert the_one("R24").household_id == boy.household_id
    assert "已死亡" in the_one("R24").facts["why"]


def test_each_minute_what_changed_is_compared(old):
    assert service.compare_changed() == 0
    service.compare()
    with transaction() as session:
        session.add(Enrolment(**row_of(old), programme="old_allowance", from_month="2020-01"))
        publish(session, [Change("person", old.id, old.household_id, old.division)])
    assert service.compare_changed() == 1
    assert the_one().state == "closed"
    assert service.compare_changed() == 0
    with reading() as session:
        assert [one.whole for one in session.scalars(select(FindingRun).order_by(FindingRun.at))] == [True, False]


@pytest.fixture
def unhurried():
    """As if nothing had been saved for a while."""
    service._asked[0] = 0.0
    queue().flush()


def _work_off() -> int:
    done = 0
    while (task := queue().dequeue()) is not None:
        queue().execute(task)
        done += 1
    return done


@pytest.mark.usefixtures("unhurried")
def test_a_save_is_compared_as_soon_as_it_is_committed_and_what_is_gone_says_so(old):
    assert jobs.JOBS["compare_changed"] == service.compare_changed
    service.compare()
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
        benefits.start(session, clerk, old.id, EnrolIn(programme="old_allowance", from_month="2020-01", why="补发"))
        assert queue().pending_count() == 0, "not before the commit"
    assert _work_off() == 1
    row = the_one()
    assert (row.state, row.closed_how, row.closed_reason) == ("closed", "gone", "事实已经没有了，自动关闭。")
    with reading() as session:
        assert [one.whole for one in session.scalars(select(FindingRun).order_by(FindingRun.at))] == [True, False]


@pytest.mark.usefixtures("unhurried")
def test_many_saves_in_a_second_are_compared_twice_and_what_no_rule_reads_never(old):
    def save(kind: str) -> None:
        with transaction() as session:
            publish(session, [Change(kind, new_id(), old.household_id, old.division)])

    for kind in ("task", "finding", "review", "receipt"):
        save(kind)
    assert queue().pending_count() == queue().scheduled_count() == 0
    for _ in range(20):
        save("visit")
    assert queue().pending_count() == 2, "one at once, one when the second is over"


def test_the_job_after_an_import_runs_once_for_many(old):
    asked = utcnow().isoformat()
    service.compare_if_asked(asked)
    service.compare_if_asked(asked)
    with reading() as session:
        assert len(session.scalars(select(FindingRun)).all()) == 1


def test_a_home_that_moves_takes_its_findings_along(old):
    from app.visits.moving_service import homes_moved

    service.compare(DAY)
    with transaction() as session:
        homes_moved(session, {old.household_id: (makers.VILLAGE, makers.FAR_VILLAGE)})
        session.execute(
            update(Household).where(Household.id == old.household_id).values(division=makers.FAR_VILLAGE)
        )
        session.execute(update(Person).where(Person.id == old.id).values(division=makers.FAR_VILLAGE))
    assert the_one().division == makers.FAR_VILLAGE
    assert service.compare(DAY).raised == 0


def test_a_person_who_moves_to_another_home_takes_their_findings_along(old):
    service.compare(DAY)
    with transaction() as session:
        other = makers.household(session, makers.NEXT_VILLAGE, "孙")
        session.execute(
            update(Person).where(Person.id == old.id).values(household_id=other.id, division=other.division)
        )
    assert service.compare(DAY, [other.id]).raised == 0
    assert the_one().household_id == other.id
    assert [one.household_id for one in finding_tasks()] == [other.id]


def test_a_doubt_about_a_record_is_a_question_to_its_author_and_no_finding(database):
    words = {"house": {"water": "水很够，和上次来的时候一样"}}
    with transaction() as session:
        makers.divisions(session)
        author = makers.user(session)
        now = utcnow()
        on = now.astimezone(SHANGHAI).date()
        for number in range(3):
            home = makers.household(session)
            session.add(Visit(
                id=new_id(), household_id=home.id, division=home.division, author_id=author.id, form_code="home",
                form_version=1, mode="home", started_at=now - timedelta(minutes=number), finished_at=now, on=on,
                answers=words, received_at=now,
            ))  # fmt: skip
    service.compare(on)
    service.compare(on)
    with reading() as session:
        asked = [row.questions for row in session.scalars(select(Visit))]
        assert session.scalars(select(Finding).where(Finding.rule == "R52")).all() == []
    assert [len(one) for one in asked] == [1, 1, 1]
    assert "一模一样" in asked[0][0]["message"]


def test_what_a_visit_found_is_what_rules_read(database):
    at = "2026-10-30T02:00:00.000000+00:00"
    said = {"at": at, "by": "x", "visit": "v", "known": at}
    with transaction() as session:
        makers.divisions(session)
        six = {"household.water": said | {"value": "bad"}, "household.food": said | {"value": "na"}}
        home = makers.household(session, makers.VILLAGE, "孙", ledger=six)
        boy = makers.person(session, home, "孙小", born_on=date(2019, 1, 1), is_head=True, relation="户主",
                            ledger={"person.alone": said | {"value": "sometimes"},
                                    "person.school_state": said | {"value": "left"}})  # fmt: skip
        makers.child(session, boy, risk="green", school_written="在校", listed_visit_on=DAY)
        home_id = home.id
    for day, expected in ((date(2026, 10, 29), set()), (DAY, {"R23", "R28"})):
        service.compare(day)
        with reading() as session:
            found = set(session.scalars(select(Finding.rule).where(Finding.state == "open")))
        assert found & {"R23", "R28"} == expected, "a visit after the day says nothing yet"
    assert the_one("R48").facts == {"items": ["饮水安全"]}
    with transaction() as session:
        row = session.get_one(Person, boy.id)
        row.ledger = row.ledger | {"person.alone": said | {"value": "never"}}
    service.compare(DAY, [home_id])
    assert the_one("R23").closed_how == "gone"


def test_a_townships_own_value_changes_what_is_found_there_and_nowhere_else(database):
    with transaction() as session:
        makers.divisions(session)
        here = old_woman(session, "赵荷菊", date(1952, 1, 4))
        there = old_woman(session, "钱正义", date(1952, 1, 4), makers.FAR_VILLAGE)
        settings.set_value(session, None, "age.old", 70, date(2026, 1, 1), area=makers.TOWN, source="镇里试点")
    for homes in (None, [here.household_id, there.household_id]):
        service.compare(DAY, homes)
        assert the_one().person_id == here.id
    service.compare(date(2025, 12, 31))
    assert the_one().closed_how == "gone", "before the day from which it is in force"
