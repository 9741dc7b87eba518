"""Work that is due, kept as tasks: of one visit, of a night, and after something happened."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.sync import pull_service
from app.visits import task_service
from models.disability import DisabilityCertificate
from models.elders import Elder
from models.hardship import Hardship
from models.visits import Task
from tests import makers
from tests.sync.pushing import push, statuses

TODAY = utcnow().astimezone(SHANGHAI).date()
NEW = {"form": {"code": "home", "version": 2}}


def on_register(session, table, person, **values):
    now = utcnow() - timedelta(days=60)
    row = table(id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
                created_at=now, updated_at=now, **values)  # fmt: skip
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def registered(village):
    me, home, elder = village
    with transaction() as session:
        on_register(session, Elder, elder)
        on_register(session, Hardship, elder, support="home", assessed_on=TODAY - timedelta(days=360))
        paper = on_register(session, DisabilityCertificate, elder, valid_to=TODAY + timedelta(days=100))
    return me, home, elder, paper.id


def tasks():
    with reading() as session:
        return {(one.kind, one.subject_id): one for one in session.exec(select(Task))}


def test_the_night_makes_the_work_that_dates_bring_and_making_it_twice_changes_nothing(registered):
    _, _, elder, paper = registered
    assert task_service.refresh_all(TODAY) == 5
    assert task_service.refresh_all(TODAY) == 0
    assert set(tasks()) == {
        ("visit", ""), ("agreement", elder.id), ("certificate", paper), ("contact", elder.id), ("assessment", elder.id),
    }  # fmt: skip
    before = tasks()["visit", ""].due_on
    task_service.refresh_all(TODAY + timedelta(days=3))
    assert tasks()["visit", ""].due_on == before == TODAY, "nobody has been there: it gets no later by the night"
    with transaction() as session:
        session.get(DisabilityCertificate, paper).valid_to = TODAY + timedelta(days=3000)
    task_service.refresh_all(TODAY)
    assert ("certificate", paper) not in tasks()


def test_tasks_of_other_rooms_are_left_alone(registered):
    _, home, _, _ = registered
    with transaction() as session:
        session.add(Task(id=new_id(), kind="finding", household_id=home.id, division=home.division, due_on=TODAY,
                         subject_id="f", why="x"))  # fmt: skip
    task_service.refresh_all(TODAY)
    assert ("finding", "f") in tasks()


def test_a_visit_settles_what_it_can_and_every_task_tells_the_last_visit(registered):
    me, home, elder, _ = registered
    task_service.refresh_all(TODAY)
    said = {"self_care": "able", "medicine": "none", "living": "alone", "emergency_name": "张建国",
            "emergency_phone": "13900000000", "emergency_confirmed": True, "village_name": "王芳",
            "village_phone": "13900000001"}  # fmt: skip
    visit = makers.command("visit", makers.visit(home.id, answers={"elder": {elder.id: said}}, **NEW))
    assert statuses(push(me, visit)) == ["stored"]
    assert ("contact", elder.id) not in tasks(), "both can be called, one was tried just now"
    told = [one["data"] for one in pull_service.pull(me, "", 500)["changes"] if one["type"] == "task"]
    assert {one["kind"] for one in told} == {"visit", "agreement", "certificate", "assessment"}
    assert {one["last_visit"]["id"] for one in told} == {visit["id"]}


def event(home, elder, *codes, **more):
    answers = {"elder": {elder.id: {"event": list(codes)}}}
    return makers.command("visit", makers.visit(home.id, answers=answers, **NEW | more))


def test_a_life_event_raises_the_tier_at_once_and_a_visit_afterwards_settles_the_hurry(village):
    me, home, elder = village
    fell = event(home, elder, "fall")
    push(me, fell)
    task = tasks()["visit", ""]
    assert task.urgent
    on = makers.day_of(fell["payload"]["finished_at"])
    assert (task.due_on, task.person_id, task.why) == (on + timedelta(days=1), elder.id, "王国庆摔过，快去看看")
    after = makers.visit(home.id, started_at=makers.at(9), finished_at=makers.at(5), **NEW)
    push(me, makers.command("visit", after))
    task = tasks()["visit", ""]
    on = makers.day_of(after["finished_at"])
    assert (task.due_on, task.every_days, task.urgent) == (on + timedelta(days=7), 7, False)
    task_service.refresh_all(TODAY + timedelta(days=40))
    assert tasks()["visit", ""].every_days == 30, "after some weeks the ordinary rhythm is back"


def test_a_correction_takes_the_event_back(village):
    me, home, elder = village
    fell = event(home, elder, "fall")
    push(me, fell)
    right = makers.visit(home.id, unchanged=["elder"], **NEW)
    push(me, makers.command("visit.correct", right, corrects=fell["id"]))
    assert tasks()["visit", ""].due_on == makers.day_of(right["finished_at"]) + timedelta(days=30)


def test_an_event_that_comes_late_still_counts(village):
    me, home, elder = village
    push(me, makers.command("visit", makers.visit(home.id, started_at=makers.at(9), finished_at=makers.at(5), **NEW)))
    yesterday = {"started_at": makers.at(26 * 60), "finished_at": makers.at(26 * 60 - 5)}
    push(me, event(home, elder, "discharged", **yesterday))
    assert tasks()["visit", ""].why == "王国庆刚出院，这些天 7 天看一次"


def test_somebody_dead_is_not_waited_for(village):
    _, _, elder = village
    with transaction() as session:
        session.merge(elder).died_on = date(2026, 1, 1)
    task_service.refresh_all(TODAY)
    assert tasks() == {}


def test_a_number_that_turns_out_wrong_is_due_at_once(registered):
    me, home, elder, _ = registered
    with transaction() as session:
        last_year = utcnow() - timedelta(days=10)
        for kind in ("emergency", "village"):
            row = makers.contact(session, elder, kind, confirmed_on=TODAY - timedelta(days=10), updated_at=last_year)
        task_service.refresh(session, [home.id], TODAY)
    assert ("contact", elder.id) not in tasks()
    call = makers.command("contact.confirm", {"contact_id": row.id, "result": "wrong_number"})
    assert statuses(push(me, call)) == ["stored"]
    due = tasks()["contact", elder.id]
    assert (due.due_on, due.why) == (TODAY, "王国庆的联系人刘军号码不对，要换一个")


def test_days_are_those_of_china(registered):
    _, home, elder, _ = registered
    late_at_night = datetime(2026, 3, 1, 18, tzinfo=UTC)
    with transaction() as session:
        for kind in ("emergency", "village"):
            makers.contact(session, elder, kind, updated_at=late_at_night)
        days = task_service.parameters(session, TODAY, home.division)["agreement.sign_days"]
        task_service.refresh(session, [home.id], TODAY)
    assert tasks()["contact", elder.id].due_on == date(2026, 3, 2) + timedelta(days=days)


def test_a_contact_without_a_name_is_none(registered):
    _, home, elder, _ = registered
    with transaction() as session:
        makers.contact(session, elder, "emergency", name="", confirmed_on=TODAY)
        makers.contact(session, elder, "village", confirmed_on=TODAY)
        task_service.refresh(session, [home.id], TODAY)
    assert tasks()["contact", elder.id].why == "王国庆还没有紧急联系人"


def test_what_befell_a_child_in_the_words_of_its_home_is_about_that_child(village):
    """A list that names children only near home knows by that whom the sentence names."""
    me, home, _ = village
    with transaction() as session:
        child = makers.person(session, home, "汪小满", born_on=TODAY - timedelta(days=3000))
    said = {"safety": {"home_event": ["fall"], "home_event_who": child.id}}
    assert statuses(push(me, makers.command("visit", makers.visit(home.id, answers=said, **NEW)))) == ["stored"]
    task = tasks()["visit", ""]
    assert (task.person_id, task.why) == (child.id, "汪小满摔过，快去看看")
