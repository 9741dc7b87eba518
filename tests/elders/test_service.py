"""The elders' register: taking in with a reason, marks in step, a tier that follows from facts, leaving."""

from datetime import date

import pytest
from sqlalchemy import select

import app.rooms  # noqa: F401  (every room's rows)
from app.accounts.rules import Role
from app.db import reading, transaction
from app.elders import office_service, rules, service
from app.elders.schemas import Descendant, ElderIn
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.households import register_service
from app.households.register_service import today
from app.sync import pull_service
from models.audit import AuditEntry
from models.elders import Elder
from models.households import Person
from models.visits import Task
from tests import makers

STARTS = (80, 90, 100)


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
        return makers.user(session), makers.person(session, home, born_on=date(1950, 1, 1))


def add(me, person, reason="村里排查", **more):
    with transaction() as session:
        return service.add(session, me, person.id, ElderIn(**more), reason)


def told(me, kind="elder"):
    return [one["data"] for one in pull_service.pull(me, "", 500)["changes"] if one["type"] == kind and "data" in one]


def marks(person):
    with reading() as session:
        return register_service.tags_of(session, [person.id], today()).get(person.id, [])


def test_taking_in_marks_the_person_and_makes_the_visit_due(village):
    me, person = village
    son = Descendant(name="刘军", relation="儿子", place="宁波", phone="154-0000-0001")
    add(me, person, marks=["elder_left_behind", "elder_alone"], children=[son], children_count=1)
    [row] = told(me)
    assert (row["person_id"], row["tier"], row["children"][0]["phone"]) == (person.id, "need", "15400000001")
    assert marks(person) == ["elder_alone", "elder_left_behind"]
    with reading() as session:
        assert "visit" in session.scalars(select(Task.kind)).all()


def test_marks_change_with_the_row(village):
    me, person = village
    row = add(me, person, marks=["elder_alone"])
    with transaction() as session:
        service.change(session, me, row.id, ElderIn(marks=["elder_left_behind"]), row.version)
    with transaction() as session, pytest.raises(Conflict):
        service.change(session, me, row.id, ElderIn(), row.version)
    assert marks(person) == ["elder_left_behind"]
    assert [one["tags"] for one in told(me, "person")] == [["elder_left_behind"]]


def test_nobody_is_taken_in_twice_and_who_left_comes_back(village):
    me, person = village
    row = add(me, person)
    with pytest.raises(Conflict):
        add(me, person)
    with transaction() as session:
        service.end(session, me, row.id, "儿子回来了")
    assert told(me) == []
    assert marks(person) == []
    assert add(me, person).id == row.id
    assert len(told(me)) == 1
    with reading() as session:
        reasons = session.scalars(select(AuditEntry.reason).where(AuditEntry.subject_type == "elder")).all()
    assert reasons == ["村里排查", "儿子回来了", "村里排查"]


def test_only_an_elder_with_a_reason(village):
    me, person = village
    with pytest.raises(BadInput):
        add(me, person, reason=" ")
    with transaction() as session:
        young = makers.person(session, makers.household(session), born_on=date(2000, 1, 1))
    with pytest.raises(BadInput, match="60 岁"):
        add(me, young)


def test_the_list_finds_the_highest_tier_however_somebody_came_to_it(village):
    me, person = village
    row = add(me, person)

    def high():
        with reading() as session:
            return [one.id for one in office_service.list_elders(session, me, today(), only="high").rows]

    assert high() == []
    with transaction() as session:
        seen = {"value": "unable", "visit": "v", "at": "2026-01-01"}
        session.get(Person, person.id).ledger = {"person.self_care": seen}
    assert high() == [row.id], "what a visit found"
    with transaction() as session:
        service.set_tier(session, me, row.id, "need", "儿子搬回来了")
    assert high() == [], "a person's word puts it lower"
    with transaction() as session:
        service.set_tier(session, me, row.id, "high", "又走了")
        session.get(Person, person.id).ledger = {}
    assert high() == [row.id]


