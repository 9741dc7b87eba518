"""需要人去看的: who needs somebody, in what order, and who could step in; held to the scope."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.db import SHANGHAI, new_id, reading, transaction, utcnow
from app.errors import NotAllowed
from app.visits.need_service import people_in_need
from models.households import Contact
from models.pairing import Official, PairedHome
from models.visits import Task
from tests import makers
from tests.sync.pushing import push

TODAY = utcnow().astimezone(SHANGHAI).date()


def due(session, home, days, person=None, **more):
    session.add(Task(id=new_id(), kind="visit", household_id=home.id, division=home.division, why="30 天看一次",
                     due_on=TODAY - timedelta(days=days), person_id=person and person.id, **more))  # fmt: skip


def needs(actor, **more):
    with reading() as session:
        return people_in_need(session, actor, TODAY, **more)


@pytest.fixture
def overdue(village):
    me, home, elder = village
    with transaction() as session:
        fell, seldom, later = (makers.household(session, name=name) for name in ("李和平", "张国庆", "陈大水"))
        far = makers.household(session, makers.FAR_VILLAGE, "汪远")
        due(session, seldom, 60, every_days=90)
        due(session, home, 3, elder, every_days=7)
        due(session, fell, -1, every_days=7, urgent=True)
        due(session, later, 0, every_days=7)
        due(session, far, 5, every_days=7)
    return me, home, elder, far


def test_who_needs_somebody_most_stands_first(overdue):
    me, _, elder, _ = overdue
    page = needs(me)
    assert [one.name for one in page.rows] == ["李和平", elder.name, "张国庆"]
    assert [one.since for one in page.rows] == ["出了事，今天要去", "过了 3 天", "过了 60 天"]
    assert page.rows[1].last == "还没有人去过"
    assert not page.more
    assert needs(me, offset=2).rows == page.rows[2:]


def test_it_ends_where_the_scope_ends(overdue):
    _, _, _, far = overdue
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
        county = makers.user(session, Role.SUPERVISOR, (makers.COUNTY,))
        leader = makers.user(session, Role.LEADER, (makers.COUNTY,))
    assert [one.household_id for one in needs(clerk).rows] == [far.id]
    assert len(needs(county).rows) == 4
    assert [one.household_id for one in needs(county, area=makers.OTHER_TOWN).rows] == [far.id]
    assert needs(clerk, area=makers.TOWN).rows == []
    with pytest.raises(NotAllowed):
        needs(leader)


def test_a_neighbour_the_official_and_another_cadre_could_step_in(overdue):
    me, home, elder, _ = overdue
    with transaction() as session:
        makers.user(session, name="赵敏")
        contact = {"person_id": elder.id, "updated_at": utcnow()}
        session.add(Contact(id=new_id(), kind="village", name="王芳", **contact))
        session.add(Contact(id=new_id(), kind="emergency", name="张远", **contact))
        now = {"created_at": utcnow(), "updated_at": utcnow()}
        official = Official(id=new_id(), name="李强", unit="县民政局", **now)
        former = Official(id=new_id(), name="钱三", **now)
        session.add_all([official, former])
        session.flush()
        pair = {"household_id": home.id, "division": home.division, **now}
        session.add(PairedHome(id=new_id(), official_id=official.id, **pair))
        session.add(PairedHome(id=new_id(), official_id=former.id, to_on=TODAY - timedelta(days=1), **pair))
    row = next(one for one in needs(me).rows if one.household_id == home.id)
    assert row.step_in == ["邻居 王芳", "结对 李强（县民政局）", f"村里 {me.name}"]


def test_whoever_came_last_is_asked_after_the_others(overdue):
    me, home, _, _ = overdue
    with transaction() as session:
        other = makers.user(session, name="赵敏")
    visit = makers.visit(home.id, started_at=makers.at(60 * 24 * 40), finished_at=makers.at(60 * 24 * 40 - 9))
    push(me, makers.command("visit", visit))
    row = next(one for one in needs(me).rows if one.household_id == home.id)
    assert row.step_in == [f"村里 {other.name}", f"村里 {me.name}"]


def test_a_child_is_named_only_to_those_near_home(village):
    me, home, _ = village
    with transaction() as session:
        child = makers.person(session, home, "汪小满", born_on=TODAY - timedelta(days=3000))
        due(session, home, 9, child)
        session.scalars(select(Task).where(Task.person_id == child.id)).one().why = "高风险儿童汪小满，7 天看一次"
        far = makers.user(session, Role.SECTION, (makers.COUNTY,))
    assert [(one.name, one.why) for one in needs(me).rows] == [("汪小满", "高风险儿童汪小满，7 天看一次")]
    assert [(one.name, one.why) for one in needs(far).rows] == [("汪**", "高风险儿童汪**，7 天看一次")]


def test_a_home_that_bears_the_name_of_a_child_shows_it_only_to_those_near(village):
    me, _, _ = village
    with transaction() as session:
        home = makers.household(session, name="汪小安")
        makers.person(session, home, "汪小安", born_on=TODAY - timedelta(days=3000))
        due(session, home, 9)
        far = makers.user(session, Role.SECTION, (makers.COUNTY,))
    assert [[one.name for one in needs(actor).rows] for actor in (me, far)] == [["汪小安"], ["汪**"]]
