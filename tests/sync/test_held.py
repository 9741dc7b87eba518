"""What comes before that which it names waits for it, and is applied by itself when that arrives, in any order."""

import itertools
from datetime import timedelta

import pytest
from sqlmodel import select

from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.sync import pull_service, service, unplaced_service
from models.households import Household, Person
from models.sync import Command
from models.visits import Visit
from tests import makers
from tests.sync.pushing import push, statuses


@pytest.fixture
def me(database):
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        return makers.user(session)


def family(me):
    """A new home, its person, a visit to both, and the visit's correction: each names the ones before it."""
    home, person, visit = new_id(), new_id(), new_id()
    answers = {"elder": {person: {"health": "好"}}}
    return [
        makers.command("household.add", {"id": home, "name": "赵六", "division": makers.VILLAGE}),
        makers.command("person.add", {"id": person, "household_id": home, "name": "赵六", "born_on": "1950-02-03"}),
        makers.command("visit", makers.visit(home, met=[person], answers=answers), id=visit),
        makers.command("visit.correct", makers.visit(home, mode="phone", answers=answers), corrects=visit),
    ]


def end_state():
    with reading() as session:
        return (
            [(one.id, one.name) for one in session.exec(select(Household).order_by(Household.id))],
            [(one.id, one.household_id) for one in session.exec(select(Person).order_by(Person.id))],
            [(one.id, one.state, one.mode, one.corrected_by) for one in session.exec(select(Visit).order_by(Visit.id))],
            {one.id: one.status for one in session.exec(select(Command))},
            [one.last_visit_id for one in session.exec(select(Household))],
        )


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2), (0, 1, 2, 3)])
@pytest.mark.parametrize("together", [True, False])
def test_every_order_ends_the_same(me, order, together):
    commands = family(me)
    ordered = [commands[place] for place in order]
    receipts = push(me, *ordered) if together else list(itertools.chain(*(push(me, one) for one in ordered)))
    if together:
        assert statuses(receipts) == ["stored"] * 4
    homes, people, visits, became, last = end_state()
    assert len(homes) == len(people) == 1
    assert [(state, mode) for _, state, mode, _ in visits] == [("replaced", "home"), ("stored", "phone")]
    assert set(became.values()) == {"stored"}
    assert last == [commands[3]["id"]]
    assert statuses(push(me, *commands)) == ["duplicate"] * 4


def test_an_unknown_form_version(me):
    with transaction() as session:
        home = makers.household(session)
    visit = makers.command("visit", makers.visit(home.id, form={"code": "home", "version": 2}))
    assert statuses(push(me, visit)) == ["held"]
    with transaction() as session:
        makers.form(session, makers.FORM | {"version": 2})
        assert service.arrived(session, ["form:home@2"]) == 1
    assert statuses(push(me, visit)) == ["duplicate"]


def test_a_photo_answer_before_its_review_waits(me):
    answer = makers.command("photo.answer", {"review_id": new_id(), "text": "重拍了"})
    assert statuses(push(me, answer)) == ["held"]


def test_unchanged_since_a_visit_of_the_same_push(me):
    with transaction() as session:
        home = makers.household(session)
    first = makers.command("visit", makers.visit(home.id))
    later = makers.visit(home.id, unchanged=[{"section": "house", "since": first["id"]}])
    assert statuses(push(me, makers.command("visit", later), first)) == ["stored", "stored"]


def test_somebody_elses_home(me):
    """The visit of one cadre waits for the home that another one adds; both hear of it."""
    with transaction() as session:
        other = makers.user(session)
    home = new_id()
    visit = makers.command("visit", makers.visit(home))
    assert statuses(push(me, visit)) == ["held"]
    cursor = pull_service.pull(me, "", 500)["cursor"]
    add = makers.command("household.add", {"id": home, "name": "赵六", "division": makers.VILLAGE})
    assert statuses(push(other, add)) == ["stored"]
    page = pull_service.pull(me, cursor, 500)
    receipt = next(one for one in page["changes"] if one["type"] == "receipt")
    assert (receipt["id"], receipt["data"]["status"]) == (visit["id"], "stored")
    assert {one["type"] for one in page["changes"]} >= {"household", "visit", "receipt"}


def test_held_for_two_weeks_is_shown_to_the_township_and_can_be_placed(me):
    with transaction() as session:
        home = makers.household(session)
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
    visit = makers.command("visit", makers.visit(new_id()))
    early = utcnow() - timedelta(days=15)
    assert statuses(push(me, visit, now=early)) == ["held"]
    assert statuses(push(me, makers.command("visit", makers.visit(new_id())))) == ["held"]
    with reading() as session:
        lines = unplaced_service.unplaced(session, clerk)
        assert [(one.state, one.key) for one in lines] == [("held", f"{me.id}:{visit['id']}")]
    with transaction() as session:
        assert unplaced_service.place(session, clerk, me.id, visit["id"], home.id) == "stored"
    with reading() as session:
        assert session.exec(select(Visit)).one().household_id == home.id


def test_a_held_command_that_turns_out_wrong_gives_its_id_back(me):
    home = new_id()
    add = makers.command("household.add", {"id": home, "name": "赵六", "division": makers.VILLAGE})
    change = makers.command("household.change", {"household_id": home, "name": None}, base_version=1)
    assert statuses(push(me, change)) == ["held"]
    cursor = pull_service.pull(me, "", 500)["cursor"]
    assert statuses(push(me, add)) == ["stored"]
    told = [one["data"] for one in pull_service.pull(me, cursor, 500)["changes"] if one["type"] == "receipt"]
    assert [(one["status"], one["digest"]) for one in told] == [("rejected", change["digest"])]
    assert statuses(push(me, change)) == ["rejected"]
