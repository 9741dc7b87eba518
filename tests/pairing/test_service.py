"""Pairings on both databases: in time, the scope of accounts, gaps, plans, measures from the phone, 四个不摘."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import rooms
from app.accounts.queries import paired_households
from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.pairing import office_service, plan_service, service
from app.pairing.schemas import MeasureIn, OfficialIn, PlanIn, ProgressIn
from app.settings import service as settings
from app.sync import service as sync
from models.accounts import Pairing
from models.audit import AuditEntry
from models.households import Household
from models.pairing import Measure, Official, PairedHome
from models.visits import Visit
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, NEXT_VILLAGE, OTHER_TOWN, TOWN, VILLAGE

TODAY = service.register.today()
LAST_YEAR = TODAY - timedelta(days=400)
POOR = "建档立卡-未脱贫"


@pytest.fixture
def clerk(database):
    rooms.fill_registry()
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        return makers.user(session, Role.TOWN_CLERK, (TOWN,))


def home(session, village=VILLAGE, name="王国庆", **more):
    return makers.household(session, village, name, **{"attribute": POOR} | more)


def official(session, actor, name="何敏群", **more):
    return service.add_official(session, actor, OfficialIn(name=name, unit="县医保局", **more))


def page_of(actor, household_id):
    with reading() as session:
        return office_service.home_page(session, actor, service.home(session, actor, household_id))


def listed(actor, only="", **more):
    with reading() as session:
        return [one.name for one in office_service.listing(session, actor, only=only, **more).rows]


def sees(user_id, on=TODAY):
    with reading() as session:
        return set(session.scalars(paired_households(user_id, on)))


def test_an_official_begins_hands_over_and_ends(clerk):
    with transaction() as session:
        where, first = home(session), official(session, clerk, phone="0556-161 6297")
        second = official(session, clerk, "李卫东")
        made = service.pair(session, clerk, first.id, where.id, LAST_YEAR)
        for someone in (first, second):
            with pytest.raises(Conflict):
                service.pair(session, clerk, someone.id, where.id, TODAY)
        with pytest.raises(BadInput):
            service.hand_over(session, clerk, made.id, first.id, TODAY)
        service.hand_over(session, clerk, made.id, second.id, TODAY)
    shown = page_of(clerk, where.id)
    assert [(one.name, one.now) for one in shown.terms] == [("李卫东", True), ("何敏群", False)]
    assert shown.gap == ""
    with transaction() as session:
        now = session.scalars(select(PairedHome).where(PairedHome.to_on.is_(None))).one()
        with pytest.raises(BadInput):
            service.end(session, clerk, now.id, TODAY - timedelta(days=9))
        service.end(session, clerk, now.id, TODAY)
    with reading() as session:
        verbs = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == where.id)).all()
    assert verbs.count("paired_home.began") == 2
    assert verbs.count("paired_home.ended") == 2


def test_the_scope_of_an_account_follows(clerk):
    with transaction() as session:
        where, other = home(session), home(session, NEXT_VILLAGE, "张三")
        account = makers.user(session, Role.PAIRED, ())
        one, two = official(session, clerk), official(session, clerk, "李卫东")
        made = service.pair(session, clerk, one.id, where.id, LAST_YEAR)
        with pytest.raises(NotFound):
            service.link(session, clerk, one.id, "nobody")
        admin = makers.user(session, Role.ADMIN, ())
        with pytest.raises(BadInput):
            service.link(session, clerk, one.id, admin.username)
        service.link(session, clerk, one.id, account.username)
        with pytest.raises(BadInput):
            service.link(session, clerk, two.id, account.username)
        one_id, two_id, made_id = one.id, two.id, made.id
    assert sees(account.id) == {where.id}
    with transaction() as session:
        service.pair(session, clerk, one_id, other.id, TODAY)
    assert sees(account.id) == {where.id, other.id}
    with transaction() as session:
        service.hand_over(session, clerk, made_id, two_id, TODAY)
    assert sees(account.id) == {other.id}
    assert sees(account.id, TODAY - timedelta(days=1)) == {where.id}
    with transaction() as session:
        service.follow_all(session)
        assert len(session.scalars(select(Pairing)).all()) == 2
        service.link(session, clerk, one_id, "")
    assert sees(account.id) == set()


def test_a_list_that_brings_a_pairing_is_followed_too(clerk):
    with transaction() as session:
        where, account, one = home(session), makers.user(session, Role.PAIRED, ()), official(session, clerk)
        service.link(session, clerk, one.id, account.username)
        session.add(PairedHome(id=new_id(), official_id=one.id, household_id=where.id, division=where.division,
                               created_at=utcnow(), updated_at=utcnow()))  # fmt: skip
        service.follow_all(session)
        key = session.scalars(select(PairedHome.id)).one()
    assert sees(account.id) == {where.id}
    with transaction() as session:
        service.forget(session, [key, "nobody"])
        session.delete(session.get(PairedHome, key))
        service.follow_all(session)
    assert sees(account.id) == set()


def test_homes_that_nobody_helps_are_listed_with_who_can_step_in(clerk):
    with transaction() as session:
        where, near = home(session, name="空着"), home(session, name="近处")
        farther = home(session, NEXT_VILLAGE, "隔壁村")
        home(session, name="不用结对", attribute="一般户")
        leaving, here = official(session, clerk, "要走的"), official(session, clerk, "同村的")
        there = official(session, clerk, "邻村的")
        service.pair(session, clerk, leaving.id, where.id, LAST_YEAR)
        service.pair(session, clerk, here.id, near.id, LAST_YEAR)
        service.pair(session, clerk, there.id, farther.id, LAST_YEAR)
        left = service.official_leaves(session, clerk, leaving.id, TODAY - timedelta(days=20))
        assert left == [where.id]
    assert listed(clerk, "gap") == ["空着"]
    shown = page_of(clerk, where.id)
    assert "已经超过时间" in shown.gap
    assert [(one.name, one.why) for one in shown.helpers] == [
        ("同村的", "在这个村帮着别的户"), ("邻村的", "在这个镇帮着别的户"),
    ]  # fmt: skip
    with transaction() as session:
        settings.set_value(session, None, "pairing.most_homes", 1, TODAY, source="县文件")
    assert page_of(clerk, where.id).helpers == []


def test_the_list_is_narrowed(clerk):
    with transaction() as session:
        home(session, name="该走访", last_visit_on=TODAY - timedelta(days=31), last_visit_id=new_id())
        stable = home(session, name="走过了", attribute="已脱贫-享受政策", last_visit_on=TODAY - timedelta(days=31),
                      ledger={"household.water": {"value": "bad", "at": utcnow().isoformat()}})  # fmt: skip
        plan_service.save_plan(session, clerk, stable.id, TODAY.year, PlanIn(causes=["因病"]))
        home(session, FAR_VILLAGE, "别镇的")
        code = stable.code
    assert listed(clerk) == ["该走访", "走过了"]
    assert listed(clerk, "due") == ["该走访"]
    assert listed(clerk, "no_plan") == ["该走访"]
    assert listed(clerk, "failing") == ["走过了"]
    assert listed(clerk, text=code) == ["走过了"]
    assert listed(clerk, text="该") == ["该走访"]
    assert listed(clerk, village=NEXT_VILLAGE) == []
    with reading() as session:
        flags = {one.name: one.flags for one in office_service.listing(session, clerk).rows}
    assert flags["走过了"] == ["没有责任人", "方案对不上原因", "喝水不达标"]


def test_a_plan_is_written_once_a_year_and_answers_its_causes(clerk):
    with transaction() as session:
        where = home(session)
        who = makers.person(session, where, "王国庆")
        plan_service.save_plan(session, clerk, where.id, TODAY.year, PlanIn(causes=["因残", "因病"], aim_fen=300_000))
        with pytest.raises(Conflict):
            plan_service.save_plan(session, clerk, where.id, TODAY.year, PlanIn())
        with pytest.raises(BadInput):
            plan_service.save_plan(session, clerk, where.id, 1999, PlanIn())
        plan_service.save_plan(session, clerk, where.id, TODAY.year, PlanIn(causes=["因病"], aim_fen=1, text="看病"), 1)
    shown = page_of(clerk, where.id)
    assert shown.problems == ["因病，还没有健康措施。", "王国庆还没有措施。"]
    with transaction() as session:
        plan_service.add_measure(session, clerk, where.id, MeasureIn(person_id=who.id, kind="health", text="家庭医生"))
    assert page_of(clerk, where.id).problems == []
    with pytest.raises(ValueError, match="没有这个原因"):
        PlanIn(causes=["因为懒"])


def test_a_measure_is_for_somebody_of_the_home_and_moves_on(clerk):
    with transaction() as session:
        where, other = home(session), home(session, NEXT_VILLAGE)
        stranger = makers.person(session, other, "张三")
        wrong = MeasureIn(person_id=stranger.id, kind="work", text="务工")
        with pytest.raises(BadInput):
            plan_service.add_measure(session, clerk, where.id, wrong)
        due = TODAY - timedelta(days=1)
        made = plan_service.add_measure(session, clerk, where.id, MeasureIn(kind="work", text="介绍务工", due_on=due))
        plan_service.move_on(session, clerk, made.id, ProgressIn(progress="going"), 1)
        with pytest.raises(Conflict):
            plan_service.move_on(session, clerk, made.id, ProgressIn(progress="done"), 1)
    shown = page_of(clerk, where.id).measures[0]
    assert (shown.who, shown.kind, shown.progress, shown.late) == ("全家", "就业", "在做", True)


def push(actor, *commands):
    body = {"device_id": actor.device_id, "commands": list(commands)}
    return [one["status"] for one in sync.push(actor, json.dumps(body).encode())["receipts"]]


def told(measure_id, minutes_ago=0.0, **more):
    payload = {"measure_id": measure_id, "progress": "done", "effect": "有活干了"} | more
    return makers.command("measure.progress", payload, captured_at=makers.at(minutes_ago))


def test_progress_comes_from_the_phone(clerk):
    with transaction() as session:
        where = home(session)
        paired, stranger = makers.user(session, Role.PAIRED, ()), makers.user(session, Role.PAIRED, ())
        makers.pair(session, paired, where, LAST_YEAR)
        made = plan_service.add_measure(session, clerk, where.id, MeasureIn(kind="work", text="介绍务工"))
        key = made.id
    late = told(key, 60, progress="stopped")
    assert push(paired, told(key)) == ["stored"]
    assert push(paired, late) == ["stored"]
    assert push(stranger, told(key)) == ["orphaned"]
    assert push(paired, told(new_id())) == ["held"]
    assert push(paired, told(key, progress="what")) == ["rejected"]
    assert push(paired, told(key, visit_id=new_id())) == ["held"]
    with reading() as session:
        row = session.get(Measure, key)
        verbs = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == key)).all()
    assert (row.progress, row.effect) == ("done", "有活干了")
    assert sorted(verbs) == ["measure.added", "measure.moved_on", "measure.told_late"]


def test_the_log_tells_home_visits_from_those_without_meeting(clerk):
    with transaction() as session:
        where = home(session)
        for number, mode in enumerate(("home", "phone", "wechat")):
            at = utcnow() - timedelta(days=number + 1)
            session.add(Visit(id=new_id(), household_id=where.id, division=where.division, author_id=clerk.id,
                              form_code="home", form_version=1, mode=mode, started_at=at, finished_at=at, on=at.date(),
                              received_at=at))  # fmt: skip
    shown = page_of(clerk, where.id).log
    assert [(one.mode, one.remote) for one in shown] == [("上门", False), ("电话", True), ("微信", True)]
    assert shown[0].who == clerk.name


def test_four_statements_stand_with_day_and_author(clerk):
    with transaction() as session:
        where = home(session, ledger={"household.food": {"value": "ok", "at": utcnow().isoformat(), "by": clerk.id}})
        service.say_not(session, clerk, where.id, {"pairing.keep_duty": True, "pairing.keep_watch": False})
        with pytest.raises(BadInput):
            service.say_not(session, clerk, where.id, {"household.food": True})
    shown = page_of(clerk, where.id)
    assert [(one.words, one.state) for one in shown.nots] == [
        ("摘帽不摘责任", "做到了"), ("摘帽不摘政策", "没看过"), ("摘帽不摘帮扶", "没看过"), ("摘帽不摘监管", "没做到"),
    ]  # fmt: skip
    assert shown.nots[0].who == clerk.name
    assert (shown.six[0].words, shown.six[0].state) == ("吃", "达标")


def test_nobody_reaches_beyond_the_own_area(clerk):
    with transaction() as session:
        where, one = home(session), official(session, clerk)
        made = service.pair(session, clerk, one.id, where.id, LAST_YEAR)
        measure = plan_service.add_measure(session, clerk, where.id, MeasureIn(kind="work", text="介绍务工"))
        far = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        village = makers.user(session, Role.VILLAGE, (VILLAGE,))
        supervisor = makers.user(session, Role.SUPERVISOR, (COUNTY,))
        leader = makers.user(session, Role.LEADER, (COUNTY,))
        for work in (
            lambda: service.home(session, far, where.id),
            lambda: service.pair(session, far, one.id, where.id, TODAY),
            lambda: service.end(session, far, made.id, TODAY),
            lambda: plan_service.save_plan(session, far, where.id, TODAY.year, PlanIn()),
            lambda: plan_service.add_measure(session, far, where.id, MeasureIn(kind="work", text="介绍务工")),
            lambda: plan_service.move_on(session, far, measure.id, ProgressIn(progress="done"), 1),
            lambda: service.say_not(session, far, where.id, {"pairing.keep_duty": True}),
        ):
            with pytest.raises(NotFound):
                work()
        for reader in (village, supervisor):
            with pytest.raises(NotAllowed):
                service.end(session, reader, made.id, TODAY)
            with pytest.raises(NotAllowed):
                office_service.officials(session, reader)
        with pytest.raises(NotAllowed):
            plan_service.save_plan(session, supervisor, where.id, TODAY.year, PlanIn())
        with pytest.raises(NotAllowed):
            office_service.listing(session, leader)
        assert service.official_leaves(session, far, one.id, TODAY) == []
        assert office_service.officials(session, far).total == 0
        assert office_service.officials(session, clerk).rows[0].homes == 1
        assert session.get(PairedHome, made.id).to_on is None
        assert session.get(Household, where.id) is not None
        assert session.get(Official, one.id).name == "何敏群"
    assert listed(far) == []
    assert listed(supervisor) == ["王国庆"]
    assert date(2020, 1, 1) < TODAY