def test_a_tier_set_by_hand_holds_with_its_reason(village):
    me, person = village
    row = add(me, person)
    with transaction() as session:
        with pytest.raises(BadInput):
            service.set_tier(session, me, row.id, "high", "")
        service.set_tier(session, me, row.id, "high", "刚出院，一个人")
    [one] = told(me)
    assert (one["tier"], one["tier_derived"], one["every_days"]) == ("high", "left_behind", 7)
    with transaction() as session:
        service.set_tier(session, me, row.id, "", "好了")
    assert told(me)[0]["tier"] == "left_behind"


def test_what_a_ledger_said_comes_back_when_the_decision_is_taken_back(village):
    me, person = village
    row = add(me, person)
    with transaction() as session:
        session.get(Elder, row.id).tier = "need"
    for tier in ("left_behind", "high", ""):
        with transaction() as session:
            service.set_tier(session, me, row.id, tier, "看过了")
    assert told(me)[0]["tier"] == "need"
    with transaction() as session:
        service.set_tier(session, me, row.id, "left_behind", "看过了")
        session.get(Elder, row.id).tier = "high"
    with transaction() as session:
        service.set_tier(session, me, row.id, "", "新台账上写了")
    assert told(me)[0]["tier"] == "high"


def test_only_in_ones_own_area_by_who_writes_it(village):
    me, person = village
    row = add(me, person)
    with transaction() as session:
        far = makers.user(session, areas=(makers.FAR_VILLAGE,))
        supervisor = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,))
        for act in (
            lambda: service.add(session, far, person.id, ElderIn(), "村里排查"),
            lambda: service.end(session, far, row.id, "村里排查"),
            lambda: service.set_tier(session, far, row.id, "high", "村里排查"),
        ):
            with pytest.raises(NotFound):
                act()
        with pytest.raises(NotAllowed):
            service.end(session, supervisor, row.id, "村里排查")


@pytest.mark.parametrize(("facts", "code"), [
    ({"age": 84, "living": "alone"}, "high"),
    ({"age": 70, "living": "alone"}, "need"),
    ({"age": 70, "self_care": "unable"}, "high"),
    ({"age": 70, "self_care": "partly"}, "need"),
    ({"age": 84, "living": "spouse", "tags": ["elder_alone"]}, "left_behind"),
    ({"age": 84, "living": None, "tags": ["elder_alone"]}, "high"),
    ({"age": 84, "self_care": "able", "tags": ["elder_disabled"]}, "left_behind"),
    ({"age": None, "tags": ["tekun"]}, "need"),
])  # fmt: skip
def test_the_tier_follows_from_what_is_known_now(facts, code):
    whole = {"age": None, "living": None, "self_care": None, "tags": []} | facts
    assert rules.derived(**whole, old_age=80).code == code


def test_the_more_urgent_of_ledger_and_facts_counts():
    found = rules.Tier("need", "独居")
    assert rules.tier(found, "high", None).code == "high"
    assert rules.tier(found, "left_behind", None).code == "need"
    assert rules.tier(found, "high", {"tier": "left_behind", "reason": "住到女儿家"}).code == "left_behind"


@pytest.mark.parametrize(("age", "words"), [(79, ""), (80, "80–89 岁"), (99, "90–99 岁"), (101, "100 岁以上")])
def test_bands_come_from_policy(age, words):
    assert rules.band(age, STARTS) == words


def test_the_next_band_begins_on_a_birthday():
    assert rules.band_begins(date(1946, 3, 2), STARTS, date(2026, 1, 1)) == date(2026, 3, 2)
    assert rules.band_begins(date(1944, 2, 29), (81,), date(2025, 1, 1)) == date(2025, 3, 1)
    assert rules.band_begins(date(1900, 1, 1), STARTS, date(2026, 1, 1)) is None
